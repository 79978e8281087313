"""The section of the account page: one's archive, a voice from elsewhere, the end."""

from __future__ import annotations

from typing import Any

from django import template

from voiceclone.accounts.models import User
from voiceclone.portability.models import Export

register = template.Library()


@register.inclusion_tag("portability/_your_data.html", takes_context=True)
def your_data(context: dict[str, Any], user: User) -> dict[str, Any]:
    return {"export": Export.objects.for_user(user).first(), "csrf_token": context.get("csrf_token")}
