"""Who calls: the key in `Authorization: Bearer …`, and nothing else. Cookies do not count here."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.security import HttpBearer

from voiceclone.accounts import keys
from voiceclone.accounts.models import ApiKey, User
from voiceclone.api import limits


class ProgramRequest(HttpRequest):
    """The type of a request that `Bearer` has let through."""

    user: User
    auth: ApiKey


class Bearer(HttpBearer):
    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        """The key; None is a 401. Raises Refused where it has sent too many requests."""
        key = keys.find(token.strip())
        if key is None:
            return None
        limits.count_request(key)
        keys.note_use(key)
        request.user = key.owner
        return key
