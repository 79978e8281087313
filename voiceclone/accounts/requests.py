"""The type of a request that `login_required` has let through, and where the site is that it was sent to."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from voiceclone.accounts.models import User


class PersonRequest(HttpRequest):
    user: User
    htmx: HtmxDetails


def origin(request: HttpRequest) -> str:
    """Where this site is, for addresses that are used elsewhere; known even on the page that refuses a wrong Host."""
    try:
        return settings.SITE_URL or f"{request.scheme}://{request.get_host()}"
    except DisallowedHost:
        return str(settings.BASE_URL)
