"""The landing page, the health check, how the site looks elsewhere, and what is shown when something went wrong."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from voiceclone.accounts.requests import origin
from voiceclone.engines import registry
from voiceclone.log import request_id
from voiceclone.predictions.remote import breaker
from voiceclone.voices.retention import lifetime
from voiceclone.work.models import Worker

LIGHT, DARK = "#fbfaf8", "#121110"  # --bg in static/css/app.css


def site(request: HttpRequest) -> dict[str, object]:
    """What any page may want to know about this site (a context processor)."""
    return {
        "origin": lambda: origin(request),
        "has_mail": bool(settings.EMAIL_URL),
        "sample_max_bytes": int(settings.SAMPLE_MAX_MB * 1024 * 1024),
        "lifetime": lifetime(),
        "request_id": request_id.get(),
    }


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    stays_here = not any(registry.is_hosted(name) for name in settings.ENGINES)
    context = {"registration": settings.REGISTRATION, "stays_here": stays_here, "engine": settings.ENGINE}
    return render(request, "landing.html", context)


@require_safe
@cache_control(max_age=3600)
def manifest(request: HttpRequest) -> JsonResponse:
    """How a phone or a desktop shows this site that is installed there. https://www.w3.org/TR/appmanifest/"""
    icons = (("192x192", "icon-192", "any"), ("512x512", "icon-512", "any"), ("512x512", "icon-512-full", "maskable"))
    shortcuts = ((gettext("Clone"), "clone"), (gettext("Voices"), "voices"), (gettext("Speak"), "speak"))
    return JsonResponse(
        {
            "id": "/",
            "name": settings.SITE_NAME,
            "short_name": settings.SITE_NAME,
            "description": gettext("Hear your own voice say something new"),
            "lang": get_language(),
            "start_url": reverse("clone"),
            "scope": "/",
            "display": "minimal-ui",  # with its ways back and to reload
            "theme_color": LIGHT,
            "background_color": LIGHT,
            "color_scheme_dark": {"theme_color": DARK, "background_color": DARK},
            "icons": [
                {"src": static(f"img/{name}.png"), "sizes": sizes, "type": "image/png", "purpose": purpose}
                for sizes, name, purpose in icons
            ],
            "shortcuts": [{"name": name, "url": reverse(view)} for name, view in shortcuts],
        },
        content_type="application/manifest+json",
    )


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 once web, database and a worker are alive; else 503 and what is not."""
    try:
        workers = Worker.alive()
        vendors = {name: breaker.state(name) for name in settings.ENGINES if name in settings.VENDOR_KEYS}
        state: dict[str, object] = {"web": True, "database": True, "worker": workers > 0, "workers": workers}
        if vendors:  # a vendor that is down is no reason to start this site anew
            state["vendors"] = vendors
    except DatabaseError:
        state = {"web": True, "database": False, "worker": False, "workers": 0}
    healthy = state["database"] and state["worker"]
    return JsonResponse({"status": "ok" if healthy else "waiting", **state}, status=200 if healthy else 503)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    came_from = request.META.get("HTTP_REFERER", "")
    ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, request.is_secure())
    return render(request, "403_csrf.html", {"came_from": came_from if ours else ""}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Without the request: that may be what is wrong."""
    return HttpResponse(render_to_string("400.html", {"request_id": request_id.get()}), status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    return HttpResponse(render_to_string("500.html", {"request_id": request_id.get()}), status=500)
