"""Signing up, signing in, and who may."""

from __future__ import annotations

import logging
import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tests.conftest import PASSWORD
from voiceclone.accounts.models import Invitation, User

pytestmark = pytest.mark.django_db(transaction=True)
NEW = {"email": "New.Person@Example.org", "password1": PASSWORD}


def sign_up(browser: Client, **values: str) -> int:
    return browser.post("/account/signup/", {**NEW, **values}).status_code


@pytest.fixture
def browser(client: Client, settings: object) -> Client:
    call_command("createcachetable", verbosity=0)
    return client


def test_two_fields_and_one_lands_on_the_clone_page(browser: Client) -> None:
    page = browser.get("/account/signup/").content.decode()
    assert len(re.findall(r"<input[^>]+type=.(?:email|password|text)", page)) == 2
    assert browser.post("/account/signup/", NEW)["Location"] == "/clone/"
    assert User.objects.get().email == "new.person@example.org"
    assert browser.get("/clone/").status_code == 200


@pytest.mark.parametrize("password", ["short", "12345678901234", "password123456"])
def test_a_weak_password_is_refused(browser: Client, password: str) -> None:
    assert sign_up(browser, password1=password) == 200
    assert not User.objects.exists()


def test_an_address_that_is_known_makes_no_second_account(browser: Client, alice: User) -> None:
    sign_up(browser, email="ALICE@example.org")
    assert User.objects.count() == 1


def test_a_closed_site_says_so(browser: Client, settings: object) -> None:
    settings.REGISTRATION = "closed"  # type: ignore[attr-defined]
    sign_up(browser)
    assert not User.objects.exists()


def test_an_invitation_lets_in_one_person(browser: Client, settings: object) -> None:
    settings.REGISTRATION = "invite"  # type: ignore[attr-defined]
    sign_up(browser)
    assert not User.objects.exists()
    token = Invitation.make("for Anna")
    browser.get(f"/account/signup/?invite={token}")
    assert sign_up(browser) == 302
    assert Invitation.objects.get().used_by == User.objects.get()
    second = Client()
    second.get(f"/account/signup/?invite={token}")
    sign_up(second, email="second@example.org")
    assert User.objects.count() == 1


def test_only_a_digest_of_an_invitation_is_kept(db: None) -> None:
    token = Invitation.make()
    assert token not in str(Invitation.objects.values().get())


def test_too_many_wrong_passwords_are_stopped(browser: Client, alice: User) -> None:
    for _ in range(10):
        browser.post("/account/login/", {"login": alice.email, "password": "wrong"})
    answer = browser.post("/account/login/", {"login": alice.email, "password": PASSWORD})
    assert answer.status_code in (200, 429)
    assert "_auth_user_id" not in browser.session


def test_the_reset_link_is_in_the_log_where_there_is_no_mail_server(
    browser: Client, alice: User, settings: object, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = "voiceclone.accounts.mail.LinkLogBackend"  # type: ignore[attr-defined]
    with caplog.at_level(logging.INFO):
        browser.post("/account/password/reset/", {"email": alice.email})
    line = next(message for message in caplog.messages if "/account/password/reset/key/" in message)
    assert alice.email not in line


def test_createadmin_promotes_who_is_there(alice: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("createadmin", "Alice@example.org")
    alice.refresh_from_db()
    assert alice.is_staff
    assert alice.is_superuser
    assert "is an admin now" in capsys.readouterr().out


def test_createadmin_makes_the_account_and_a_link_that_works(
    browser: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("createadmin", "root@example.org")
    link = re.search(r"http://localhost:\d+(\S+)", capsys.readouterr().out.splitlines()[-1])
    assert link is not None
    form = browser.get(link[1], follow=True)
    browser.post(form.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    assert Client().login(email="root@example.org", password=PASSWORD)


def test_createadmin_wants_an_address(db: None) -> None:
    with pytest.raises(CommandError, match="'nobody' is not an e-mail address"):
        call_command("createadmin", "nobody")
