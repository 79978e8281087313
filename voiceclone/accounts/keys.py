"""API keys: `vc_`, 40 random characters, and 6 that check them, so that scanners can tell a leaked key from a word."""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib
from datetime import timedelta

from django.db.models import Q
from django.utils.timezone import now

from voiceclone.accounts.models import ApiKey, User

PREFIX = "vc_"
ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
SHAPE = re.compile(r"vc_([0-9A-Za-z]{40})([0-9A-Za-z]{6})")
RANDOM, CHECK = 40, 6  # 62^40 is 238 bits
NOTED_EVERY = timedelta(minutes=1)  # a key that is used all the time must not mean a write for each request
MOST = 50  # that one person may hold
UNNAMED = "Unnamed"


def make(owner: User, name: str = "") -> tuple[ApiKey, str]:
    """A new key. Returns its row and the key itself, which cannot be had again."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM))
    token = f"{PREFIX}{body}{_check(body)}"
    row = ApiKey.objects.create(owner=owner, name=name.strip() or UNNAMED, digest=_digest(token), last_four=token[-4:])
    return row, token


def find(token: str) -> ApiKey | None:
    """The living key, with its owner; None where it is wrong, revoked, or its owner may not log in."""
    shape = SHAPE.fullmatch(token)
    if not shape or _check(shape[1]) != shape[2]:
        return None
    return ApiKey.objects.living().select_related("owner").filter(digest=_digest(token)).first()


def note_use(key: ApiKey) -> None:
    """At most once a minute."""
    t = now()
    if key.last_used_at is None or key.last_used_at < t - NOTED_EVERY:
        old = Q(last_used_at=None) | Q(last_used_at__lt=t - NOTED_EVERY)
        ApiKey.objects.filter(old, pk=key.pk).update(last_used_at=t)


def revoke(key: ApiKey) -> bool:
    """From now on it opens nothing. False where it was revoked before."""
    return ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now()) == 1


def _digest(token: str) -> str:
    """A fast hash is right for what nobody can guess."""
    return hashlib.sha256(token.encode()).hexdigest()


def _check(body: str) -> str:
    """The CRC-32 of the random part, in base 62."""
    number, text = zlib.crc32(body.encode()), ""
    for _ in range(CHECK):
        number, digit = divmod(number, len(ALPHABET))
        text = ALPHABET[digit] + text
    return text
