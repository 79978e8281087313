"""The recorder where things go wrong, and the text that was read on its way into the form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e import sounds, steps

if TYPE_CHECKING:
    from tests.e2e.conftest import Visit
    from tests.e2e.steps import Person

pytestmark = pytest.mark.browser
REFUSAL = "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', '%s') }"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (REFUSAL % "NotFoundError", "No microphone was found"),
        (REFUSAL % "NotReadableError", "Another program may be using it"),
        (
            "Object.defineProperty(window, 'isSecureContext', {value: false})",
            "is not secure: they give it only to pages over HTTPS",
        ),
    ],
)
def test_each_cause_of_no_recording_is_told_apart(alices_page: Page, script: str, said: str) -> None:
    alices_page.add_init_script(script)
    alices_page.goto("/clone/")
    recorder = alices_page.get_by_role("group", name="Record your voice")
    recorder.get_by_role("button", name="Start recording").click()
    expect(recorder.get_by_role("alert")).to_contain_text(said)


ROOM = """
navigator.mediaDevices.getUserMedia = async () => {  // a voice that hums in bursts, in front of a room that hisses
  const [context, hiss] = [new AudioContext(), %s];
  const sound = context.createBuffer(1, context.sampleRate, context.sampleRate);
  const samples = sound.getChannelData(0);
  for (let i = 0; i < samples.length; i += 1) {
    const voice = i / samples.length < 0.7 ? 0.15 * Math.sin((2 * Math.PI * 200 * i) / context.sampleRate) : 0;
    samples[i] = voice + hiss * (2 * Math.random() - 1);
  }
  const source = new AudioBufferSourceNode(context, { buffer: sound, loop: true });
  const stream = context.createMediaStreamDestination();
  source.connect(stream);
  source.start();
  return stream.stream;
};
"""


@pytest.mark.parametrize(("hiss", "said"), [("0.0005", "Good level"), ("0.05", "Noisy here: find a quieter place")])
def test_a_noisy_room_is_told_while_one_records(alices_page: Page, hiss: str, said: str) -> None:
    alices_page.add_init_script(ROOM % hiss)
    alices_page.goto("/clone/")
    recorder = alices_page.get_by_role("group", name="Record your voice")
    recorder.get_by_role("button", name="Start recording").click()
    expect(recorder.get_by_role("status").filter(visible=True)).to_have_text(said)
    recorder.get_by_role("button", name="Stop recording").click()
    expect(recorder.get_by_role("button", name="Record again")).to_be_visible()


@pytest.fixture
def read_aloud(recordings: sounds.Recordings) -> Iterator[Callable[[str], float]]:
    usual = recordings.microphone.read_bytes()
    yield recordings.read_into_microphone
    recordings.microphone.write_bytes(usual)


def test_a_take_with_the_sentence_of_consent_outlives_a_failed_upload_and_is_the_record(
    visit: Visit, alice: Person, read_aloud: Callable[[str], float]
) -> None:
    page, lost = visit(alice), []

    def lose_the_first(route: Route) -> None:
        lost.append(route)
        if len(lost) == 1:
            route.fulfill(status=503, body="down")
        else:
            route.continue_()

    page.goto("/clone/")
    page.route(re.compile("/clone/sample/$"), lose_the_first)
    page.get_by_label("Voice ID").fill("My-own-voice-1")
    page.get_by_label("Preview text").focus()
    recorder = page.get_by_role("group", name="Record your voice")
    recorder.get_by_label("Text to read").select_option(label="A quiet morning, and the sentence of consent")
    text = recorder.locator("[data-script]").last
    expect(text).to_contain_text("Voiceclone makes a copy of it, called My-own-voice-1.")
    seconds = read_aloud(text.text_content() or "")
    recorder.get_by_role("button", name="Start recording").click()
    expect(text).to_be_visible()
    finished = "|".join(f"0:{second}" for second in range(int(seconds) + 3, 60))
    expect(recorder.get_by_role("timer")).to_have_text(re.compile(finished), timeout=60_000)
    recorder.get_by_role("button", name="Stop recording").click()
    recorder.get_by_role("button", name="Use this recording").click()
    expect(recorder.get_by_role("alert")).to_contain_text("Your recording is still here.")
    assert all("503" in complaint for complaint in visit.complaints), visit.complaints
    visit.complaints.clear()  # which the browser and htmx had to make
    steps.hear(steps.player(recorder, "Your recording"))
    recorder.get_by_role("button", name="Retry").click()
    expect(steps.sample_card(page).locator("[data-time]")).to_have_text(re.compile(finished))
    page.locator("summary", has_text="Advanced").click()
    expect(page.get_by_label("Text that was read")).to_have_value(re.compile("^Good morning. The kettle is on"))
    expect(page.locator("#reading")).to_contain_text("You have read it for My-own-voice-1.", timeout=steps.LONG)
    steps.agree(page)
    steps.press_clone(page)
    expect(steps.result(page)).to_contain_text("Cancel")
    page.goto("/voices/My-own-voice-1/")
    record = page.get_by_role("row", name="Consent")
    expect(record).to_contain_text("called My-own-voice-1. My words today are")
    expect(record).to_contain_text("Read aloud on")
    expect(record).to_contain_text(re.compile(r"what was heard agrees to 0\.[789]"))


def test_a_sentence_of_consent_that_was_not_read_shows_both_texts(
    alices_page: Page, recordings: sounds.Recordings
) -> None:
    """The microphone of these tests says something else."""
    page = alices_page
    page.goto("/clone/")
    steps.give_sample(page, recordings.of("mp3"))
    page.locator("summary", has_text="Read it aloud, too").click()
    recorder = page.get_by_role("group", name="Read the sentence aloud")
    expect(recorder).to_contain_text("Voiceclone makes a copy of it, called")
    recorder.get_by_role("button", name="Start recording").click()
    expect(recorder.get_by_role("timer")).to_have_text("0:05")
    recorder.get_by_role("button", name="Stop recording").click()
    recorder.get_by_role("button", name="Use this recording").click()
    told = page.locator("#reading").get_by_role("alert").first
    expect(told).to_contain_text("To be read: “This is my own voice", timeout=steps.LONG)
    expect(told).to_contain_text("Heard:")
    expect(recorder.get_by_role("button", name="Start recording")).to_be_visible()  # with a new sentence
