"""Whoever is asked once more who they are is shown only ways that end."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.management import call_command
from django.test import Client

from tests.conftest import PASSWORD
from voiceclone.accounts.models import User

pytestmark = pytest.mark.django_db
ASKED, CODE = "/account/reauthenticate/", "/account/reauthenticate/code/"


@pytest.fixture
def browser(client: Client, alice: User) -> Client:
    call_command("createcachetable", verbosity=0)
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    client.post("/account/login/", {"login": alice.email, "password": PASSWORD})
    return client


def test_without_mail_no_code_is_offered_nor_sent(browser: Client, alice: User) -> None:
    page = browser.get(ASKED).content.decode()
    assert CODE not in page
    assert 'href="/account/"' in page
    assert browser.get(CODE).status_code == 403
    assert browser.post(CODE, {"recipient": alice.email}).status_code == 403
    assert not mail.outbox


def test_a_code_by_mail_lets_go_on(browser: Client, alice: User, settings: Any) -> None:
    settings.ACCOUNT_REAUTHENTICATION_METHODS = ["password", "mfa", "code"]
    assert CODE in browser.get(ASKED).content.decode()
    assert "Is it still you?" in browser.get(CODE).content.decode()
    page = browser.post(CODE, {"recipient": alice.email}, follow=True)
    assert f"We have sent a code to {alice.email}." in page.content.decode()
    [letter] = mail.outbox
    found = re.search(r"^([A-Z0-9-]{6,})$", str(letter.body), re.MULTILINE)
    assert found
    wrong = browser.post(f"{CODE}confirm/", {"code": "WRONG-1"})
    assert "That did not match." in wrong.content.decode()
    answer = browser.post(f"{CODE}confirm/", {"code": found[1]})
    assert answer.status_code == 302


def test_what_is_left_without_the_app_is_said(browser: Client, alice: User) -> None:
    browser.post(ASKED, {"password": PASSWORD})
    Authenticator.objects.create(user=alice, type=Authenticator.Type.TOTP, data={"secret": "x"})
    where = "/account/2fa/totp/deactivate/"
    assert "your password alone is enough" in browser.get(where).content.decode()
    Authenticator.objects.create(user=alice, type=Authenticator.Type.WEBAUTHN, data={})
    page = browser.get(where).content.decode()
    assert "your password alone is enough" not in page
    assert "Your passkeys still work" in page
