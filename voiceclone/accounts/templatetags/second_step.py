"""What is left to sign in with, for pages that take a way away."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django import template

from voiceclone.accounts.models import User

register = template.Library()


@register.filter
def has_passkeys(user: User) -> bool:
    return bool(Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.WEBAUTHN).exists())
