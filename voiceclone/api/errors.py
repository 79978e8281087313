"""Errors as the WaveSpeed v3 contract has them: always its JSON envelope, never a page, never a redirect."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt


@csrf_exempt
def not_found(request: HttpRequest, path: str = "") -> JsonResponse:
    """Whatever has no address of its own. Programs read `message`, so it is a sentence that stands alone."""
    message = f"There is nothing at /api/{path[:100]} on this server."
    return JsonResponse({"code": 404, "message": message}, status=404)
