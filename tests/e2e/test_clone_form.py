"""What the form says while one types, and when something is not right: a sentence, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import sounds, steps
from tests.e2e.steps import Clone

pytestmark = pytest.mark.browser
VOICE_ID = "AliceVoice-careful-1"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("short1", "at least 8 characters; this one has 6"),
        ("OnlyLetters", "this one has no digit"),
        ("My voice 2026", "this one has a space in it"),
        ("Myvoice#2026", "this one has “#” in it"),
        ("2026-MyVoice", "begins with a letter"),
        ("MyVoice-2026-", "ends with a letter or a digit"),
        ("MyVoice-2026", "Free."),
    ],
)
def test_the_voice_id_is_checked_while_one_types(typed: str, said: str, alices_page: Page) -> None:
    alices_page.goto("/clone/")
    alices_page.get_by_label("Voice ID").fill(typed)
    expect(alices_page.locator("#voice-id-hint")).to_contain_text(said)


def test_a_voice_id_that_is_ones_own_already_is_told_while_one_types(alices_page: Page, clone: Clone) -> None:
    alices_page.goto("/clone/")
    alices_page.get_by_label("Voice ID").fill(clone.voice_id)
    expect(alices_page.locator("#voice-id-hint")).to_contain_text("You already have a voice with this ID.")


def test_the_counter_counts_while_one_types(alices_page: Page) -> None:
    alices_page.goto("/clone/")
    alices_page.get_by_label("Preview text").fill("A heron.")
    expect(alices_page.locator("#text-count")).to_have_text("8 / 2,000")


def fill_in(page: Page, clone: Clone) -> None:
    page.goto(f"/clone/?sample={clone.sample}")
    page.get_by_label("Voice ID").fill(VOICE_ID)
    page.get_by_label("Preview text").fill(steps.TEXT)
    page.get_by_text("Advanced").click()
    page.get_by_label("Noise reduction").check()
    steps.agree(page)


def expect_all_kept(page: Page, voice_id: str = VOICE_ID, text: str = steps.TEXT) -> None:
    expect(page.get_by_label("Voice ID")).to_have_value(voice_id)
    expect(page.get_by_label("Preview text")).to_have_value(text)
    expect(page.get_by_label("Noise reduction")).to_be_checked()
    expect(steps.sample_card(page).locator("[data-time]")).to_have_text("0:24")


def test_without_consent_nothing_is_cloned_and_nothing_is_lost(alices_page: Page, clone: Clone) -> None:
    page = alices_page
    fill_in(page, clone)
    consent = page.get_by_role("checkbox", name="This is my own voice")
    consent.uncheck()
    steps.press_clone(page)
    complaint = page.get_by_role("alert").get_by_text("Tick this line first")
    expect(complaint).to_be_visible()
    expect_all_kept(page)
    expect(consent).to_be_focused()
    consent.press("Space")
    expect(complaint).to_have_count(0)


def test_a_preview_text_that_is_too_long(alices_page: Page, clone: Clone) -> None:
    fill_in(alices_page, clone)
    text = "heron " * 400
    alices_page.get_by_label("Preview text").fill(text)
    steps.press_clone(alices_page)
    expect(alices_page.get_by_role("alert")).to_contain_text(
        "The preview text has 2,399 characters; the limit is 2,000."
    )
    expect_all_kept(alices_page, text=text)


def test_a_voice_id_that_is_taken(alices_page: Page, clone: Clone) -> None:
    fill_in(alices_page, clone)
    alices_page.get_by_label("Voice ID").fill(clone.voice_id)
    steps.press_clone(alices_page)
    expect(alices_page.get_by_role("alert")).to_contain_text(
        f"You already have a voice with the ID “{clone.voice_id}”."
    )
    expect_all_kept(alices_page, voice_id=clone.voice_id)


def test_a_language_that_the_engine_does_not_speak(alices_page: Page, clone: Clone) -> None:
    fill_in(alices_page, clone)
    alices_page.locator("main").get_by_label("Language").select_option("Filipino")
    steps.press_clone(alices_page)
    expect(alices_page.get_by_role("alert")).to_contain_text("cannot speak Filipino yet")
    expect(alices_page.locator("main").get_by_label("Language")).to_be_focused()
    expect_all_kept(alices_page)


def test_without_a_sample(alices_page: Page) -> None:
    alices_page.goto("/clone/")
    alices_page.get_by_label("Voice ID").fill(VOICE_ID)
    steps.agree(alices_page)
    steps.press_clone(alices_page)
    expect(alices_page.get_by_role("alert")).to_contain_text("Record or upload a sample first")
    expect(alices_page.get_by_label("Sample", exact=True)).to_be_focused()
    expect(alices_page.get_by_label("Voice ID")).to_have_value(VOICE_ID)


def test_a_file_that_is_no_sound(alices_page: Page) -> None:
    refuse(alices_page, {"name": "otter.wav", "mimeType": "audio/wav", "buffer": b"A grey heron.\n" * 99}, "a text")


def test_a_recording_that_is_too_short(alices_page: Page, recordings: sounds.Recordings) -> None:
    refuse(alices_page, recordings.too_short, "The recording is 1.5 seconds long; at least 3 seconds are needed.")


def test_a_file_that_is_too_large(alices_page: Page, tmp_path: Path) -> None:
    large = tmp_path / "otter-large.wav"
    with large.open("wb") as file:
        file.truncate(21 * 1024 * 1024)
    refuse(alices_page, large, "MB; the limit is 20 MB.")


def refuse(page: Page, file: Path | dict[str, object], said: str) -> None:
    """The sentence is there, what was typed stays, and another file can be given at once."""
    page.goto("/clone/")
    page.get_by_label("Voice ID").fill(VOICE_ID)
    page.get_by_label("Preview text").fill(steps.TEXT)
    steps.agree(page)
    steps.choose(page, file)
    expect(page.get_by_role("alert").filter(visible=True)).to_contain_text(said)
    expect(page.get_by_label("Voice ID")).to_have_value(VOICE_ID)
    expect(page.get_by_label("Preview text")).to_have_value(steps.TEXT)
    expect(page.get_by_role("checkbox", name="This is my own voice")).to_be_checked()
    expect(page.get_by_label("Sample", exact=True)).to_be_enabled()


def test_changing_the_sample_keeps_what_was_typed(alices_page: Page, clone: Clone) -> None:
    fill_in(alices_page, clone)
    alices_page.get_by_role("link", name="Change", exact=True).click()
    expect(alices_page.get_by_role("button", name="Start recording")).to_be_visible()
    expect(alices_page.get_by_label("Voice ID")).to_have_value(VOICE_ID)
    expect(alices_page.get_by_label("Preview text")).to_have_value(steps.TEXT)
