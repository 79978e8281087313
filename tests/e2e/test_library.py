"""One's voices, what is spoken with them, and the history of it all."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import steps
from tests.e2e.steps import Clone

pytestmark = pytest.mark.browser
LEFT = re.compile(r"Temporary · (7 d|6 d 23 h)")


def test_a_card_shows_the_voice_its_time_and_plays_in_place(alices_page: Page, clone: Clone) -> None:
    alices_page.goto("/voices/")
    card = alices_page.get_by_role("article", name=clone.voice_id)
    expect(card).to_contain_text(LEFT)
    steps.hear(card.get_by_role("group", name="The preview"))
    card.get_by_role("link", name=clone.voice_id).click()
    alices_page.wait_for_url(f"**{clone.voice_page}")


def test_an_empty_library_offers_a_sample_voice_in_one_click(page: Page) -> None:
    steps.sign_up(page)
    page.get_by_role("link", name="Voices").click()
    expect(page.get_by_role("heading", name="No voices yet")).to_be_visible()
    page.get_by_role("button", name="Try a sample voice").click()
    page.wait_for_url("**/clone/?sample=*")
    expect(steps.sample_card(page)).to_contain_text("by synthesis")


def test_a_voice_has_a_page(alices_page: Page, clone: Clone) -> None:
    alices_page.goto(clone.voice_page)
    expect(alices_page.get_by_role("heading", name=clone.voice_id, level=1)).to_be_visible()
    expect(alices_page.locator("main")).to_contain_text(LEFT)
    expect(steps.result(alices_page)).to_contain_text("A grey heron")
    expect(steps.result(alices_page)).to_contain_text("Speaking with it once makes it permanent.")
    steps.hear(steps.player(steps.result(alices_page), "Your clone"))


def test_deleting_asks_once_and_then_everything_is_gone(
    visit: Callable[..., Page], alice: steps.Person, another_voice: Callable[[str], Clone]
) -> None:
    voice = another_voice("AliceVoice-to-delete-1")
    page = visit(alice, tolerate=404)
    page.goto(voice.voice_page)
    page.get_by_role("button", name="Delete this voice").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("the voice itself, everything that was spoken with it, and its sample")
    dialog.get_by_role("button", name="Keep it").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Delete this voice")).to_be_focused()

    page.get_by_role("button", name="Delete this voice").click()
    dialog.get_by_role("button", name="Delete for real").click()
    page.wait_for_url("**/voices/")
    expect(page.locator("#toasts")).to_contain_text("is deleted, with everything it said")
    expect(page.get_by_role("article", name=voice.voice_id)).to_have_count(0)
    for address in (voice.voice_page, voice.audio):
        assert page.request.get(address).status == 404


def test_the_first_speech_makes_a_voice_permanent(alices_page: Page, another_voice: Callable[[str], Clone]) -> None:
    page, voice = alices_page, another_voice("AliceVoice-to-keep-1")
    page.goto(voice.voice_page)
    page.get_by_role("link", name="Speak with this voice").click()
    expect(page.get_by_label("Voice", exact=True)).to_have_value(voice.voice_id)
    page.get_by_role("textbox", name="Text").fill("The heron flies away. <#0.5#> It will come back.")
    page.get_by_role("button", name="Speak", exact=True).click()
    speech = page.get_by_role("region", name="Your speech")
    steps.hear(speech.get_by_role("group", name="The speech"))
    expect(speech).to_contain_text("Permanent")
    with page.expect_download() as download:
        speech.get_by_role("link", name="Download MP3").click()
    assert re.fullmatch(rf"{voice.voice_id}-\w+-ai\.mp3", download.value.suggested_filename)

    page.goto("/voices/")
    card = page.get_by_role("article", name=voice.voice_id)
    expect(card).to_contain_text("Permanent")
    expect(card).not_to_contain_text("Temporary")

    page.goto("/history/")
    row = page.get_by_role("article").filter(has_text="The heron flies away.")
    expect(row).to_contain_text(voice.voice_id)
    steps.hear(row.get_by_role("group"))
    row.get_by_role("link", name="The heron flies away.").click()
    expect(page.get_by_role("heading", name="A speech")).to_be_visible()
    page.get_by_role("button", name="Delete this task").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.wait_for_url("**/history/")
    expect(page.get_by_role("article").filter(has_text="The heron flies away.")).to_have_count(0)


def test_a_speech_with_a_setting_out_of_range_is_refused_and_nothing_is_lost(alices_page: Page, clone: Clone) -> None:
    page = alices_page
    page.goto(f"/speak/?voice={clone.voice_id}")
    page.get_by_role("textbox", name="Text").fill(steps.TEXT)
    page.get_by_text("Settings").click()
    page.get_by_label("Speed").fill("9")
    page.get_by_role("button", name="Speak", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Speed is between 0.5 and 2; 9 was given.")
    expect(page.get_by_role("textbox", name="Text")).to_have_value(steps.TEXT)
    expect(page.get_by_label("Speed")).to_be_focused()
