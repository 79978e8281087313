"""Programs get JSON, whatever went wrong and wherever: no page, no redirect, also for //api."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from voiceclone.api.errors import envelope, openai_error

OURS = re.compile(r"/+(api|v1)(/|$)")
NOT_COPIED = {"content-type", "content-length", "content-encoding", "content-disposition", "etag", "location"}


def programs(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        if not OURS.match(request.path_info):
            return get_response(request)
        if "//" in request.path_info:  # a base address with a slash at its end
            request.path_info = request.path = re.sub("/{2,}", "/", request.path_info)
        answer = get_response(request)
        return answer if _is_fine(answer) else _as_json(request, answer)

    return middleware


def _is_fine(answer: HttpResponse) -> bool:
    return answer.status_code in (200, 201, 204, 206, 304, 412, 416) or "json" in answer.get("Content-Type", "")


def _as_json(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    status = 404 if 300 <= answer.status_code < 400 else answer.status_code
    shape = openai_error if request.path_info.startswith("/v1") else envelope
    new = shape(status, _sentence(request, answer, status))
    for name, value in answer.items():
        if name.lower() not in NOT_COPIED:
            new[name] = value
    return new


def _sentence(request: HttpRequest, answer: HttpResponse, status: int) -> str:
    if status == 405:
        return f"{request.method} is not what this address takes; it takes {answer.get('Allow', 'another method')}."
    if status == 413:
        return "The request is too large."
    if status == 404:
        return f"There is nothing at {request.path[:100]} on this server."
    if status == 507:
        return "This server's disk is nearly full, so nothing was done. Its admin has to make room."
    if status >= 500:
        return (
            "Something went wrong on this server. Its admin finds the reason in the log under the id "
            f"{answer.get('X-Request-ID', '(none)')}."
        )
    return "This request could not be understood, so nothing was done."
