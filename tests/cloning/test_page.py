"""The clone page, as a browser without JavaScript and as htmx sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.conftest import speech
from voiceclone.accounts.models import User
from voiceclone.predictions.models import Prediction
from voiceclone.samples.models import Sample
from voiceclone.voices.models import Consent, Enrolment, Voice

pytestmark = pytest.mark.django_db(transaction=True)
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def browser(alice: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(alice)


def form(**values: Any) -> dict[str, Any]:
    return {"custom_voice_id": "PageVoice-1", "text": "Hello there.", "consent": "on", **values}


def audio(format: str = "mp3", seconds: float = 5.0) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"me.{format}", speech(format, seconds))


def test_the_page_offers_a_free_voice_id_and_the_default_text(browser: Client) -> None:
    page = browser.get("/clone/").content.decode()
    assert 'value="AliceVoice-' in page
    assert "Hello! This is my cloned voice." in page


def test_an_upload_is_shown_and_learnt_before_the_form_is_sent(browser: Client) -> None:
    answer = browser.post("/clone/sample/", {"file": audio()}, **HTMX)
    sample = Sample.objects.get()
    assert answer.status_code == 200
    assert f'name="sample" value="{sample.pk}"' in answer.content.decode()
    assert f'hx-get="/clone/sample/{sample.pk}/report/"' in answer.content.decode()
    browser.get(f"/clone/sample/{sample.pk}/report/", **HTMX)
    assert Enrolment.objects.filter(sample=sample, status="created").exists()


def test_a_recording_brings_the_script_that_was_on_screen(browser: Client) -> None:
    browser.post("/clone/sample/", {"file": audio(), "source": "recording", "script": "Good morning."}, **HTMX)
    sample = Sample.objects.get()
    assert (sample.source, sample.transcript) == ("recording", "Good morning.")


def test_a_bad_upload_is_answered_in_words(browser: Client) -> None:
    answer = browser.post("/clone/sample/", {"file": SimpleUploadedFile("notes.txt", b"no sound " * 99)}, **HTMX)
    assert answer.status_code == 422
    assert "We read MP3, M4A, WAV" in answer.content.decode()


def test_an_upload_without_a_file_is_answered_in_words(browser: Client) -> None:
    assert "No file arrived" in browser.post("/clone/sample/", **HTMX).content.decode()


def test_the_form_makes_a_voice_with_its_consent(browser: Client, alice: User) -> None:
    answer = browser.post("/clone/", form(file=audio()))
    task = Prediction.objects.get()
    assert answer["Location"] == f"/clone/?task={task.pk}"
    voice = Voice.objects.get()
    assert (voice.owner, voice.voice_id, voice.state) == (alice, "PageVoice-1", "cloning")
    assert Consent.objects.get().person == alice
    page = browser.get(answer["Location"]).content.decode()
    assert "Hello there." in page
    assert page.index('id="result"') < page.index('id="clone-form"')  # on a phone what is there comes first


def test_htmx_gets_the_status_at_once(browser: Client) -> None:
    answer = browser.post("/clone/", form(file=audio()), **HTMX)
    task = Prediction.objects.get()
    assert answer["HX-Push-Url"] == f"/clone/?task={task.pk}"
    assert f'id="task-{task.pk}"' in answer.content.decode()


def test_a_mistake_loses_nothing(browser: Client) -> None:
    wrong = form(file=audio(), custom_voice_id="bad", text="My own text", accuracy="0.42")
    answer = browser.post("/clone/", wrong, **HTMX)
    page = answer.content.decode()
    assert (answer.status_code, answer["HX-Retarget"], answer["HX-Reswap"]) == (422, "#clone-form", "outerHTML")
    for kept in ("My own text", 'value="bad"', 'value="0.42"', f'value="{Sample.objects.get().pk}"', "checked"):
        assert kept in page
    assert not Prediction.objects.exists()


def test_the_same_form_sent_twice_is_one_task(browser: Client) -> None:
    for _ in range(2):
        browser.post("/clone/", form(file=audio(), nonce="n1"))
    assert Prediction.objects.count() == 1


def test_the_demo_sample_says_that_it_is_synthesised(browser: Client) -> None:
    page = browser.post("/clone/demo/", **HTMX).content.decode()
    assert "speech that the project made itself" in page
    assert Sample.objects.get().source == "demo"


@pytest.mark.parametrize(
    ("typed", "hint"), [("AliceVoice-9", "Free."), ("bad", "at least 8"), ("", "its ID in the API")]
)
def test_the_voice_id_is_checked_while_typing(browser: Client, typed: str, hint: str) -> None:
    assert hint in browser.get("/clone/voice-id/", {"custom_voice_id": typed}).content.decode()


@pytest.mark.parametrize("address", ["/clone/?sample=nonsense", "/clone/?task=nonsense"])
def test_nonsense_in_the_address_is_not_found(browser: Client, address: str) -> None:
    assert browser.get(address).status_code == 404
