"""The landing page, the health check, and what is shown when something went wrong."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from voiceclone.log import request_id
from voiceclone.predictions.remote import breaker
from voiceclone.voices.retention import lifetime
from voiceclone.work.models import Worker


def site(request: HttpRequest) -> dict[str, object]:
    """What any page may want to know about this site (a context processor)."""
    return {
        "has_mail": bool(settings.EMAIL_URL),
        "sample_max_bytes": int(settings.SAMPLE_MAX_MB * 1024 * 1024),
        "lifetime": lifetime(),
    }


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    return render(request, "landing.html", {"registration": settings.REGISTRATION})


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
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    return HttpResponse(render_to_string("500.html", {"request_id": request_id.get()}), status=500)
