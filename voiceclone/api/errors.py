"""Errors as the WaveSpeed v3 contract has them: always its JSON envelope, never a page, never a redirect."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt


class Refused(Exception):
    """This request is not done. Programs show only `message`, so it is a sentence that stands alone."""

    def __init__(self, status: int, message: str, *, retry_after: int = 0, **more: Any) -> None:
        super().__init__(message)
        self.status, self.message, self.retry_after, self.more = status, message, retry_after, more


def envelope(status: int, message: str, *, retry_after: int = 0, **more: Any) -> JsonResponse:
    headers = {"Retry-After": str(retry_after)} if retry_after else None
    return JsonResponse({"code": status, "message": message, **more}, status=status, headers=headers)


def refused(request: HttpRequest, error: Refused) -> JsonResponse:
    return envelope(error.status, error.message, retry_after=error.retry_after, **error.more)


@csrf_exempt
def not_found(request: HttpRequest, path: str = "") -> JsonResponse:
    """Whatever has no address of its own."""
    return envelope(404, f"There is nothing at /api/{path[:100]} on this server.")
