"""Who may sign up, where they land, and how mails are written: what we ask of allauth."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.utils import translation

from voiceclone.accounts import letters, words
from voiceclone.accounts.language import language_of
from voiceclone.accounts.models import Invitation, User
from voiceclone.accounts.templatetags.browsers import browser

INVITATION = "invitation"  # its key in the session


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | words.ERRORS

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        if settings.REGISTRATION == "invite":
            token = request.GET.get("invite")
            if token:  # kept for the POST that follows
                request.session[INVITATION] = token
            return Invitation.is_open(request.session.get(INVITATION, ""))
        return bool(settings.REGISTRATION == "open")

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user.language = translation.get_language() or ""  # mails from workers know no browser
        saved: User = super().save_user(request, user, form, commit)
        if settings.REGISTRATION == "invite" and not Invitation.use(request.session.pop(INVITATION, ""), saved):
            saved.delete()
            raise ValidationError(translation.gettext("Somebody else has used this invitation. Ask for another one."))
        return saved

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        super().send_notification_mail(template_prefix, user, {**(context or {}), "user": user}, email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of the account; who has none reads what their browser asked for."""
        with translation.override(language_of(context.get("user")) or translation.get_language()):
            super().send_mail(template_prefix, email, context)

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        context = {**context, "may_sign_up": settings.REGISTRATION == "open"}
        to = [email] if isinstance(email, str) else email
        letter = letters.compose(template_prefix, to, context, context.get("request"))
        letter.extra_headers.update(headers or {})
        return letter


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = DefaultMFAAdapter.error_messages | words.SECOND_FACTOR_ERRORS

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """Where it is made tells it from the others better than its number."""
        request = allauth_context.request
        agent = request.META.get("HTTP_USER_AGENT", "") if request else ""
        return browser(agent)[:40] or translation.gettext("This device")
