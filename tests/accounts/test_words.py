"""allauth speaks in our words."""

from __future__ import annotations

import re

import pytest
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.adapter import get_adapter as account_adapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.adapter import get_adapter as second_factor_adapter
from django.test import Client

from tests.conftest import PASSWORD
from voiceclone.accounts.models import User

NOT_OURS = re.compile("username|phone")  # nobody has one here


@pytest.mark.parametrize(
    ("theirs", "ours"), [(DefaultAccountAdapter, account_adapter), (DefaultMFAAdapter, second_factor_adapter)]
)
def test_every_refusal_of_a_newer_allauth_is_said_in_our_words_too(theirs: type, ours: object) -> None:
    said = ours().error_messages  # type: ignore[operator]
    kept = [name for name, text in theirs.error_messages.items() if str(text) == str(said[name])]  # type: ignore[attr-defined]
    assert [name for name in kept if not NOT_OURS.search(name)] == []


@pytest.mark.django_db(transaction=True)
def test_a_password_is_asked_for_in_plain_words(client: Client, alice: User) -> None:
    client.force_login(alice)
    page = client.get("/account/password/change/").content.decode()
    labels = [label.strip() for label in re.findall(r"<label[^>]*>([^<]+)</label>", page)]
    assert labels == ["Current password", "New password", "Repeat the password"]
    assert ">Password</label>" in Client().get("/account/signup/").content.decode()
    wrong = {"oldpassword": "not this", "password1": PASSWORD, "password2": PASSWORD}
    assert "That is not your current password." in client.post("/account/password/change/", wrong).content.decode()
