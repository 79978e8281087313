"""Mails: each has a text and an HTML part that say the same, in the language of whoever reads it."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from allauth.core.context import request_context
from django.conf import settings as site_settings
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client, RequestFactory
from django.utils import translation
from django.utils.timezone import now

from tests.conftest import PASSWORD
from voiceclone.accounts import letters
from voiceclone.accounts.models import User

pytestmark = pytest.mark.django_db
TEMPLATES = site_settings.BASE_DIR / "templates"
OF_ALLAUTH = sorted(
    str(path.relative_to(TEMPLATES)).removesuffix("_message.txt")
    for room in ("account", "mfa")
    for path in (TEMPLATES / room / "email").glob("*_message.txt")
    if not path.name.startswith("base_")
)
SITE = "http://testserver"
CONTEXT = {
    "activate_url": f"{SITE}/account/confirm-email/Mw:1/",
    "password_reset_url": f"{SITE}/account/password/reset/key/1-x/",
    "signup_url": f"{SITE}/account/signup/",
    "from_email": "old@example.org",
    "to_email": "new@example.org",
    "deleted_email": "old@example.org",
    "code": "KX7-2QP",
    "ip": "192.0.2.7",
    "user_agent": "Firefox: https://elsewhere.example/<b>",
}


def html_of(letter: Any) -> str:
    assert isinstance(letter, EmailMultiAlternatives)
    ((page, kind),) = letter.alternatives
    assert kind == "text/html"
    return str(page)


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<style>.*?</style>|<title>.*?</title>|<[^>]*>", " ", page, flags=re.S)).split())


@pytest.mark.parametrize("without_code", [False, True])
@pytest.mark.parametrize("name", OF_ALLAUTH)
def test_both_parts_say_the_same_in_the_language_of_the_account(name: str, without_code: bool, alice: User) -> None:
    alice.language = "es"
    context = {**CONTEXT, "user": alice, "timestamp": now()}
    if without_code:
        del context["code"]
    request = RequestFactory(HTTP_HOST="testserver").get("/")
    with request_context(request):
        get_adapter().send_mail(name, alice.email, context)
    (letter,) = mail.outbox
    text, page = str(letter.body), html_of(letter)
    assert text.startswith("Hola:\n\n")
    assert text.endswith(f"\n\nVoiceclone\n{SITE}\n")
    assert '<html lang="es">' in page
    assert f">{escape(letter.subject)}</h1>" in page
    for line in filter(None, text.removesuffix(f"Voiceclone\n{SITE}\n").splitlines()):
        assert line.removesuffix(":") in words(page), line
    for link in re.findall(rf"{SITE}/\S+", text):
        assert '<p class="button"' in page
        assert f'href="{link}"' in page
    assert set(re.findall(r'href="([^"]+)"', page)) <= {SITE, f"{SITE}/account/password/reset/", *CONTEXT.values()}
    assert not re.search(r"src=|url\(|<link|<script|<img", page)
    assert "elsewhere" not in "".join(re.findall(r"<a [^>]*>", page))


def test_a_code_is_set_large(alice: User) -> None:
    page = html_of(letters.compose("account/email/login_code", [alice.email], {"code": "KX7-2QP"}))
    assert re.search(r'<p class="code ink"[^>]*>KX7-2QP</p>', page)


def test_only_our_own_addresses_become_buttons() -> None:
    ours, theirs = "Keep it:\nhttps://voices.example.org/speak/", "Click: https://voices.example.org.evil.example/"
    first, second = letters.parts(f"{ours}\n\n{theirs}", ("https://voices.example.org",))
    assert (first.label, first.url) == ("Keep it", "https://voices.example.org/speak/")
    assert (second.text, second.url) == (theirs, "")


def test_whoever_asks_for_a_new_password_reads_the_language_of_the_account(client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(language="es")
    client.post("/account/password/reset/", {"email": alice.email}, HTTP_ACCEPT_LANGUAGE="en")
    (letter,) = mail.outbox
    assert letter.subject == "Elige una contraseña nueva"
    assert "Elige una contraseña nueva</a>" in html_of(letter)


def test_a_change_of_the_password_is_told_in_it_too(alice: User, settings: Any) -> None:
    settings.ACCOUNT_EMAIL_NOTIFICATIONS = True  # as it is with a mail server
    User.objects.filter(pk=alice.pk).update(language="es")
    alice.refresh_from_db()
    request = RequestFactory(HTTP_HOST="testserver").get("/")
    with request_context(request), translation.override("en"):
        get_adapter(request).send_notification_mail("account/email/password_changed", alice, email=alice.email)
    (letter,) = mail.outbox
    assert "La contraseña de tu cuenta ha cambiado." in str(letter.body)


@pytest.mark.parametrize("registration", ["open", "invite", "closed"])
def test_an_account_is_offered_only_where_one_can_be_made(registration: str, settings: Any) -> None:
    settings.REGISTRATION = registration
    request = RequestFactory(HTTP_HOST="testserver").get("/")
    with request_context(request), translation.override("en"):
        get_adapter(request).send_mail("account/email/unknown_account", "eve@example.org", CONTEXT)
    (letter,) = mail.outbox
    assert (CONTEXT["signup_url"] in str(letter.body)) == (registration == "open")
    assert ("opened by whoever runs this site" in str(letter.body)) == (registration != "open")


def test_a_factor_that_a_stranger_added_is_not_left_by_a_new_password_alone(alice: User) -> None:
    request = RequestFactory(HTTP_HOST="testserver").get("/")
    with request_context(request), translation.override("en"):
        for name in ("mfa/email/totp_activated", "mfa/email/webauthn_added"):
            get_adapter(request).send_mail(name, alice.email, {**CONTEXT, "timestamp": now()})
    for letter in mail.outbox:
        assert "Then remove it on your account page." in str(letter.body)
        assert f"{SITE}/account/password/reset/" in str(letter.body)


def test_to_the_address_that_was_given_up_no_new_password_is_offered(alice: User) -> None:
    """It would be sent to whoever has the account now, or to nobody."""
    request = RequestFactory(HTTP_HOST="testserver").get("/")
    with request_context(request), translation.override("en"):
        get_adapter(request).send_mail(
            "account/email/email_changed", "old@example.org", {**CONTEXT, "timestamp": now()}
        )
    (letter,) = mail.outbox
    assert "tell whoever runs this site at once" in str(letter.body)
    assert "/account/password/reset/" not in str(letter.body) + html_of(letter)


def test_who_signs_up_is_written_to_in_the_language_that_the_page_had(client: Client) -> None:
    new = {"email": "nueva@example.org", "password1": PASSWORD}
    assert client.post("/account/signup/", new, HTTP_ACCEPT_LANGUAGE="es-MX").status_code == 302
    assert User.objects.get(email="nueva@example.org").language == "es"


def test_without_a_mail_server_nothing_is_sent(alice: User) -> None:
    assert not letters.send(alice, "portability/email/erased", {})
    assert mail.outbox == []
