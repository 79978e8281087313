"""The signature of the v3 contract, and each person's secret for it.

    webhook-signature: v3,<hex of HMAC-SHA256 over "{webhook-id}.{webhook-timestamp}.{raw body}">

The key is the secret without its prefix `whsec_`, as text, not decoded.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta

from django.utils.timezone import now

from voiceclone.accounts.models import User
from voiceclone.predictions.models import WebhookSecret

PREFIX = "whsec_"
BOTH_VALID = timedelta(hours=24)


def sign(secret: str, event: str, timestamp: int, body: bytes) -> str:
    """The value of the header `webhook-signature`."""
    signed = f"{event}.{timestamp}.".encode() + body
    return "v3," + hmac.new(secret.removeprefix(PREFIX).encode(), signed, hashlib.sha256).hexdigest()


def secret_of(user: User) -> str:
    """This person's secret, made when it is first asked for."""
    return _row(user).secret


def rotate(user: User) -> str:
    """A new secret. The old one stays valid for a day. Returns the new one."""
    row = _row(user)
    new = _new()
    WebhookSecret.objects.filter(pk=row.pk).update(secret=new, previous=row.secret, previous_until=now() + BOTH_VALID)
    return new


def secret_for_try(user: User, number: int) -> str:
    """With which secret to sign the `number`th try, counted from 0.

    The contract's header holds one signature. While two secrets are valid, tries take turns: whichever of them a
    receiver knows, one of two tries in a row verifies.
    """
    row = _row(user)
    is_turn_of_old = number % 2 == 1 and row.previous_until is not None and row.previous_until > now()
    return row.previous if is_turn_of_old else row.secret


def _row(user: User) -> WebhookSecret:
    return WebhookSecret.objects.get_or_create(owner=user, defaults={"secret": _new()})[0]


def _new() -> str:
    return PREFIX + secrets.token_urlsafe(32)
