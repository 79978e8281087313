"""Speaking: heard from the first sentence on, by mouse, by keyboard, on a phone and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e import steps
from tests.e2e.conftest import PHONE, Visit
from tests.e2e.steps import Clone, Person
from tests.studio import wait_for

pytestmark = pytest.mark.browser
SENTENCES = 14
LONG_TEXT = " ".join(f"Heron number {n} stands in the reeds and waits for the evening." for n in range(SENTENCES))
LISTEN = """() => {
  window.heard = [];
  for (const name of ["play", "ended"]) document.addEventListener(name, ({target}) => heard.push([
    name, target.src.startsWith("blob:") ? "sentence" : "whole", document.querySelector("[data-speech] h2").textContent,
  ]), true);
}"""


def speech(page: Page) -> Locator:
    return page.get_by_role("region", name="Your speech")


def player(page: Page) -> Locator:
    return steps.player(speech(page), "The speech")


def text_of(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Text")


def say(page: Page, text: str) -> None:
    text_of(page).fill(text)
    page.get_by_role("button", name="Speak", exact=True).click()


def wait_for_the_whole(page: Page) -> None:
    expect(speech(page).get_by_role("link", name="Download MP3")).to_be_visible(timeout=steps.LONG)


def position(page: Page) -> float:
    return float(player(page).get_by_label("Position in the speech").input_value())


def test_sound_starts_with_the_first_sentence_and_changes_over_to_the_whole_unnoticed(
    alices_page: Page, clone: Clone
) -> None:
    page = alices_page
    page.goto(f"/speak/?voice={clone.voice_id}")
    page.evaluate(LISTEN)
    say(page, LONG_TEXT)
    first: list[Any] = wait_for(lambda: page.evaluate("heard[0]"), "the first sound", 120)
    assert first[:2] == ["play", "sentence"]
    assert re.match(r"Speaking \d+ of 14|Finishing", first[2])  # the rest is still being made
    expect(speech(page).locator("[data-sentence][aria-current]")).to_have_count(1)
    heard_before = wait_for(lambda: position(page), "progress of the player")

    wait_for_the_whole(page)
    assert position(page) >= heard_before  # nothing has jumped back
    expect(player(page).get_by_role("button", name="Pause the speech")).to_be_visible()
    wait_for(lambda: ["play", "whole"] in [event[:2] for event in page.evaluate("heard")], "the whole", 60)
    events = [event[:2] for event in page.evaluate("heard")]
    sentences = events.index(["play", "whole"])
    assert events[:sentences] == [["play", "sentence"], ["ended", "sentence"]] * (sentences // 2)
    assert position(page) > 1
    expect(speech(page)).to_contain_text("Permanent")
    expect(speech(page)).to_contain_text("speech-02-hd · MP3")
    with page.expect_download() as download:
        speech(page).get_by_role("link", name="Download WAV").click()
    assert re.fullmatch(rf"{clone.voice_id}-[\w-]+-ai\.wav", download.value.suggested_filename)

    speech(page).get_by_role("link", name="Again").click()
    expect(text_of(page)).to_have_value(LONG_TEXT)


def test_pausing_stays_paused_when_the_whole_arrives(alices_page: Page, clone: Clone) -> None:
    page = alices_page
    page.goto(f"/speak/?voice={clone.voice_id}")
    say(page, LONG_TEXT)
    player(page).get_by_role("button", name="Pause the speech").click(timeout=steps.LONG)
    stopped = position(page)
    wait_for_the_whole(page)
    expect(player(page).get_by_role("button", name="Play the speech")).to_be_visible()
    assert abs(position(page) - stopped) < 0.3
    expect(steps.sound_of(player(page))).to_have_attribute("src", re.compile("/tasks/.*/audio"))
    player(page).get_by_role("button", name="Play the speech").click()
    expect(steps.sound_of(player(page))).to_have_js_property("paused", False)


def test_the_keyboard_alone_is_enough(alices_page: Page, clone: Clone) -> None:
    page = alices_page
    page.goto(f"/speak/?voice={clone.voice_id}")
    steps.tab_to(page, text_of(page))
    page.keyboard.type("The heron waits.")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_focused()
    page.keyboard.press("Space")
    expect(text_of(page)).to_have_value("The heron waits. <#0.5#> ")
    expect(text_of(page)).to_be_focused()
    page.keyboard.press("Control+Z")
    expect(text_of(page)).to_have_value("The heron waits.")
    page.keyboard.press("Control+Y")
    page.keyboard.type("It flies.")
    expect(text_of(page)).to_have_value("The heron waits. <#0.5#> It flies.")
    expect(page.locator("#text-count")).to_have_text("34 / 10,000")
    page.keyboard.press("Enter")
    expect(text_of(page)).to_have_value("The heron waits. <#0.5#> It flies.\n")  # nothing odd
    steps.tab_to(page, page.get_by_label("Speed"))
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("Speed")).to_have_value("1.01")
    page.keyboard.press("Control+Enter")
    expect(speech(page).get_by_role("button", name=re.compile("(Play|Pause) the speech"))).to_be_visible(
        timeout=steps.LONG
    )
    wait_for_the_whole(page)
    expect(speech(page)).to_contain_text("1.01×")
    expect(page.locator("#estimate")).to_have_text(re.compile(r"About \d+ s of speech, ready in about \d+ s"))


def test_another_voice_brings_its_settings_and_the_text_stays(
    alices_page: Page, clone: Clone, another_voice: Callable[[str], Clone]
) -> None:
    page, other = alices_page, another_voice("AliceVoice-quick-1")
    page.goto(f"/speak/?voice={other.voice_id}")
    page.get_by_label("Speed").fill("1.5")
    say(page, "A quick heron.")
    wait_for_the_whole(page)
    page.goto(f"/speak/?voice={clone.voice_id}")
    text_of(page).fill("A heron that stays.")
    page.get_by_label("Voice", exact=True).select_option(other.voice_id)
    expect(page.get_by_label("Speed")).to_have_value("1.5")
    expect(text_of(page)).to_have_value("A heron that stays.")
    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_label("Speed")).to_have_value("1")
    expect(text_of(page)).to_have_value("A heron that stays.")


def test_the_first_speech_makes_a_voice_permanent(alices_page: Page, another_voice: Callable[[str], Clone]) -> None:
    page, voice = alices_page, another_voice("AliceVoice-to-keep-1")
    page.goto(voice.voice_page)
    page.get_by_role("link", name="Speak with this voice").click()
    expect(page.get_by_label("Voice", exact=True)).to_have_value(voice.voice_id)
    expect(page.locator("#voice-note")).to_contain_text("Its first finished speech makes it permanent.")
    say(page, "The heron flies away. <#0.5#> It will come back.")
    wait_for_the_whole(page)
    expect(speech(page)).to_contain_text("Permanent")
    expect(page.locator("#voice-note")).to_have_text("What you write stays on this machine.")
    page.goto("/voices/")
    card = page.get_by_role("article", name=voice.voice_id)
    expect(card).to_contain_text("Permanent")
    expect(card).not_to_contain_text("Temporary")


def test_what_is_wrong_is_said_and_nothing_is_lost(alices_page: Page, clone: Clone) -> None:
    page = alices_page
    page.goto(f"/speak/?voice={clone.voice_id}")
    text_of(page).fill(steps.TEXT)
    page.get_by_label("Speed").fill("9")
    page.get_by_role("button", name="Speak", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Speed is between 0.5 and 2; 9 was given.")
    expect(text_of(page)).to_have_value(steps.TEXT)
    expect(page.get_by_label("Speed")).to_be_focused()
    page.get_by_label("Speed").fill("1")
    say(page, "The heron. <#120#> It waits.")
    expect(page.get_by_role("alert")).to_contain_text("is between 0.01 and 99.99 seconds; 120 was given.")
    expect(text_of(page)).to_have_value("The heron. <#120#> It waits.")


def test_without_javascript_a_form_ends_in_a_plain_player(visit: Visit, alice: Person, clone: Clone) -> None:
    page = visit(alice, java_script_enabled=False)
    page.goto(f"/speak/?voice={clone.voice_id}")
    text_of(page).fill("A heron without scripts.")
    page.get_by_label("Speed").fill("1.2")
    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_label("Speed")).to_have_value("1")
    expect(text_of(page)).to_have_value("A heron without scripts.")
    page.get_by_label("Format").select_option("pcm")
    page.get_by_role("button", name="Speak", exact=True).click()
    page.wait_for_url("**/speak/?task=*")
    sound = speech(page).locator("audio[controls]:visible")
    expect(sound).to_have_count(1, timeout=steps.LONG)
    answer = page.request.get(str(sound.get_attribute("src")))
    assert (answer.status, answer.headers["content-type"]) == (200, "audio/flac")
    expect(speech(page).get_by_role("link", name="Download PCM")).to_be_visible()


def test_on_a_phone_it_is_heard_too(visit: Visit, alice: Person, clone: Clone) -> None:
    page = visit(alice, viewport=PHONE, is_mobile=True, has_touch=True)
    page.goto(f"/speak/?voice={clone.voice_id}")
    say(page, "A heron on a phone. It waits.")
    wait_for_the_whole(page)
    expect(player(page).get_by_role("button", name=re.compile("(Play|Pause) the speech"))).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
