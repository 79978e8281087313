"""A card for every voice, and its page: its state, the time it has left, its facts, its programs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from voiceclone.accounts.models import User
from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import Prediction
from voiceclone.voices import retention
from voiceclone.voices.models import Voice

pytestmark = pytest.mark.django_db(transaction=True)
MakeVoice = Callable[..., Voice]


def test_an_empty_library_says_what_to_do(browser: Client) -> None:
    page = browser.get("/voices/").content.decode()
    assert "No voices yet" in page
    assert "Try a sample voice" in page


def test_a_temporary_voice_shows_what_is_left(browser: Client, alice: User, make_voice: MakeVoice) -> None:
    make_voice(alice, "ShownVoice-1")
    page = browser.get("/voices/").content.decode()
    voice = Voice.objects.get()
    assert "ShownVoice-1" in page
    assert re.search(r'Temporary · <time datetime="[^"]+" data-left="\d+">6 d 23 h</time>', page)
    assert f'title="Deleted on {voice.expires_at:%-d %B %Y, %H:%M} UTC unless it is used"' in page
    assert f"left, until {voice.expires_at:%-d %B %Y, %H:%M} UTC" in page


def test_a_permanent_voice_says_so(browser: Client, alice: User, make_voice: MakeVoice) -> None:
    retention.keep(make_voice(alice), alice)
    assert "Permanent" in browser.get("/voices/").content.decode()


def test_an_expired_voice_leaves_a_tombstone_without_sound(browser: Client, alice: User, make_voice: MakeVoice) -> None:
    make_voice(alice, "OldVoice-1", state="expired")
    page = browser.get("/voices/").content.decode()
    assert "Only this entry and the record of consent remain" in page
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


def test_a_voice_whose_time_is_up_is_shown_as_expired_before_it_is_swept(
    browser: Client, alice: User, make_voice: MakeVoice
) -> None:
    make_voice(alice, "LateVoice-1", expires_at=now() - timedelta(seconds=5))
    card = browser.get("/voices/LateVoice-1/card/").content.decode()
    assert "Expired" in card
    assert "Its time was up on" in card
    page = browser.get("/voices/LateVoice-1/").content.decode()
    assert "Its time is up" in page
    for shown in (card, page):
        assert "<audio" not in shown
        assert "data-left" not in shown


def test_a_voice_that_a_speech_is_going_to_save_is_not_expired(
    browser: Client, alice: User, make_voice: MakeVoice
) -> None:
    voice = make_voice(alice, "SavedVoice-1")
    lifecycle.submit(alice, "minimax/speech-02-hd", "builtin", voice, {"text": "Just in time."})
    Voice.objects.update(expires_at=now() - timedelta(seconds=5))
    card = browser.get("/voices/SavedVoice-1/card/").content.decode()
    assert "Temporary · time is up" in card
    assert "Once that is done, the voice is permanent." in card


def test_a_frozen_voice_says_so_in_words_and_offers_no_speaking(
    browser: Client, alice: User, bob: User, make_voice: MakeVoice
) -> None:
    voice = make_voice(alice, "IcyVoice-1")
    retention.freeze(voice, bob)
    card = browser.get("/voices/IcyVoice-1/card/").content.decode()
    page = browser.get("/voices/IcyVoice-1/").content.decode()
    for shown in (card, page):
        assert "nobody can speak with it, and its time stands still" in shown
        assert "/speak/?voice=IcyVoice-1" not in shown
        assert "/voices/IcyVoice-1/export/" not in shown
        assert "data-left" not in shown


def test_a_card_says_everything_about_its_voice(browser: Client, alice: User, make_voice: MakeVoice) -> None:
    voice = make_voice(alice, "WholeVoice-1", name="Reading", language="German")
    card = browser.get("/voices/WholeVoice-1/card/").content.decode()
    clone = voice.predictions.get()
    for shown in ("Reading", 'data-copy="WholeVoice-1"', "German", "Built-in engine", f'src="/tasks/{clone.pk}/audio"'):
        assert shown in card
    for address in (
        f"/samples/{voice.sample_id}/audio",
        "/voices/WholeVoice-1/rename/",
        "/voices/WholeVoice-1/delete/",
    ):
        assert f'href="{address}"' in card


def test_a_clone_that_was_tried_twice_is_one_card(browser: Client, alice: User, make_voice: MakeVoice) -> None:
    voice = make_voice(alice, "TwiceVoice-1", state="failed")
    voice.predictions.update(sample=make_voice(alice, "OtherVoice-1").sample)
    lifecycle.retry(voice.predictions.get())
    assert browser.get("/voices/").content.decode().count("<article") == 2


def test_a_voice_that_no_clone_of_this_site_made_has_a_card_and_a_page(
    browser: Client, alice: User, make_voice: MakeVoice
) -> None:
    """As an imported one."""
    make_voice(alice, "GuestVoice-1").predictions.all().delete()
    assert "No preview" in browser.get("/voices/").content.decode()
    assert "Play your sample" in browser.get("/voices/GuestVoice-1/").content.decode()


def test_a_voice_that_is_being_cloned_is_watched_where_it_is(
    browser: Client, alice: User, make_voice: MakeVoice
) -> None:
    voice = make_voice(alice, "NewVoice-1", state="cloning")
    task = voice.predictions.get()
    page = browser.get("/voices/?show=temporary&q=newv").content.decode()
    assert f'id="card-{task.pk}"' in page
    assert re.search(rf'hx-get="/tasks/changes/\?as=card[^"]*task={task.pk}"', page)

    Prediction.objects.filter(pk=task.pk).update(status="completed", finished_at=now(), audio="x.mp3", change=7)
    Voice.objects.update(state="ready", expires_at=Voice.expiry(now()))
    changed = browser.get(f"/tasks/changes/?as=card&v=0&task={task.pk}").content.decode()
    assert f'hx-swap-oob="innerHTML:#card-{task.pk}"' in changed
    assert "Play the preview" in changed


# --- the page of a voice ---


def test_the_page_of_a_voice_has_its_facts_and_its_consent(browser: Client, alice: User, make_voice: MakeVoice) -> None:
    voice = make_voice(alice, "FactVoice-1", name="Reading")
    page = browser.get("/voices/FactVoice-1/").content.decode()
    assert f"{voice.created_at:%-d %B %Y, %H:%M} UTC" in page
    assert f"{voice.expires_at:%-d %B %Y, %H:%M} UTC, in <time" in page
    assert voice.consent.statement.replace("'", "&#x27;") in page
    assert f"Ticked on {voice.consent.given_at:%-d %B %Y, %H:%M} UTC" in page
    assert "Not yet" in page
    assert 'action="/voices/FactVoice-1/export/"' in page


def test_the_page_of_an_expired_voice_says_what_happened_and_when_without_sound(
    browser: Client, alice: User, make_voice: MakeVoice
) -> None:
    voice = make_voice(alice, "OldVoice-1", state="expired")
    page = browser.get("/voices/OldVoice-1/").content.decode()
    assert f"It was deleted on {voice.ended_at:%-d %B %Y, %H:%M} UTC, because it was never used." in page
    assert "<audio" not in page
    assert "VOICECLONE_API_KEY" not in page


def speak(voice: Voice, text: str) -> None:
    Prediction.objects.create(
        owner=voice.owner, model="minimax/speech-02-hd", engine="builtin", voice=voice, input={"text": text},
        status="completed", finished_at=now(), audio="x.mp3", seconds=2,
    )  # fmt: skip


def test_what_was_spoken_with_a_voice_can_be_searched_and_has_pages(
    browser: Client, alice: User, make_voice: MakeVoice
) -> None:
    voice, other = make_voice(alice, "TalkVoice-1"), make_voice(alice, "MuteVoice-1")
    for number in range(12):
        speak(voice, f"Chapter {number} begins.")
    speak(other, "Chapter of another voice.")
    first = browser.get("/voices/TalkVoice-1/").content.decode()
    assert first.count("Chapter") == 10
    assert "another voice." not in first
    assert browser.get("/voices/TalkVoice-1/?page=2").content.decode().count("Chapter") == 2
    found = browser.get("/voices/TalkVoice-1/?q=chapter+7").content.decode()
    assert found.count("Chapter") == 1
    assert "1 speech found" in found
    assert "No speeches found" in browser.get("/voices/TalkVoice-1/?q=%00nothing").content.decode()
    part = browser.get("/voices/TalkVoice-1/?page=2", headers={"HX-Request": "true", "HX-Target": "speeches"})
    assert "<!doctype" not in part.content.decode()
