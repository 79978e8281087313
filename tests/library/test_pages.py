"""The library: every voice with its state and the time it has left."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from voiceclone.accounts.models import User
from voiceclone.voices import retention
from voiceclone.voices.models import Voice

pytestmark = pytest.mark.django_db(transaction=True)
MakeVoice = Callable[..., Voice]


@pytest.fixture
def browser(alice: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(alice)


def test_an_empty_library_says_what_to_do(browser: Client) -> None:
    page = browser.get("/voices/").content.decode()
    assert "No voices yet" in page
    assert "Try a sample voice" in page


def test_a_temporary_voice_shows_what_is_left(browser: Client, alice: User, make_voice: MakeVoice) -> None:
    make_voice(alice, "ShownVoice-1")
    page = browser.get("/voices/").content.decode()
    assert "ShownVoice-1" in page
    assert "Temporary · 6 d 23 h" in page


def test_a_permanent_voice_says_so(browser: Client, alice: User, make_voice: MakeVoice) -> None:
    retention.keep(make_voice(alice), alice)
    assert "Permanent" in browser.get("/voices/").content.decode()


def test_an_expired_voice_leaves_a_tombstone_without_sound(browser: Client, alice: User, make_voice: MakeVoice) -> None:
    make_voice(alice, "OldVoice-1", state="expired")
    page = browser.get("/voices/").content.decode()
    assert "Nothing of it is left" in page
    assert "<audio" not in page
    assert "This voice is gone" in browser.get("/voices/OldVoice-1/").content.decode()


def test_other_peoples_voices_are_not_there(browser: Client, bob: User, make_voice: MakeVoice) -> None:
    make_voice(bob, "BobsVoice-1")
    assert "BobsVoice-1" not in browser.get("/voices/").content.decode()


def test_the_page_of_a_living_voice_wins_over_its_tombstone(
    browser: Client, alice: User, make_voice: MakeVoice
) -> None:
    make_voice(alice, "AgainVoice-1", state="expired")
    make_voice(alice, "AgainVoice-1")
    assert "Speak with this voice" in browser.get("/voices/AgainVoice-1/").content.decode()


def test_deleting_frees_the_id_and_says_what_went(browser: Client, alice: User, make_voice: MakeVoice) -> None:
    make_voice(alice, "GoneVoice-1")
    page = browser.post("/voices/GoneVoice-1/delete/", follow=True).content.decode()
    assert "is deleted, with everything it said" in page
    assert browser.get("/voices/GoneVoice-1/").status_code == 404
    make_voice(alice, "GoneVoice-1")


def test_many_voices_ask_the_database_as_often_as_few(
    browser: Client, alice: User, make_voice: MakeVoice, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = make_voice(alice, "FirstVoice-1")
    browser.get("/voices/")
    with django_assert_num_queries(5) as few:
        browser.get("/voices/")
    for number in range(2, 12):
        make_voice(alice, f"MoreVoice-{number}", sample=first.sample)
    with django_assert_num_queries(len(few)):
        browser.get("/voices/")
