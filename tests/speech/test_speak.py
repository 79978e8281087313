"""Speaking with a voice; the first time makes it permanent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from voiceclone.accounts.models import User
from voiceclone.cloning.submit import submit
from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import CLONE, Prediction
from voiceclone.samples.models import Sample
from voiceclone.speech.forms import SpeechForm
from voiceclone.voices.models import Voice

pytestmark = pytest.mark.django_db(transaction=True)
MakeVoice = Callable[..., Voice]


@pytest.fixture
def voice(alice: User, make_sample: Callable[..., Sample]) -> Voice:
    """A voice that the engine has really made."""
    clone = submit(
        alice, make_sample(alice, 12.0), {"custom_voice_id": "SpokenVoice-1", "text": "Hi.", "language_boost": "auto"}
    )
    lifecycle.run.call(clone.pk)
    return Voice.objects.get()


def errors(user: User, **values: Any) -> dict[str, list[str]]:
    return dict(SpeechForm(user, {"text": "Hello.", "voice_id": "AliceVoice-1", **values}).errors)


def test_the_first_completed_speech_makes_the_voice_permanent(
    alice: User, voice: Voice, client_of: Callable[[User], Client]
) -> None:
    assert (voice.is_permanent, voice.first_used_at) == (False, None)  # its preview does not count
    browser = client_of(alice)
    browser.post("/speak/", {"voice_id": voice.voice_id, "text": "A real use."})
    task = Prediction.objects.exclude(model=CLONE).get()
    lifecycle.run.call(task.pk)
    voice.refresh_from_db()
    assert (voice.is_permanent, voice.expires_at) == (True, None)
    assert f"/tasks/{task.pk}/audio" in browser.get(f"/speak/?task={task.pk}").content.decode()


def test_a_failed_speech_does_not(alice: User, voice: Voice) -> None:
    task = lifecycle.submit(alice, "minimax/speech-02-hd", "builtin", voice, {"text": "x"})
    held = lifecycle.claim(task.pk)
    assert held is not None
    lifecycle.fail(held, "No.", 1403)
    voice.refresh_from_db()
    assert not voice.is_permanent


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("speed", "2.5", "Speed is between 0.5 and 2; 2.5 was given."),
        ("volume", "11", "Volume is between 0.1 and 10; 11 was given."),
        ("pitch", "-13", "Pitch is between -12 and 12; -13 was given."),
        ("text", "x" * 10_001, "The text has 10,001 characters; the limit is 10,000."),
        ("speed", "fast", "Speed is a number; “fast” was given."),
        ("pitch", "1.5", "Pitch is a whole number; “1.5” was given."),
        (
            "emotion",
            "confident",
            "Emotion is one of: happy, sad, angry, fearful, disgusted, surprised, neutral. “confident” was given.",
        ),
        ("format", "ogg", "Format is one of: mp3, wav, flac, pcm. “ogg” was given."),
        ("sample_rate", 48000, "Sample rate is one of: 8000, 16000, 22050, 24000, 32000, 44100. “48000” was given."),
        ("channel", 3, "Channels is one of: 1, 2. “3” was given."),
        (
            "pronunciation_dict",
            ["omg"],
            "Pronunciation has pairs such as omg/oh my god, with a slash between; “omg” was given.",
        ),
        ("language_boost", "Filipino", "Built-in engine cannot speak Filipino yet."),
        ("voice_id", "NoSuchVoice-1", "You have no voice with the ID “NoSuchVoice-1”."),
    ],
)
def test_what_is_wrong_is_named(alice: User, make_voice: MakeVoice, field: str, value: str, sentence: str) -> None:
    make_voice(alice)
    assert errors(alice, **{field: value}) == {field: [sentence]}


@pytest.mark.parametrize(
    ("state", "sentence"),
    [("cloning", "is still being cloned"), ("expired", "expired on"), ("deleted", "was deleted on")],
)
def test_a_voice_that_cannot_speak_says_why(alice: User, make_voice: MakeVoice, state: str, sentence: str) -> None:
    make_voice(alice, state=state)
    assert sentence in errors(alice)["voice_id"][0]


def test_defaults_are_the_contracts(alice: User, make_voice: MakeVoice) -> None:
    make_voice(alice)
    form = SpeechForm(alice, {"text": "Hello.", "voice_id": "AliceVoice-1"})
    assert form.is_valid(), form.errors
    assert form.chosen_model == "minimax/speech-02-hd"
    assert form.inputs() == {
        "voice_id": "AliceVoice-1",
        "text": "Hello.",
        "speed": 1.0,
        "volume": 1.0,
        "pitch": 0,
        "emotion": "happy",
        "language_boost": "auto",
        "format": "mp3",
        "english_normalization": False,
        "pronunciation_dict": [],
    }


def test_settings_come_as_a_page_or_as_a_client_sends_them(alice: User, make_voice: MakeVoice) -> None:
    make_voice(alice)
    common = {"text": "Hello.", "voice_id": "AliceVoice-1"}
    from_page = {
        "speed": "1.2", "pitch": "-2", "sample_rate": "16000", "bitrate": "64000", "channel": "2",
        "english_normalization": "on", "pronunciation_dict": "omg/oh my god\nimho / in my opinion",
    }  # fmt: skip
    from_client = {
        "speed": 1.2, "pitch": -2, "sample_rate": 16000, "bitrate": 64000, "channel": 2,
        "english_normalization": True, "pronunciation_dict": ["omg/oh my god", "imho / in my opinion"],
    }  # fmt: skip
    forms = [SpeechForm(alice, {**common, **given}) for given in (from_page, from_client)]
    assert all(form.is_valid() for form in forms)
    page, client = (form.inputs() for form in forms)
    assert page == client
    assert {name: page[name] for name in from_client} == {**from_client, "channel": "2"}


def test_without_a_voice_the_page_offers_to_clone_one(alice: User, client_of: Callable[[User], Client]) -> None:
    assert "No voice to speak with yet" in client_of(alice).get("/speak/").content.decode()
