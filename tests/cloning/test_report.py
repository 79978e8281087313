"""The report card on the clone page: it arrives by itself, sets the form, offers fixes, and refuses what it stops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.conftest import speech
from voiceclone.accounts.models import User
from voiceclone.cloning.submit import submit
from voiceclone.predictions import lifecycle, runners
from voiceclone.predictions.models import Prediction
from voiceclone.samples import report
from voiceclone.samples.models import Sample
from voiceclone.voices.models import Enrolment

pytestmark = pytest.mark.django_db(transaction=True)
HTMX = {"HTTP_HX_REQUEST": "true"}
FINE = {
    "seconds": 12.0,
    "speech_seconds": 11.0,
    "level_db": -20.0,
    "clipping": 0.0,
    "snr_db": 40.0,
    "spread_db": 40.0,
    "echo": False,
}
FINE |= {"bandwidth_hz": 11000.0, "speakers": "one", "heard_until": 12.0, "clearest": None}
NOISY, TWO = {"snr_db": 14.0, "spread_db": 20.0}, {"speakers": "several", "clearest": [1.0, 8.0]}


@pytest.fixture
def browser(alice: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(alice)


@pytest.fixture
def sample(alice: User, make_sample: Callable[..., Sample]) -> Callable[..., Sample]:
    """A sample of which so much is known already."""

    def make(**quality: Any) -> Sample:
        made = make_sample(alice, 12.0)
        made.quality = {"version": report.VERSION, **FINE, **quality}
        made.save()
        return made

    return make


def form(sample: Sample, **values: Any) -> dict[str, Any]:
    return {"custom_voice_id": "PageVoice-1", "text": "Hello.", "consent": "on", "sample": sample.pk, **values}


def report_of(browser: Client, sample: Sample, **given: str) -> str:
    return browser.get(f"/clone/sample/{sample.pk}/report/", given, **HTMX).content.decode()


def test_a_good_sample_has_one_line_and_its_figures_behind_another(
    browser: Client, sample: Callable[..., Sample]
) -> None:
    page = report_of(browser, sample())
    assert "A good sample: 0:11 of clear speech." in page
    assert 'class="finding' not in page
    summary, _, figures = page.partition("<details")[2].partition("</details>")[0].partition("</summary>")
    assert "What was checked" in summary
    assert "speech, level, clipping, noise, echo, bandwidth, speakers" in summary
    for figure in (
        "0:11",
        "−20\u00a0dBFS",
        "0.00% of the recording",
        "40\u00a0dB below the speech",
        "none",
        "up to 11.0\u00a0kHz",
        "one",
    ):
        assert f">{figure}</td>" in figures


def test_what_is_fine_beside_a_problem_is_one_line(browser: Client, sample: Callable[..., Sample]) -> None:
    page = report_of(browser, sample(**NOISY, echo=True))
    summary = page.partition("<details")[2].partition("</summary>")[0]
    assert "Everything else is fine" in summary
    assert "speech, level, clipping, bandwidth, speakers" in summary
    nothing = report_of(browser, sample(speech_seconds=1.0, **NOISY))  # too little to say who speaks, and where
    assert "level, clipping</span>" in nothing


def test_the_report_is_only_for_its_owner(bob: User, client_of: Callable[[User], Client], sample: Any) -> None:
    assert client_of(bob).get(f"/clone/sample/{sample().pk}/report/").status_code == 404
    answer = client_of(bob).post("/clone/sample/fix/", {"sample": Sample.objects.get().pk, "fix": "clean"})
    assert answer.status_code == 404


def test_noise_turns_noise_reduction_on_and_says_why(browser: Client, sample: Callable[..., Sample]) -> None:
    noisy = sample(**NOISY)
    page = report_of(browser, noisy, noise_default="False")
    assert "On, because there is noise in the background (14\u00a0dB below the speech)." in page
    assert "checked" in page
    assert Enrolment.objects.get().options["noise_reduction"] is True


def test_what_the_person_has_set_stays(browser: Client, sample: Callable[..., Sample]) -> None:
    page = report_of(browser, sample(**NOISY), noise_default="True")  # it was on by default, and is off
    assert "checked" not in page
    assert "checked" in report_of(browser, sample(), noise_default="False", need_noise_reduction="on")


def test_what_stops_is_refused_and_not_learnt(browser: Client, sample: Callable[..., Sample]) -> None:
    two = sample(**TWO)
    assert "No voice can be cloned from this sample." in report_of(browser, two)
    assert not Enrolment.objects.exists()
    for headers in ({}, HTMX):
        answer = browser.post("/clone/", form(two), **headers)
        assert answer.status_code == 422
        assert "Two or more people speak in it." in answer.content.decode()
    assert not Prediction.objects.exists()


def test_what_warns_is_cloned(browser: Client, sample: Callable[..., Sample]) -> None:
    answer = browser.post("/clone/", form(sample(**NOISY, speech_seconds=4.0, echo=True)))
    assert answer.status_code == 302


def test_a_program_is_refused_with_the_contracts_code(alice: User, sample: Callable[..., Sample]) -> None:
    inputs = {"custom_voice_id": "ApiVoice-1", "text": "Hello.", "language_boost": "auto"}
    task = submit(alice, sample(**TWO), inputs)
    claimed = lifecycle.claim(task.pk)
    assert claimed is not None
    runners.perform(claimed)
    task.refresh_from_db()
    assert (task.status, task.code) == ("failed", 1401)
    assert task.error.startswith("Two or more people speak in it.")


def test_a_fix_takes_the_place_of_the_sample(browser: Client, sample: Callable[..., Sample]) -> None:
    two = sample(**TWO)
    answer = browser.post("/clone/sample/fix/", {"sample": two.pk, "fix": "clearest"}, **HTMX)
    part = Sample.objects.get(origin=two)
    assert f'name="sample" value="{part.pk}"' in answer.content.decode()
    assert (part.edits["start"], part.edits["end"]) == (1.0, 8.0)
    assert "0:01 to 0:08 of 0:12" in answer.content.decode()
    answer = browser.post("/clone/sample/fix/", {"sample": part.pk, "fix": "original"}, **HTMX)
    assert f'name="sample" value="{two.pk}"' in answer.content.decode()


def test_a_fixed_sound_is_heard_before_and_after_by_one_switch(browser: Client, sample: Callable[..., Sample]) -> None:
    quiet = sample(level_db=-38.0)
    browser.post("/clone/sample/fix/", {"sample": quiet.pk, "fix": "raise"})
    raised = Sample.objects.get(origin=quiet)
    part = {"sample": raised.pk, "fix": "part", "start": "2", "end": "9.5"}
    page = browser.post("/clone/sample/fix/", part, **HTMX).content.decode()
    box = page.partition("data-compare")[2]
    before, after = box.partition('data-side-panel="a"')[2].split('data-side-panel="b"')
    assert f'src="/samples/{quiet.pk}/audio"' in before
    assert after.startswith(' data-begins="2.00"')  # of the recording as it came, so that both are at one place
    made = Sample.objects.get(edits__start=2.0)
    assert f'src="/samples/{made.pk}/audio"' in after
    for unchanged in (quiet, sample()):  # only cut, or nothing at all: there is nothing to compare
        assert "data-compare" not in browser.get(f"/clone/?sample={unchanged.pk}").content.decode()


@pytest.mark.parametrize(("start", "end"), [("1", "2"), ("", "9"), ("nan", "5"), ("x", "y")])
def test_a_wrong_part_is_answered_in_words_and_keeps_the_sample(
    browser: Client, sample: Callable[..., Sample], start: str, end: str
) -> None:
    given = {"sample": sample().pk, "fix": "part", "start": start, "end": end}
    answer = browser.post("/clone/sample/fix/", given, **HTMX)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert f'value="{Sample.objects.get().pk}"' in answer.content.decode()


def test_without_javascript_the_card_is_in_the_page_and_nothing_typed_is_lost(browser: Client) -> None:
    typed = {"custom_voice_id": "TypedVoice-1", "text": "My own words.", "need_volume_normalization": "on"}
    file = SimpleUploadedFile("me.wav", speech("wav", 12.0))
    page = browser.post("/clone/sample/", {**typed, "file": file}).content.decode()
    assert "A good sample" in page
    assert 'value="TypedVoice-1"' in page
    assert "My own words." in page
    sample = Sample.objects.get()
    part = {**typed, "sample": sample.pk, "fix": "part", "start": "1", "end": "7"}
    page = browser.post("/clone/sample/fix/", part).content.decode()
    assert f'name="sample" value="{Sample.objects.get(origin=sample).pk}"' in page
    assert "My own words." in page


def test_a_long_sample_shows_which_seconds_are_used(browser: Client, sample: Callable[..., Sample]) -> None:
    page = report_of(browser, sample(speech_seconds=90.0, seconds=12.0, heard_until=7.0))
    assert "0:00 to 0:07 of 0:12 is used" in page
