"""Errors as the WaveSpeed v3 contract has them: always its JSON envelope, never a page, never a redirect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from ninja.errors import HttpError, ValidationErrorContext

from voiceclone.predictions.catalog import MODEL_IDS
from voiceclone.predictions.fields import quoted

OPENAI = {401: ("invalid_request_error", "invalid_api_key"), 429: ("rate_limit_error", "rate_limit_exceeded")}
"""HTTP status → `type` and `code` of an error."""


class Refused(Exception):
    """This request is not done. Programs show only `message`, so it is a sentence that stands alone."""

    def __init__(self, status: int, message: str, *, retry_after: int = 0, **more: Any) -> None:
        super().__init__(message)
        self.status, self.message, self.retry_after, self.more = status, message, retry_after, more


def envelope(status: int, message: str, *, retry_after: int = 0, **more: Any) -> JsonResponse:
    headers = {"Retry-After": str(retry_after)} if retry_after else None
    readable = {"ensure_ascii": False}  # many clients show the body as it is
    content = {"code": status, "message": message, **more}
    return JsonResponse(content, status=status, headers=headers, json_dumps_params=readable)


def openai_error(
    status: int, message: str, param: str | None = None, code: str | None = None, *, retry_after: int = 0
) -> JsonResponse:
    """The same as OpenAI's clients expect it."""
    kind, usual = OPENAI.get(status, ("server_error" if status >= 500 else "invalid_request_error", None))
    told = {"message": message, "type": kind, "param": param, "code": code or usual}
    headers = {"Retry-After": str(retry_after)} if retry_after else None
    return JsonResponse({"error": told}, status=status, headers=headers)


def refused(request: HttpRequest, error: Refused) -> JsonResponse:
    return envelope(error.status, error.message, retry_after=error.retry_after, **error.more)


def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What django-ninja refuses by itself. It hides why a body could not be read; the cause knows."""
    if isinstance(error.__cause__, Refused):
        return refused(request, error.__cause__)
    return envelope(error.status_code, str(error))


def unauthorized(request: HttpRequest, error: Exception) -> HttpResponse:
    answer = envelope(
        401,
        "Invalid authentication: send the header “Authorization: Bearer <key>” with a key that is not revoked. "
        f"Keys are made at {request.scheme}://{request.get_host()}{reverse('api-keys')}.",
    )
    answer["WWW-Authenticate"] = "Bearer"
    return answer


def told(context: ValidationErrorContext[Any]) -> list[dict[str, Any]]:
    """What a schema has found wrong, with the names as clients send them."""
    names = context.model.__ninja_flatten_map_reverse__
    errors = context.pydantic_validation_error.errors(include_url=False)
    return [{**error, "loc": names.get(error["loc"], error["loc"])} for error in errors]


def invalid(errors: Sequence[Mapping[str, Any]]) -> Refused:
    """From the errors of a schema (pydantic's) to one sentence for each field."""
    found: dict[str, str] = {}
    for error in errors:
        names = [str(part) for part in error["loc"] if part != "body"]
        value = error.get("input")
        given = f"; {quoted(value)} was given." if isinstance(value, str | int | float) else "."
        found.setdefault(names[0] if names else "body", error["msg"].rstrip(".") + given)
    return Refused(400, " ".join(f'field "{name}": {said}' for name, said in found.items()), errors=found)


def no_model(name: str) -> str:
    return f"There is no model {quoted(name)} here. The models are: {', '.join(MODEL_IDS)}."


@csrf_exempt
def not_found(request: HttpRequest, path: str = "") -> JsonResponse:
    """Whatever has no address of its own. A POST there is meant for a model that we have not."""
    if request.method == "POST" and path.startswith("v3/"):
        return envelope(404, no_model(path.removeprefix("v3/")))
    return envelope(404, f"There is nothing at /api/{path[:100]} on this server.")
