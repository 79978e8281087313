"""An admin ends the account of somebody else: asked first, on record, with a receipt to pass on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from tests.conftest import PASSWORD
from voiceclone.accounts.models import User
from voiceclone.portability import erasure
from voiceclone.portability.models import Erasure
from voiceclone.voices.models import Voice

pytestmark = pytest.mark.django_db(transaction=True)
ClientOf = Callable[[User], Client]
PEOPLE = "/admin/accounts/user/"


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root@example.org", PASSWORD)


def choose(browser: Client, *people: User, **more: str) -> str:
    form = {"action": "erase_accounts", "_selected_action": [person.pk for person in people], **more}
    return browser.post(PEOPLE, form, follow=True).content.decode()


def test_it_asks_first_and_says_what_goes(
    root: User, alice: User, make_voice: Callable[..., Voice], client_of: ClientOf
) -> None:
    make_voice(alice)
    page = choose(client_of(root), alice)
    assert "alice@example.org: 1 voice, 1 sample, 0 speeches" in page
    assert "Yes, erase for real" in page
    assert not Erasure.objects.exists()


def test_confirmed_the_account_ends_at_once_and_a_worker_erases_it(
    root: User, alice: User, make_voice: Callable[..., Voice], client_of: ClientOf
) -> None:
    make_voice(alice)
    page = choose(client_of(root), alice, confirmed="yes")
    receipt = Erasure.objects.get()
    assert receipt.get_absolute_url() in page
    assert receipt.by_admin
    assert not User.objects.get(pk=alice.pk).is_active
    erasure.run.call(receipt.pk)
    assert not User.objects.filter(pk=alice.pk).exists()
    assert not Voice.objects.exists()


def test_nobody_erases_themselves_by_accident(root: User, client_of: ClientOf) -> None:
    assert "which you delete on your account page" in choose(client_of(root), root, confirmed="yes")
    assert "None of the selected accounts may be erased by you here." in choose(client_of(root), root)
    assert User.objects.get(pk=root.pk).is_active


def test_a_helper_needs_the_permission_and_never_erases_a_superuser(
    root: User, alice: User, bob: User, client_of: ClientOf
) -> None:
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    for codename in ("view_user", "change_user"):
        bob.user_permissions.add(Permission.objects.get(codename=codename))
    choose(client_of(bob), alice, confirmed="yes")
    assert not Erasure.objects.exists()
    bob.user_permissions.add(Permission.objects.get(codename="delete_user"))
    assert "which only a superuser erases" in choose(client_of(bob), root, confirmed="yes")
    choose(client_of(bob), alice, confirmed="yes")
    assert Erasure.objects.get().person == alice.pk
