"""The recorder where things go wrong, and the text that was read on its way into the form."""

from __future__ import annotations

import re
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


def test_a_take_outlives_a_failed_upload_and_brings_its_text(visit: Visit, alice: Person) -> None:
    page, lost = visit(alice), []

    def lose_the_first(route: Route) -> None:
        lost.append(route)
        if len(lost) == 1:
            route.fulfill(status=503, body="down")
        else:
            route.continue_()

    page.goto("/clone/")
    page.route(re.compile("/clone/sample/$"), lose_the_first)
    recorder = page.get_by_role("group", name="Record your voice")
    recorder.get_by_role("button", name="Start recording").click()
    expect(recorder.get_by_role("timer")).to_have_text("0:21", timeout=60_000)
    recorder.get_by_role("button", name="Stop recording").click()
    recorder.get_by_role("button", name="Use this recording").click()
    expect(recorder.get_by_role("alert")).to_contain_text("Your recording is still here.")
    assert all("503" in complaint for complaint in visit.complaints), visit.complaints
    visit.complaints.clear()  # which the browser and htmx had to make
    steps.hear(steps.player(recorder, "Your recording"))
    recorder.get_by_role("button", name="Retry").click()
    expect(steps.sample_card(page).locator("[data-time]")).to_have_text(re.compile("0:2[12]"))
    page.locator("summary", has_text="Advanced").click()
    expect(page.get_by_label("Text that was read")).to_have_value(re.compile("^Good morning. The kettle is on"))


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
