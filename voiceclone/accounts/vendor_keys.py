"""People's own keys at vendors: sealed in the database, opened only to ask the vendor, never shown or logged.

Fernet (AES-128-CBC with HMAC-SHA256). Its key is derived from VENDOR_KEYS_SECRET, which is SECRET_KEY unless it is set:
whoever has the database alone has no keys. Where the secret has changed, a sealed key is as good as none.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils.timezone import now
from django.utils.translation import gettext as _

from voiceclone.accounts.models import User, VendorKey
from voiceclone.figures import Figure

LONGEST = 300


@dataclass(frozen=True, slots=True)
class Key:
    """Opens an account at a vendor. `account` tells it from others without saying anything about it."""

    secret: str = field(repr=False)
    is_own: bool

    @property
    def account(self) -> str:
        digest = hmac.new(settings.VENDOR_KEYS_SECRET.encode(), self.secret.encode(), hashlib.sha256)
        return digest.hexdigest()[:16]


def problem(secret: str) -> str:
    """What is wrong with what somebody gave as a key, as a sentence; empty where nothing is."""
    if not secret:
        return _("Key is required, and was not given.")
    if len(secret) > LONGEST:
        return _("Key has {found} characters; the limit is {limit}.").format(
            found=f"{Figure(len(secret)):,}", limit=LONGEST
        )
    if not secret.isascii() or not secret.isprintable() or " " in secret:
        return _("Key has letters, digits and signs only, without blanks. Copy it again.")
    return ""


def keep(owner: User, engine: str, secret: str) -> None:
    sealed = seal(secret)
    VendorKey.objects.update_or_create(owner=owner, engine=engine, defaults={"sealed": sealed, "set_at": now()})


def forget(owner: User, engine: str) -> None:
    VendorKey.objects.filter(owner=owner, engine=engine).delete()


def find(owner: User | int, engine: str) -> Key | None:
    """The key with which this person's tasks are done: their own, or else the site's."""
    return next(iter(_keys(owner, engine)), None)


def of_account(owner: User | int, engine: str, account: str) -> Key | None:
    """The key with which something was begun there, also where another one would be taken by now."""
    return next((key for key in _keys(owner, engine) if key.account == account), None)


def _keys(owner: User | int, engine: str) -> list[Key]:
    """Those that this person may use, their own first."""
    pk = owner if isinstance(owner, int) else owner.pk
    row = VendorKey.objects.filter(owner=pk, engine=engine).first()
    own, sites = unseal(row.sealed) if row else "", settings.VENDOR_KEYS.get(engine, "")
    return [Key(secret, is_own=is_own) for secret, is_own in ((own, True), (sites, False)) if secret]


def seal(text: str) -> str:
    return _fernet().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Empty where it was sealed with another secret."""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return ""


def _fernet() -> Fernet:
    derived = hashlib.sha256(b"voiceclone vendor keys\0" + settings.VENDOR_KEYS_SECRET.encode()).digest()
    return Fernet(urlsafe_b64encode(derived))
