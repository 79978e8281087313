"""Who may sign up, and where they land: what we ask of allauth."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from voiceclone.accounts.models import Invitation, User

INVITATION = "invitation"  # its key in the session


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        if settings.REGISTRATION == "invite":
            token = request.GET.get("invite")
            if token:  # kept for the POST that follows
                request.session[INVITATION] = token
            return Invitation.is_open(request.session.get(INVITATION, ""))
        return bool(settings.REGISTRATION == "open")

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        saved: User = super().save_user(request, user, form, commit)
        if settings.REGISTRATION == "invite" and not Invitation.use(request.session.pop(INVITATION, ""), saved):
            saved.delete()
            raise ValidationError("Somebody else has used this invitation. Ask for another one.")
        return saved
