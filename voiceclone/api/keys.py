"""Giving out and taking back keys, with a line in the audit trail for each."""

from __future__ import annotations

from django.db import transaction

from voiceclone.accounts import keys
from voiceclone.accounts.models import ApiKey, User
from voiceclone.audit.models import Action, record


def issue(user: User, name: str) -> str:
    """Returns the key, which is shown once. Raises ValueError with a sentence."""
    longest = ApiKey._meta.get_field("name").max_length or 0
    if len(name.strip()) > longest:
        raise ValueError(f"The name has {len(name.strip())} characters; the limit is {longest}.")
    with transaction.atomic():
        if ApiKey.objects.for_user(user).living().count() >= keys.MOST:
            raise ValueError(f"There are {keys.MOST} keys already, which is the limit. Revoke one that is not used.")
        key, token = keys.make(user, name)
        record(Action.KEY_MADE, key.pk, user)
    return token


def take_back(key: ApiKey, actor: User) -> None:
    with transaction.atomic():
        if keys.revoke(key):
            record(Action.KEY_REVOKED, key.pk, actor)
