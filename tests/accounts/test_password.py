"""What the account page says of a password."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.test import Client

from tests.conftest import PASSWORD
from voiceclone.accounts.models import User

SAID = "A new one signs you out in every other browser"
ANOTHER = "a mountain of violet paper"


@pytest.mark.django_db(transaction=True)
def test_a_new_password_signs_out_the_other_browsers(client: Client, alice: User) -> None:
    call_command("createcachetable", verbosity=0)
    other = Client()
    for browser in (client, other):
        browser.force_login(alice)
        assert SAID in browser.get("/account/").content.decode()
    new = {"oldpassword": PASSWORD, "password1": ANOTHER, "password2": ANOTHER}
    assert client.post("/account/password/change/", new).status_code == 302
    assert client.get("/account/").status_code == 200
    assert other.get("/account/")["Location"].startswith("/account/login/")


@pytest.mark.django_db(transaction=True)
def test_whoever_has_none_is_told_so(client: Client, alice: User) -> None:
    call_command("createcachetable", verbosity=0)
    alice.set_unusable_password()
    alice.save()
    client.force_login(alice)
    page = client.get("/account/").content.decode()
    assert SAID not in page
    assert "None yet<" in page
