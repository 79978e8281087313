"""The player: it plays, it seeks, it compares."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e import sounds, steps
from tests.e2e.steps import Clone

pytestmark = pytest.mark.browser


def test_the_player_knows_its_length_and_seeks_at_once(alices_page: Page, clone: Clone) -> None:
    alices_page.goto(clone.voice_page)
    player = steps.player(steps.result(alices_page), "Your clone")
    steps.hear(player)
    sound = steps.sound_of(player)
    seconds = sound.evaluate("audio => audio.duration")
    assert 3 < seconds < 10
    seek = player.get_by_label("Position in your clone")
    assert abs(float(seek.get_attribute("max") or 0) - seconds) < 0.1
    assert sound.evaluate("audio => audio.seekable.end(0)") == seconds

    player.get_by_role("button", name="Pause your clone").click()
    seek.fill("2.5")
    expect(sound).to_have_js_property("currentTime", 2.5)
    expect(seek).to_have_attribute("aria-valuetext", f"0:02 of 0:0{int(seconds)}")


def test_sound_is_served_in_parts(alices_page: Page, clone: Clone) -> None:
    part = alices_page.request.get(clone.audio, headers={"Range": "bytes=1000-1099"})
    assert (part.status, len(part.body())) == (206, 100)
    whole = alices_page.request.get(clone.audio)
    assert (whole.status, whole.headers["content-type"]) == (200, "audio/mpeg")
    assert whole.body()[1000:1100] == part.body()


@pytest.fixture
def comparison(alices_page: Page, clone: Clone) -> Locator:
    alices_page.goto(f"/clone/?task={clone.task}")
    return steps.result(alices_page)


def test_a_button_switches_between_sample_and_clone_at_the_same_second(comparison: Locator) -> None:
    sample, clone = steps.player(comparison, "Your sample"), steps.player(comparison, "Your clone")
    expect(clone).to_be_visible()
    expect(sample).to_be_hidden()
    clone.get_by_label("Position in your clone").fill("2")
    expect(steps.sound_of(clone)).to_have_js_property("currentTime", 2)
    comparison.get_by_role("button", name="Your sample", exact=True).click()
    expect(sample).to_be_visible()
    expect(clone).to_be_hidden()
    expect(steps.sound_of(sample)).to_have_js_property("currentTime", 2)
    expect(comparison.get_by_role("button", name="Your sample", exact=True)).to_have_attribute("aria-pressed", "true")


def test_the_keys_a_and_b_switch_while_it_plays(comparison: Locator) -> None:
    keyboard = comparison.page.keyboard
    sample, clone = steps.player(comparison, "Your sample"), steps.player(comparison, "Your clone")
    steps.hear(clone)
    keyboard.press("a")
    expect(steps.sound_of(sample)).to_have_js_property("paused", False)
    expect(steps.sound_of(clone)).to_have_js_property("paused", True)
    left_at = steps.sound_of(clone).evaluate("audio => audio.currentTime")
    expect(steps.sound_of(sample)).not_to_have_js_property("currentTime", 0)
    assert steps.sound_of(sample).evaluate("audio => audio.currentTime") >= left_at
    keyboard.press("b")
    expect(steps.sound_of(clone)).to_have_js_property("paused", False)
    expect(steps.sound_of(sample)).to_have_js_property("paused", True)


def test_a_fixed_sample_is_heard_before_and_after_at_the_same_second(
    alices_page: Page, recordings: sounds.Recordings
) -> None:
    alices_page.goto("/clone/")
    steps.give_sample(alices_page, recordings.quiet)
    card = steps.sample_card(alices_page)
    card.get_by_role("button", name="Raise it for me").click()
    before, after = steps.player(card, "Your sample before"), steps.player(card, "Your sample")
    expect(card.get_by_role("button", name="After", exact=True)).to_be_visible(timeout=steps.LONG)
    expect(after).to_be_visible()
    expect(before).to_be_hidden()
    after.get_by_label("Position in your sample").fill("3")
    expect(steps.sound_of(after)).to_have_js_property("currentTime", 3)
    card.get_by_role("button", name="Before", exact=True).click()
    expect(before).to_be_visible()
    expect(after).to_be_hidden()
    expect(steps.sound_of(before)).to_have_js_property("currentTime", 3)
    steps.hear(before)
    alices_page.keyboard.press("b")
    expect(steps.sound_of(after)).to_have_js_property("paused", False)
    expect(steps.sound_of(before)).to_have_js_property("paused", True)


def test_two_handles_choose_a_part_of_the_sample_by_keyboard(alices_page: Page, recordings: sounds.Recordings) -> None:
    alices_page.goto("/clone/")
    steps.give_sample(alices_page, recordings.long)
    card, keyboard = steps.sample_card(alices_page), alices_page.keyboard
    card.get_by_text("Use only a part of it").click(timeout=steps.LONG)
    begin, end = (card.get_by_role("slider", name=f"The part {word} at") for word in ("begins", "ends"))
    begin.focus()
    for _ in range(20):
        keyboard.press("ArrowRight")
    expect(begin).to_have_value("2")
    expect(begin).to_have_attribute("aria-valuetext", "0:02 of 0:24")
    keyboard.press("Tab")
    expect(end).to_be_focused()
    keyboard.press("Home")  # no nearer to the other handle than the shortest part
    expect(end).to_have_value("5")
    expect(card.get_by_text("0:02 – 0:05 / 0:24")).to_be_visible()
    card.get_by_role("button", name="Use this part").press("Enter")
    expect(card.get_by_text("0:02 to 0:05 of 0:24")).to_be_visible()
    expect(steps.sound_of(steps.player(card, "Your sample"))).to_have_attribute("src", re.compile("^/samples/"))


def test_another_take_is_made_in_place_and_takes_the_clones_place(
    alices_page: Page, another_voice: Callable[[str], Clone]
) -> None:
    alices_page.goto(f"/clone/?task={another_voice('TakesVoice-2026').task}")
    result = steps.result(alices_page)
    first = steps.sound_of(steps.player(result, "Your clone")).get_attribute("src")
    result.get_by_role("button", name="Try another take").click()
    takes = result.get_by_role("region", name="Takes").get_by_role("listitem")
    expect(takes).to_have_count(2, timeout=steps.LONG)
    scores = [float(re.findall(r"likeness (0\.\d+)", text)[0]) for text in takes.all_inner_texts()]
    assert scores == sorted(scores, reverse=True)
    expect(takes.filter(has_text="Best")).to_have_count(1)
    newest = takes.filter(has_text="Newest").filter(has_text="Take 2")
    made = steps.sound_of(steps.player(newest, "Take 2")).get_attribute("src")
    clone = steps.player(result, "Your clone")
    expect(steps.sound_of(clone)).to_have_attribute("src", made or "")
    assert made != first
    steps.hear(clone)
    alices_page.keyboard.press("a")
    expect(steps.sound_of(steps.player(result, "Your sample"))).to_have_js_property("paused", False)

    button = takes.get_by_role("link", name="Compare take 1")
    button.focus()
    alices_page.keyboard.press("Enter")
    expect(steps.sound_of(clone)).to_have_attribute("src", first or "")
    expect(takes.get_by_role("link", name="Compared above take 1")).to_be_focused()


def test_the_keys_are_letters_where_one_types(comparison: Locator) -> None:
    text = comparison.page.get_by_label("Preview text")
    text.fill("")
    text.press_sequentially("a bab")
    expect(text).to_have_value("a bab")
    expect(steps.player(comparison, "Your clone")).to_be_visible()


def test_only_one_sound_plays_at_a_time(comparison: Locator) -> None:
    page = comparison.page
    above = steps.player(steps.sample_card(page), "Your sample")
    steps.hear(above)
    steps.hear(steps.player(comparison, "Your clone"))
    expect(steps.sound_of(above)).to_have_js_property("paused", True)
