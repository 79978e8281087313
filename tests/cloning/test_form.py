"""The clone form: every parameter of the contract, and a sentence for everything that is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.conftest import speech
from voiceclone.accounts.models import User
from voiceclone.cloning.forms import CloneForm
from voiceclone.predictions import catalog
from voiceclone.samples.models import Sample
from voiceclone.voices.models import Voice

MODELS = [model.name for model in catalog.SPEECH_MODELS]
LANGUAGES = ["auto", *catalog.LANGUAGES_41]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def given(alice: User, make_sample: Callable[..., Sample]) -> dict[str, Any]:
    return {"sample": make_sample(alice).pk, "custom_voice_id": "FormVoice-1", "consent": "on"}


def errors(user: User, values: dict[str, Any], files: dict[str, Any] | None = None) -> dict[str, list[str]]:
    return dict(CloneForm(user, values, files or {}).errors)


def test_what_is_left_out_gets_the_contracts_defaults(alice: User, given: dict[str, Any]) -> None:
    form = CloneForm(alice, given)
    assert form.is_valid(), form.errors
    assert form.inputs() == {
        "custom_voice_id": "FormVoice-1",
        "text": catalog.PREVIEW_TEXT,
        "model": "speech-02-hd",
        "language_boost": "auto",
        "need_noise_reduction": False,
        "need_volume_normalization": False,
        "text_validation": "",
        "accuracy": 0.7,
    }


@pytest.mark.parametrize("model", MODELS)
def test_every_preview_model_of_the_contract(alice: User, given: dict[str, Any], model: str) -> None:
    assert errors(alice, {**given, "model": model}) == {}


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("text", "x" * 2001, "The preview text has 2,001 characters; the limit is 2,000."),
        ("text_validation", "x" * 2001, "The text that was read has 2,001 characters; the limit is 2,000."),
        ("accuracy", "1.2", "Accuracy is between 0 and 1; 1.2 was given."),
        ("accuracy", "-1", "Accuracy is between 0 and 1; -1 was given."),
        ("accuracy", "very", "Accuracy is a number; “very” was given."),
        ("model", "speech-01", f"Preview model is one of: {', '.join(MODELS)}. “speech-01” was given."),
        ("language_boost", "Klingon", f"Language is one of: {', '.join(LANGUAGES)}. “Klingon” was given."),
        ("custom_voice_id", "short1", "A voice ID has at least 8 characters; this one has 6."),
        ("consent", "", "Tick this line first: a voice is cloned only with its speaker's consent."),
    ],
)
def test_what_is_wrong_is_named(alice: User, given: dict[str, Any], field: str, value: str, sentence: str) -> None:
    assert errors(alice, {**given, field: value}) == {field: [sentence]}


def test_a_text_of_2000_characters_is_fine(alice: User, given: dict[str, Any]) -> None:
    assert errors(alice, {**given, "text": "x" * 2000}) == {}


def test_an_id_that_is_taken(alice: User, given: dict[str, Any], make_voice: Callable[..., Voice]) -> None:
    make_voice(alice, "FormVoice-1")
    assert errors(alice, given) == {
        "custom_voice_id": ["You already have a voice with the ID “FormVoice-1”. Choose another one."]
    }


def test_without_a_sample(alice: User, given: dict[str, Any]) -> None:
    sentence = "Record or upload a sample first: some seconds of one person speaking."
    assert errors(alice, {**given, "sample": ""}) == {"file": [sentence]}


def test_a_file_in_the_form_is_a_sample_too(alice: User, given: dict[str, Any]) -> None:
    upload = SimpleUploadedFile("me.mp3", speech("mp3", 5.0))
    form = CloneForm(alice, {**given, "sample": ""}, {"file": upload})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["sample"].original_name == "me.mp3"


def test_a_sample_is_kept_when_something_else_is_wrong(alice: User, given: dict[str, Any]) -> None:
    upload = SimpleUploadedFile("me.mp3", speech("mp3", 5.0))
    form = CloneForm(alice, {**given, "sample": "", "custom_voice_id": "bad"}, {"file": upload})
    assert not form.is_valid()
    assert form.kept_sample is not None
    assert form.kept_sample.original_name == "me.mp3"
