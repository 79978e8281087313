"""Around every request: headers for which Django has no setting, compression, and the id by which an error is found."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from django.utils.crypto import get_random_string

from voiceclone.log import request_id as current_id
from voiceclone.work.disk import is_full

log, pages = logging.getLogger("disk"), logging.getLogger("pages")
SHOW_IT = (400, 403, 404, 429)  # their pages show the id, and nothing else would log it
PERMISSIONS = "microphone=(self), camera=(), geolocation=(), payment=(), usb=()"


def privacy_headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            response.setdefault("Cache-Control", "no-store")  # nothing private stays in a shared computer's cache
        return response

    return middleware


def small_pages(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Pages travel compressed, also where no proxy does it; sound and events go as they are, at once.

    BREACH learns nothing: what a page keeps secret (its CSRF token) is masked anew in each, and Django adds noise.
    """
    zipper = GZipMiddleware(get_response)

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not response.streaming and response.get("Content-Type", "").startswith("text/html"):
            zipper.process_response(request, response)
        return response

    return middleware


def request_id(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        name = get_random_string(10, "abcdefghjkmnpqrstuvwxyz23456789")
        token = current_id.set(name)
        try:
            response = get_response(request)
            response["X-Request-ID"] = name
            if response.status_code in SHOW_IT and response.get("Content-Type", "").startswith("text/html"):
                match = request.resolver_match
                where = match.route if match else request.path[:100]  # an address that we know may hold a secret
                pages.info("refused status=%d method=%s at=%s", response.status_code, request.method, where)
            return response
        finally:
            current_id.reset(token)

    return middleware


class FullDisk:
    """A view that found no room has done nothing wrong: 507 and a sentence, whatever it was about to write."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not is_full(error):
            return None
        log.warning("no room: %s", error)
        return render(request, "507.html", {"request_id": current_id.get()}, status=507)
