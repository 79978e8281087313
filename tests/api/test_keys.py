"""API keys: made, shown once, found, revoked; only a digest of them is kept."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils.timezone import now

from voiceclone.accounts import keys
from voiceclone.accounts.models import ApiKey, User
from voiceclone.api.keys import issue, take_back
from voiceclone.audit.models import AuditEvent
from voiceclone.log import LineFormatter

pytestmark = pytest.mark.django_db(transaction=True)
KEY = re.compile(r"vc_[0-9A-Za-z]{46}")


@pytest.fixture
def browser(alice: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(alice)


def test_a_key_opens_its_owners_account(alice: User) -> None:
    token = issue(alice, "Home")
    assert KEY.fullmatch(token)
    found = keys.find(token)
    assert found is not None
    assert (found.owner, found.name, found.shown) == (alice, "Home", f"vc_…{token[-4:]}")


def test_only_a_digest_is_kept(alice: User) -> None:
    token = issue(alice, "")
    stored = str(ApiKey.objects.values().get())
    assert token not in stored
    assert token[3:20] not in stored


def test_a_mistyped_key_is_recognised_without_asking_the_database(alice: User) -> None:
    token = issue(alice, "")
    wrong = token[:-1] + ("0" if token[-1] != "0" else "1")
    connection.force_debug_cursor = True
    connection.queries_log.clear()
    try:
        assert keys.find(wrong) is None
        assert keys.find("vc_" + "é" * 46) is None
        assert not connection.queries_log
    finally:
        connection.force_debug_cursor = False


def test_a_revoked_key_opens_nothing(alice: User) -> None:
    token = issue(alice, "Old")
    take_back(ApiKey.objects.get(), alice)
    assert keys.find(token) is None
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True)) == ["key.made", "key.revoked"]


def test_the_key_of_somebody_who_may_not_log_in_opens_nothing(alice: User) -> None:
    token = issue(alice, "")
    User.objects.update(is_active=False)
    assert keys.find(token) is None


def test_the_last_use_is_written_once_a_minute(alice: User) -> None:
    key, _ = keys.make(alice)
    keys.note_use(key)
    key.refresh_from_db()
    first = key.last_used_at
    assert first is not None
    keys.note_use(key)
    key.refresh_from_db()
    assert key.last_used_at == first
    ApiKey.objects.update(last_used_at=now() - timedelta(minutes=2))
    key.refresh_from_db()
    keys.note_use(key)
    key.refresh_from_db()
    assert key.last_used_at is not None
    assert key.last_used_at >= first


def test_the_page_shows_a_new_key_once(browser: Client, alice: User) -> None:
    answer = browser.post("/account/keys/", {"name": "Home Assistant"})
    token = KEY.search(answer.content.decode())
    assert token
    assert keys.find(token[0]) is not None
    assert answer["Cache-Control"] == "no-store"
    later = browser.get("/account/keys/").content.decode()
    assert "Home Assistant" in later
    assert token[0] not in later
    assert token[0][-4:] in later


def test_a_name_that_is_too_long_is_said_and_kept(browser: Client) -> None:
    answer = browser.post("/account/keys/", {"name": "x" * 61})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "The name has 61 characters; the limit is 60." in page
    assert "x" * 61 in page


def test_there_is_a_limit_to_how_many(browser: Client, alice: User) -> None:
    for _ in range(keys.MOST):
        keys.make(alice)
    assert "There are 50 keys already" in browser.post("/account/keys/", {"name": "One more"}).content.decode()


def test_revoking_on_the_page(browser: Client, alice: User) -> None:
    token = issue(alice, "Old")
    assert browser.post(f"/account/keys/{ApiKey.objects.get().pk}/revoke/")["Location"] == "/account/keys/"
    assert keys.find(token) is None
    assert "“Old” is revoked" in browser.get("/account/keys/").content.decode()


def test_somebody_elses_key_is_not_found(browser: Client, bob: User) -> None:
    token = issue(bob, "Bob's")
    assert browser.post(f"/account/keys/{ApiKey.objects.get().pk}/revoke/").status_code == 404
    assert keys.find(token) is not None


def test_createapikey_prints_the_key_alone_on_the_last_line(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("createapikey", "New.Person@example.org", "--name", "Script")
    token = capsys.readouterr().out.splitlines()[-1]
    found = keys.find(token)
    assert found is not None
    assert (found.owner.email, found.name) == ("new.person@example.org", "Script")
    assert not found.owner.has_usable_password()


def test_createapikey_for_somebody_who_is_there(alice: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("createapikey", alice.email)
    found = keys.find(capsys.readouterr().out.splitlines()[-1])
    assert found is not None
    assert found.owner == alice


def test_createapikey_wants_an_address(db: None) -> None:
    with pytest.raises(CommandError, match="'nobody' is not an e-mail address"):
        call_command("createapikey", "nobody")


@pytest.mark.parametrize("text", ["key={}", "Authorization: Bearer {}", "bearer {}", "('{}',)"])
def test_a_key_never_reaches_the_log(alice: User, text: str) -> None:
    token = issue(alice, "")
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, text.format(token), None, None)
    line = LineFormatter().format(record)
    assert token not in line
    assert "[secret]" in line
