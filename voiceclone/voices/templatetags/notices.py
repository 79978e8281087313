"""The notice at the head of every page, for whoever has a voice that ends soon."""

from __future__ import annotations

from typing import Any

from django import template

from voiceclone.accounts.models import User
from voiceclone.voices.models import Voice

register = template.Library()


@register.inclusion_tag("voices/_ending_soon.html")
def ending_soon(user: User, shown: Voice | None = None) -> dict[str, Any]:
    """Nothing about the voice that the page itself is about: it says how long it lives."""
    voices = Voice.objects.for_user(user).ending_soon().usable().order_by("expires_at")
    if shown:
        voices = voices.exclude(pk=shown.pk)
    first = voices.first()
    return {"voice": first, "others": voices.count() - 1 if first else 0}
