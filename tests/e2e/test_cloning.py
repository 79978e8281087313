"""The main job: from a sample to hearing one's clone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import sounds, steps

if TYPE_CHECKING:
    from tests.e2e.conftest import Visit
    from tests.e2e.steps import Clone, Person

pytestmark = pytest.mark.browser


def test_from_nothing_to_hearing_ones_clone(page: Page, recordings: sounds.Recordings) -> None:
    steps.sign_up(page)
    steps.give_sample(page, recordings.of("mp3"))
    expect(steps.sample_card(page).locator("[data-time]")).to_have_text("0:12")
    steps.hear(steps.player(steps.sample_card(page), "Your sample"))
    steps.agree(page)
    steps.press_clone(page)
    steps.wait_for_clone(page)

    clone = steps.player(steps.result(page), "Your clone")
    steps.hear(clone)
    expect(steps.result(page)).to_contain_text("Hello! This is my cloned voice")
    expect(steps.result(page)).to_contain_text(re.compile(r"Temporary · (7 d|6 d 23 h)"))
    expect(steps.result(page).get_by_role("link", name="Speak with this voice")).to_be_visible()


@pytest.mark.parametrize("kind", ["wav", "m4a", "webm"])
def test_every_kind_of_recording_becomes_a_sample_that_plays(
    kind: str, alices_page: Page, recordings: sounds.Recordings
) -> None:
    alices_page.goto("/clone/")
    steps.give_sample(alices_page, recordings.of(kind))
    sample = steps.player(steps.sample_card(alices_page), "Your sample")
    expect(sample.locator("[data-time]")).to_have_text("0:12")
    steps.hear(sample)
    steps.clone(alices_page, f"AliceVoice-from-{kind}-1")
    steps.hear(steps.player(steps.result(alices_page), "Your clone"))


def test_recording_in_the_page(page: Page) -> None:
    steps.sign_up(page)
    recorder = page.get_by_role("group", name="Record your voice")
    recorder.get_by_label("Text to read").select_option("The way to the lighthouse")
    page.evaluate(WATCH_WHAT_THE_BROWSER_IS_ASKED)
    recorder.get_by_role("button", name="Start recording").press("Space")
    expect(recorder.get_by_role("status").get_by_text("Begin to read in 3")).to_be_visible()
    expect(recorder).to_contain_text("find the old lighthouse")  # a text to read
    assert page.evaluate("window.asked") == [False, False, False]  # raw sound
    expect(recorder).to_contain_text("Good level")
    expect(recorder.get_by_role("timer")).to_have_text("0:08")
    recorder.get_by_role("button", name="Stop recording").press("Space")
    expect(recorder).to_contain_text("This works, but 10 seconds or more is better.")
    steps.hear(steps.player(recorder, "Your recording"))
    page.evaluate(WATCH_UPLOAD)
    recorder.get_by_role("button", name="Use this recording").click()
    expect(steps.sample_card(page).locator("[data-time]")).to_have_text("0:08")
    source, script = page.evaluate("window.sent")
    assert source == "recording"
    assert script.startswith("Here is how to find the old lighthouse")
    page.locator("summary", has_text="Advanced").click()
    expect(page.get_by_label("Text that was read")).to_have_value("")  # eight seconds: it cannot have been all of it
    steps.clone(page, "RecordedVoice-1")
    steps.hear(steps.player(steps.result(page), "Your clone"))


WATCH_WHAT_THE_BROWSER_IS_ASKED = """() => {
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = (wanted) => {
    const { echoCancellation, noiseSuppression, autoGainControl } = wanted.audio;
    window.asked = [echoCancellation, noiseSuppression, autoGainControl];
    return ask(wanted);
  };
}"""
WATCH_UPLOAD = """() => document.addEventListener("htmx:configRequest", ({detail}) => {
  if (detail.path.endsWith("/sample/")) window.sent = [detail.formData.get("source"), detail.formData.get("script")];
})"""


def test_a_recording_that_is_too_short_cannot_be_used(alices_page: Page) -> None:
    alices_page.goto("/clone/")
    recorder = alices_page.get_by_role("group", name="Record your voice")
    recorder.get_by_role("button", name="Start recording").click()
    expect(recorder.get_by_role("timer")).to_have_text("0:01")
    recorder.get_by_role("button", name="Stop recording").click()
    expect(recorder).to_contain_text("too short to clone")
    expect(recorder.get_by_role("button", name="Use this recording")).to_be_disabled()
    recorder.get_by_role("button", name="Record again").click()
    expect(recorder.get_by_role("button", name="Stop recording")).to_be_visible()


def test_where_the_microphone_is_refused_the_page_says_what_to_do(alices_page: Page) -> None:
    alices_page.add_init_script(
        "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', 'NotAllowedError') }"
    )
    alices_page.goto("/clone/")
    recorder = alices_page.get_by_role("group", name="Record your voice")
    recorder.get_by_role("button", name="Start recording").click()
    expect(recorder.get_by_role("alert")).to_contain_text("Allow it in your browser's settings for this site")


def test_without_a_microphone_one_click_gives_a_sample_voice(alices_page: Page) -> None:
    alices_page.goto("/clone/")
    alices_page.get_by_role("button", name="Try a sample voice").click()
    expect(steps.sample_card(alices_page)).to_contain_text("the project made itself, by synthesis")
    steps.clone(alices_page, "DemoVoice-2026")
    steps.hear(steps.player(steps.result(alices_page), "Your clone"))


def test_the_status_card_shows_real_progress_and_then_the_page_is_quiet(alices_page: Page, clone: Clone) -> None:
    page, polls = alices_page, []
    page.on("request", lambda request: polls.append(request) if "/tasks/changes/" in request.url else None)
    page.clock.install()
    page.goto(f"/clone/?sample={clone.sample}")
    page.get_by_label("Voice ID").fill("AliceVoice-in-steps-1")
    page.get_by_label("Preview text").fill(" ".join([steps.TEXT] * 6))
    steps.agree(page)
    page.evaluate(WATCH_PROGRESS)
    steps.press_clone(page)
    steps.wait_for_clone(page)
    seen = page.evaluate("window.seen")
    percents = [percent for _, percent in seen if percent is not None]
    assert any(re.match(r"Speaking \d+ of 12", words) for words, _ in seen), seen
    assert percents == sorted(percents)
    assert len(set(percents)) > 1, seen
    assert polls

    polls.clear()
    page.clock.fast_forward("10:00")
    expect(page.locator("[data-poller]")).to_have_count(0)
    page.evaluate("fetch('/healthz')")
    assert not polls


WATCH_PROGRESS = """() => {
  window.seen = [];
  const look = () => {
    const bar = document.querySelector("#result progress");
    const words = document.querySelector("#result h2").textContent;
    const last = window.seen.at(-1);
    const now = [words, bar && bar.hasAttribute("value") ? bar.value : null];
    if (bar && String(now) !== String(last)) window.seen.push(now);
  };
  new MutationObserver(look).observe(document.querySelector("#result"), {childList: true, subtree: true});
}"""


def test_cancelling_keeps_the_sample_and_frees_the_voice_id(alices_page: Page, clone: Clone) -> None:
    page = alices_page
    page.goto(f"/clone/?sample={clone.sample}")
    page.get_by_label("Voice ID").fill("AliceVoice-cancelled-1")
    page.get_by_label("Preview text").fill((steps.TEXT + " ") * 27)
    steps.agree(page)
    steps.press_clone(page)
    steps.result(page).get_by_role("button", name="Cancel").click()
    expect(steps.result(page).get_by_role("heading", name="Cancelled")).to_be_visible()
    expect(page.locator("[data-poller]")).to_have_count(0)
    expect(steps.sample_card(page)).to_be_visible()

    steps.clone(page, "AliceVoice-cancelled-1")


def test_reloading_the_page_goes_on_watching(alices_page: Page, clone: Clone) -> None:
    page = alices_page
    page.goto(f"/clone/?sample={clone.sample}")
    page.get_by_label("Voice ID").fill("AliceVoice-reloaded-1")
    page.get_by_label("Preview text").fill((steps.TEXT + " ") * 6)
    steps.agree(page)
    steps.press_clone(page)
    page.wait_for_url("**/clone/?task=*")
    page.reload()
    steps.wait_for_clone(page)
    expect(page.get_by_label("Preview text")).to_have_value(re.compile("grey heron"))


def test_two_presses_of_the_button_make_one_voice(visit: Visit, alice: Person, clone: Clone) -> None:
    page, sent = visit(alice), []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    page.goto(f"/clone/?sample={clone.sample}")
    page.get_by_label("Voice ID").fill("AliceVoice-twice-1")
    steps.agree(page)
    page.get_by_role("button", name="Clone voice").dblclick()
    steps.wait_for_clone(page)
    assert len(sent) == 1
