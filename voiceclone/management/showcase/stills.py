"""Pages that no address shows at will, as text: errors, a closed sign-up, mails."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core.context import request_context
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.base import BaseStorage
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import Client, RequestFactory
from django.test.utils import override_settings
from django.utils.timezone import now
from django.utils.translation import get_language
from django.views import defaults

from voiceclone import views
from voiceclone.accounts import letters
from voiceclone.accounts.models import User
from voiceclone.log import request_id
from voiceclone.portability.models import Erasure
from voiceclone.samples.models import Sample
from voiceclone.voices import notices
from voiceclone.voices.models import Approval, Voice


@dataclass(frozen=True, slots=True)
class Still:
    name: str
    html: str
    status: int = 200


SITE = "https://voices.example.org"
MAILS = {
    "account/email/email_confirmation_signup": {"activate_url": f"{SITE}/account/confirm-email/Mw:1/"},
    "account/email/password_reset_key": {"password_reset_url": f"{SITE}/account/password/reset/key/1-x/"},
    "account/email/unknown_account": {"signup_url": f"{SITE}/account/signup/"},
    "account/email/account_already_exists": {"password_reset_url": f"{SITE}/account/password/reset/"},
    "account/email/password_changed": {},
    "account/email/email_changed": {"from_email": "old@example.org", "to_email": "maker@example.org"},
    "account/email/login_code": {"code": "KX7-2QP"},
    "mfa/email/totp_activated": {},
    "mfa/email/webauthn_added": {},
}


class NoMessages(BaseStorage):
    def _get(self, *args: Any, **kwargs: Any) -> tuple[list[Any], bool]:
        return [], True

    def _store(self, messages: Any, response: Any, *args: Any, **kwargs: Any) -> list[Any]:
        return []


def all_of_them(maker: User, newcomer: User) -> list[dict[str, Any]]:
    return [asdict(still) for still in (*_errors(), _closed(), _must_read_aloud(newcomer), *_mails(maker))]


def _request(user: User | None = None) -> HttpRequest:
    request = RequestFactory(HTTP_HOST="localhost").get("/")
    request.user = user or AnonymousUser()
    request.session = {}  # type: ignore[assignment]
    request._messages = NoMessages(request)  # type: ignore[attr-defined]
    return request


def _errors() -> list[Still]:
    request, token = _request(), request_id.set("k7w2mx9rqd")
    answers: dict[str, HttpResponse] = {
        "error-400": views.bad_request(request, ValueError()),
        "error-403": defaults.permission_denied(request, PermissionDenied()),
        "error-403-form": views.csrf_failure(request),
        "error-404": defaults.page_not_found(request, Http404()),
        "error-429": render(request, "429.html", status=429),
        "error-500": views.server_error(request),
    }
    request_id.reset(token)
    return [Still(name, answer.content.decode(), answer.status_code) for name, answer in answers.items()]


def _closed() -> Still:
    return Still("sign-up-closed", render(_request(), "account/signup_closed.html").content.decode())


@override_settings(CONSENT="read_aloud", ALLOWED_HOSTS=["localhost"])
def _must_read_aloud(newcomer: User) -> Still:
    client = Client(HTTP_HOST="localhost", HTTP_ACCEPT_LANGUAGE=get_language())
    client.force_login(newcomer, settings.AUTHENTICATION_BACKENDS[0])
    return Still("clone-read-aloud", client.get("/clone/").content.decode())


@override_settings(
    EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
    EMAIL_URL="smtp://localhost",
    ALLOWED_HOSTS=["*"],
    SITE_URL=SITE,
    BASE_URL=SITE,
)
def _mails(maker: User) -> list[Still]:
    """As they are really sent: the HTML part, and the text beside it."""
    mail.outbox = []
    names = []
    common = {"user": maker, "email": maker.email, "timestamp": now(), "ip": "192.0.2.7", "user_agent": "Firefox"}
    with request_context(_request(maker)):
        for prefix, context in MAILS.items():
            get_adapter().send_mail(prefix, maker.email, {**common, **context})
            names.append(prefix.rpartition("/")[2].replace("_", "-"))
    Voice.objects.ending_soon().update(noticed_at=None)
    notices.send()
    names.append("ending-soon")
    for name, context in {**_decisions(maker), **_ends(maker)}.items():
        letters.send(maker, name.partition("#")[0], context)
        names.append(re.sub("[_#]", "-", name.rpartition("/")[2]).rstrip("-"))
    stills: list[Still] = []
    for name, message in zip(names, mail.outbox, strict=True):
        parts = [str(content) for content, kind in getattr(message, "alternatives", []) if kind == "text/html"]
        if parts:
            stills.append(Still(f"mail-{name}", parts[0]))
        text = f"Subject: {message.subject}\nFrom: {settings.DEFAULT_FROM_EMAIL}\n\n{message.body}"
        subject, body = escape(str(message.subject)), escape(text)
        head = f'<!doctype html><html lang="{get_language()}"><meta name="color-scheme" content="light dark">'
        text_part = f'<main><h1>{subject}</h1><pre style="white-space: pre-wrap; overflow-wrap: anywhere">{body}</pre>'
        stills.append(Still(f"mail-{name}-text", f"{head}<title>{subject}</title>{text_part}"))
    return stills


def _decisions(maker: User) -> dict[str, dict[str, Any]]:
    """An admin is asked, approves, refuses."""
    sample = Sample.objects.for_user(maker).latest("created_at")
    asked = Approval(owner=maker, voice_id="GrandmasVoice-1", whose="cannot_speak", sample=sample)
    approved = Approval(owner=maker, voice_id="GrandmasVoice-1", state="approved")
    refused = Approval(owner=maker, voice_id="GrandmasVoice-1", state="refused")
    return {
        "cloning/email/waiting": {"approval": asked},
        "cloning/email/decided#approved": {"approval": approved},
        "cloning/email/decided#refused": {"approval": refused},
    }


def _ends(maker: User) -> dict[str, dict[str, Any]]:
    found = {"voices": 3, "samples": 2, "previews": 3, "speeches": 41, "consents": 1, "size": 48_000_000}
    return {"portability/email/erased": {"receipt": Erasure(found=found)}}
