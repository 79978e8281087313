"""The type of a request that `login_required` has let through."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from voiceclone.accounts.models import User


class PersonRequest(HttpRequest):
    user: User
    htmx: HtmxDetails
