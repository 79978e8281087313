"""Renaming and deleting a voice: in a dialog over the list, and on pages of their own without JavaScript."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now

from voiceclone.accounts.models import User
from voiceclone.predictions.models import Prediction
from voiceclone.samples.models import Sample
from voiceclone.voices.models import Voice

pytestmark = pytest.mark.django_db(transaction=True)
MakeVoice = Callable[..., Voice]
DIALOG = {"HX-Request": "true", "HX-Target": "ask", "HX-Current-URL": "http://testserver/voices/"}


def name_of(voice: Voice) -> str:
    return Voice.objects.values_list("name", flat=True).get(pk=voice.pk)


def rename(browser: Client, name: str, query: str = "", **headers: str) -> Any:
    return browser.post(f"/voices/NamedVoice-1/rename/{query}", {"name": name}, headers=headers)


@pytest.fixture
def voice(alice: User, make_voice: MakeVoice) -> Voice:
    return make_voice(alice, "NamedVoice-1", name="Before")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("My reading voice", "My reading voice"),
        ("  two \t spaces \n", "two spaces"),
        ("Ива\u202eна\u0000 \u200b", "Ивана"),
        ("é" * 80, "é" * 80),
        ("e\u0301" * 80, "é" * 80),
        ("<b>bold</b>", "<b>bold</b>"),
        ("   ", ""),
        ("", ""),
    ],
)
def test_a_name_is_kept_without_what_nobody_sees(browser: Client, voice: Voice, typed: str, kept: str) -> None:
    page = rename(browser, typed).headers["Location"]
    assert page == "/voices/NamedVoice-1/"
    assert name_of(voice) == kept
    shown = browser.get(page).content.decode()
    assert (kept.replace("<", "&lt;").replace(">", "&gt;") or "NamedVoice-1") in shown
    assert "<b>bold</b>" not in shown


def test_a_new_name_is_found_and_the_old_one_is_not(browser: Client, voice: Voice) -> None:
    rename(browser, "Ärztin")
    assert "<article" in browser.get("/voices/?q=arz").content.decode()
    assert "<article" not in browser.get("/voices/?q=before").content.decode()
    rename(browser, "")
    assert "<article" in browser.get("/voices/?q=named").content.decode()


def test_a_name_that_is_too_long_is_refused_and_kept_in_the_field(browser: Client, voice: Voice) -> None:
    for headers in ({}, DIALOG):
        answer = rename(browser, "x" * 81, **headers)
        assert answer.status_code == 422
        assert "A name has at most 80 characters; this one has 81." in answer.content.decode()
        assert f'value="{"x" * 81}"' in answer.content.decode()
    assert name_of(voice) == "Before"


def test_renaming_asks_on_a_page_of_its_own_or_in_the_dialog(browser: Client, voice: Voice) -> None:
    page = browser.get("/voices/NamedVoice-1/rename/").content.decode()
    dialog = browser.get("/voices/NamedVoice-1/rename/", headers=DIALOG).content.decode()
    assert "<!doctype" in page
    assert "<!doctype" not in dialog
    for shown in (page, dialog):
        assert 'value="Before"' in shown
        assert 'action="/voices/NamedVoice-1/rename/"' in shown


def test_renaming_in_the_list_answers_with_the_card(browser: Client, voice: Voice) -> None:
    answer = rename(browser, "After", "?card", **DIALOG)
    assert answer["HX-Retarget"] == f"#card-{voice.predictions.get().pk}"
    assert answer["HX-Reswap"] == "outerHTML"
    assert json.loads(answer["HX-Trigger"])["vc:toast"]["message"] == "It is called “After” now."
    assert 'aria-label="After"' in answer.content.decode()


def test_renaming_on_the_page_of_the_voice_comes_back_to_it(browser: Client, voice: Voice) -> None:
    assert rename(browser, "After", **DIALOG)["HX-Redirect"] == "/voices/NamedVoice-1/"
    assert "It is called “After” now." in browser.get("/voices/NamedVoice-1/").content.decode()


def test_what_is_gone_cannot_be_renamed_or_deleted(browser: Client, alice: User, make_voice: MakeVoice) -> None:
    make_voice(alice, "OldVoice-1", state="expired")
    for act in ("rename", "delete"):
        assert browser.get(f"/voices/OldVoice-1/{act}/").status_code == 404
        assert browser.post(f"/voices/OldVoice-1/{act}/").status_code == 404


# --- deleting ---


def question(browser: Client) -> str:
    return " ".join(browser.get("/voices/NamedVoice-1/delete/").content.decode().split())


def test_deleting_asks_first_and_says_what_goes(browser: Client, voice: Voice) -> None:
    asked = question(browser)
    assert "Delete “Before”?" in asked
    assert "its preview</li>" in asked
    assert "its sample, “speech.wav” (0:06)" in asked
    assert Voice.objects.get().is_ready


def test_it_counts_the_speeches_that_go(browser: Client, voice: Voice) -> None:
    for sound in ("a.mp3", "b.mp3", ""):
        Prediction.objects.create(
            owner=voice.owner, model="minimax/speech-02-hd", engine="builtin", voice=voice, input={"text": "Hi."},
            status="completed", finished_at=now(), audio=sound,
        )  # fmt: skip
    assert "the sound of its 2 speeches; their texts stay in your history" in question(browser)


def test_it_says_that_a_sample_stays_which_another_voice_needs(
    browser: Client, alice: User, voice: Voice, make_voice: MakeVoice
) -> None:
    make_voice(alice, "TwinVoice-1", sample=voice.sample)
    asked = question(browser)
    assert "Its sample stays, because another voice of yours was made from it." in asked
    assert "its sample, “" not in asked
    browser.post("/voices/NamedVoice-1/delete/")
    assert Sample.objects.count() == 1


def test_deleting_frees_the_id_and_says_what_went(
    browser: Client, alice: User, voice: Voice, make_voice: MakeVoice
) -> None:
    page = browser.post("/voices/NamedVoice-1/delete/", follow=True).content.decode()
    assert "“Before” is deleted, with everything it said." in page
    assert browser.get("/voices/NamedVoice-1/").status_code == 404
    assert not Sample.objects.exists()
    make_voice(alice, "NamedVoice-1")


def test_deleting_in_the_list_takes_the_card_away_and_counts_anew(
    browser: Client, alice: User, voice: Voice, make_voice: MakeVoice
) -> None:
    make_voice(alice, "StaysVoice-1", sample=voice.sample)
    answer = browser.post("/voices/NamedVoice-1/delete/?card", headers=DIALOG)
    assert answer["HX-Retarget"] == f"#card-{voice.predictions.get().pk}"
    assert answer["HX-Reswap"] == "delete"
    assert "is deleted" in json.loads(answer["HX-Trigger"])["vc:toast"]["message"]
    assert 'id="tabs"' in answer.content.decode()
    assert '<span class="tabular">1</span>' in answer.content.decode()


def test_deleting_the_last_one_that_is_shown_leaves_words_in_its_place(
    browser: Client, alice: User, voice: Voice, make_voice: MakeVoice
) -> None:
    make_voice(alice, "StaysVoice-1", sample=voice.sample)
    headers = {**DIALOG, "HX-Current-URL": "http://testserver/voices/?q=named"}
    answer = browser.post("/voices/NamedVoice-1/delete/?card", headers=headers)
    assert answer["HX-Retarget"] == "#found"
    assert "No voice is called anything like “named”" in answer.content.decode()


def test_deleting_on_the_page_of_the_voice_goes_to_the_library(browser: Client, voice: Voice) -> None:
    assert browser.post("/voices/NamedVoice-1/delete/", headers=DIALOG)["HX-Redirect"] == "/voices/"
    assert "is deleted" in browser.get("/voices/").content.decode()


def test_deleting_a_voice_that_is_being_cloned_cancels_its_task(
    browser: Client, alice: User, make_voice: MakeVoice
) -> None:
    task = make_voice(alice, "NamedVoice-1", state="cloning").predictions.get()
    browser.post("/voices/NamedVoice-1/delete/")
    task.refresh_from_db()
    assert task.status == "cancelled"


# --- tombstones ---


def test_a_tombstone_can_be_taken_out_of_the_library_and_the_living_voice_of_its_id_stays(
    browser: Client, alice: User, voice: Voice, make_voice: MakeVoice
) -> None:
    gone = make_voice(alice, "NamedVoice-1", state="expired")
    assert f"/voices/gone/{gone.pk}/forget/" in browser.get("/voices/").content.decode()
    page = browser.post(f"/voices/gone/{gone.pk}/forget/", follow=True).content.decode()
    assert "“NamedVoice-1” is not listed any more." in page
    assert page.count("<article") == 1
    voice.refresh_from_db()
    assert voice.is_ready


def test_only_what_expired_can_be_forgotten(browser: Client, voice: Voice) -> None:
    assert browser.post(f"/voices/gone/{voice.pk}/forget/").status_code == 404
    voice.refresh_from_db()
    assert voice.is_ready
