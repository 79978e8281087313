"""Submitting: validate, default, drop, coerce; exactly 200 and `created`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.api.conftest import Program
from voiceclone.accounts.models import User
from voiceclone.predictions import catalog
from voiceclone.predictions.models import Prediction
from voiceclone.voices.models import Consent, Voice

pytestmark = pytest.mark.django_db
MakeVoice = Callable[..., Voice]
CLONE = {"audio": "https://example.org/me.wav", "custom_voice_id": "FromAfar-1"}
URL = "/api/v3/minimax/voice-clone"


def message(answer: Any) -> str:
    assert answer.status_code == 400, answer.content
    told = answer.json()
    assert told["code"] == 400
    return str(told["message"])


@pytest.mark.parametrize("model", [model.name for model in catalog.SPEECH_MODELS])
def test_every_speech_model_answers_200_created(
    program: Program, alice: User, make_voice: MakeVoice, model: str
) -> None:
    make_voice(alice)
    answer = program.speak(model)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["code"], told["message"]) == (200, "success")
    assert list(told["data"]) == [
        "id", "model", "outputs", "urls", "has_nsfw_contents", "status", "created_at", "error", "code",
        "executionTime", "timings",
    ]  # fmt: skip
    assert (told["data"]["status"], told["data"]["model"]) == ("created", f"minimax/{model}")
    assert (told["data"]["outputs"], told["data"]["has_nsfw_contents"]) == ([], [])


def test_a_clone_needs_no_model_and_gets_every_default(program: Program) -> None:
    answer = program.post(URL, CLONE)
    assert answer.status_code == 200, answer.content
    task = Prediction.objects.get(pk=answer.json()["data"]["id"])
    assert task.input == {
        **CLONE,
        "text": catalog.PREVIEW_TEXT,
        "model": "speech-02-hd",
        "language_boost": "auto",
        "need_noise_reduction": False,
        "need_volume_normalization": False,
        "text_validation": "",
        "accuracy": 0.7,
    }


def test_the_consent_of_a_program_says_so(program: Program, alice: User) -> None:
    program.post(URL, CLONE)
    consent = Consent.objects.get(person=alice)
    assert consent.method == "api"
    assert consent.statement.startswith("Whoever clones through the API declares with each request")


def test_where_consent_is_read_aloud_a_program_is_told_where(program: Program, settings: Any) -> None:
    settings.CONSENT = "read_aloud"
    answer = program.post(URL, CLONE)
    assert answer.status_code == 403
    assert "its speaker has read a sentence aloud, which a request cannot do" in answer.json()["message"]
    assert not Prediction.objects.exists()


def test_speech_defaults_are_the_contracts(program: Program, alice: User, make_voice: MakeVoice) -> None:
    make_voice(alice)
    task = Prediction.objects.get(pk=program.speak().json()["data"]["id"])
    assert task.input["emotion"] == "happy"
    assert (task.input["speed"], task.input["volume"], task.input["pitch"]) == (1.0, 1.0, 0)
    assert "sample_rate" not in task.input


def test_values_are_coerced_and_unknown_keys_dropped(program: Program, alice: User, make_voice: MakeVoice) -> None:
    make_voice(alice, "12345678a")
    make_voice(alice)
    answer = program.speak(
        speed="0.7", pitch=2.0, channel=1, sample_rate="16000", bitrate=64000.0, english_normalization="true",
        text=12345, pronunciation_dict=["omg/oh my god"], audios=["x"], volume=None, enable_sync_mode="false",
    )  # fmt: skip
    assert answer.status_code == 200, answer.content
    kept = Prediction.objects.get(pk=answer.json()["data"]["id"]).input
    expected = {
        "speed": 0.7, "pitch": 2, "channel": "1", "sample_rate": 16000, "bitrate": 64000, "text": "12345",
        "english_normalization": True, "pronunciation_dict": ["omg/oh my god"], "volume": 1.0,
    }  # fmt: skip
    assert {name: kept[name] for name in expected} == expected
    assert not {"audios", "enable_sync_mode"} & set(kept)


def test_an_id_of_digits_only_is_read_as_text(program: Program) -> None:
    assert "begins with a letter" in message(program.post(URL, {**CLONE, "custom_voice_id": 1234567890}))


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("speed", 3, 'field "speed": Speed is between 0.5 and 2; 3 was given.'),
        ("speed", "fast", 'field "speed": Speed is a number; “fast” was given.'),
        ("speed", True, 'field "speed": Speed is a number; “True” was given.'),
        ("speed", 10**400, 'field "speed": Speed is a number; “1'),
        ("pitch", 0.5, 'field "pitch": Pitch is a whole number; “0.5” was given.'),
        ("emotion", "confident", 'field "emotion": Emotion is one of: happy,'),
        ("channel", 3, 'field "channel": Channels is one of: 1, 2. “3” was given.'),
        ("text", "", 'field "text": Text is required, and was not given.'),
        ("text", "x" * 10_001, 'field "text": The text has 10,001 characters; the limit is 10,000.'),
        ("text", ["a"], 'field "text": Text is a text; “['),
        (
            "english_normalization",
            "maybe",
            'field "english_normalization": Spell out English numbers is true or false;',
        ),
        ("pronunciation_dict", {}, 'field "pronunciation_dict": Pronunciation is an array of texts; “{}” was given.'),
        ("enable_sync_mode", "often", 'field "enable_sync_mode": It is true or false; “often” was given.'),
        ("voice_id", "NoSuchVoice-1", 'field "voice_id": You have no voice with the ID “NoSuchVoice-1”.'),
    ],
)
def test_a_400_names_field_limit_and_value(
    program: Program, alice: User, make_voice: MakeVoice, field: str, value: Any, sentence: str
) -> None:
    make_voice(alice)
    answer = program.speak(**{field: value})
    assert message(answer).startswith(sentence)
    assert list(answer.json()["errors"]) == [field]
    assert Prediction.objects.exclude(model=catalog.CLONE).count() == 0


def test_everything_that_is_wrong_is_said_at_once(program: Program) -> None:
    said = message(program.post(URL, {"accuracy": 2}))
    assert said.startswith('field "audio": The sample is required')
    assert 'field "custom_voice_id": Voice ID is required' in said
    assert 'field "accuracy": Accuracy is between 0 and 1; 2 was given.' in said


def test_a_duplicate_id_is_refused_at_submit(program: Program, alice: User, make_voice: MakeVoice) -> None:
    make_voice(alice, "FromAfar-1")
    assert "You already have a voice with the ID “FromAfar-1”" in message(program.post(URL, CLONE))


def test_two_people_may_have_the_same_id(program: Program, bobs: Program) -> None:
    assert program.post(URL, CLONE).status_code == bobs.post(URL, CLONE).status_code == 200


@pytest.mark.parametrize(
    ("state", "sentence"),
    [("cloning", "is still being cloned"), ("expired", "expired on"), ("deleted", "was deleted on")],
)
def test_a_voice_that_cannot_speak_says_why(
    program: Program, alice: User, make_voice: MakeVoice, state: str, sentence: str
) -> None:
    make_voice(alice, state=state)
    assert sentence in message(program.speak())


@pytest.mark.parametrize("key", ["text_validation", "need_noise_reduction"])
def test_what_the_vendor_lacks_is_kept(program: Program, key: str) -> None:
    value = "The text I read." if key == "text_validation" else True
    task = Prediction.objects.get(pk=program.post(URL, {**CLONE, key: value}).json()["data"]["id"])
    assert task.input[key] == value


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("", "The body is empty."),
        ("{", "The body is not valid JSON"),
        ("[]", "The body must be a JSON object"),
        ('{"speed": NaN}', "The body is not valid JSON"),
        ('{"text": "\\ud800"}', "The body is not valid JSON"),
        (b"\xff\xfe\xfa", "The body is not valid JSON"),
        ("[" * 100_000, "The body is not valid JSON"),
        ("1" * 5000, "The body is not valid JSON"),
    ],
)
def test_what_is_no_json_object_is_said(program: Program, body: str | bytes, sentence: str) -> None:
    assert message(program.post("/api/v3/minimax/speech-02-hd", body)).startswith(sentence)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", ""])
def test_a_wrong_label_does_not_matter(program: Program, alice: User, make_voice: MakeVoice, kind: str) -> None:
    """curl -d says that it sends a form."""
    make_voice(alice)
    body = '{"text": "Hello.", "voice_id": "AliceVoice-1"}'
    assert program.post("/api/v3/minimax/speech-02-hd", body, content_type=kind).status_code == 200


def test_a_form_with_files_is_sent_elsewhere(program: Program) -> None:
    answer = program.post(URL, "--x--", content_type="multipart/form-data; boundary=x")
    assert (answer.status_code, answer.json()["code"]) == (415, 415)
    assert "/api/v3/media/uploads" in answer.json()["message"]


def test_a_body_that_is_too_large_is_413(program: Program, settings: Any) -> None:
    settings.SAMPLE_MAX_MB, settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 0.001, 1000
    answer = program.post(URL, {"text": "x" * 3000})
    assert (answer.status_code, answer.json()["code"]) == (413, 413)
    assert program.post("/api/v3/predictions", {"model": "x" * 3000}).status_code == 413


def test_a_model_that_is_not_here_is_404_and_names_those_that_are(program: Program) -> None:
    answer = program.post("/api/v3/wavespeed-ai/flux-dev", {"prompt": "x"})
    assert answer.status_code == 404
    assert (
        "There is no model “wavespeed-ai/flux-dev” here. The models are: minimax/voice-clone,"
        in answer.json()["message"]
    )


def test_ids_and_times_look_as_the_contract_has_them(program: Program, alice: User, make_voice: MakeVoice) -> None:
    make_voice(alice)
    data = program.speak().json()["data"]
    assert re.fullmatch(r"[0-9a-f]{32}", data["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", data["created_at"])
    assert data["urls"]["get"] == f"http://testserver/api/v3/predictions/{data['id']}/result"


def test_the_address_of_the_result_is_on_the_host_that_was_called(
    program: Program, alice: User, make_voice: MakeVoice, settings: Any
) -> None:
    make_voice(alice)
    settings.ALLOWED_HOSTS = ["voices.example.org"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    told = program.speak(headers={"Host": "voices.example.org", "X-Forwarded-Proto": "https"}).json()["data"]
    assert told["urls"]["get"].startswith("https://voices.example.org/api/v3/predictions/")


def test_a_page_and_a_program_make_the_same_task(
    program: Program, alice: User, make_voice: MakeVoice, client_of: Callable[[User], Client]
) -> None:
    make_voice(alice)
    values = {"text": "Hello there.", "voice_id": "AliceVoice-1", "speed": "1.2", "emotion": "sad", "channel": "2"}
    client_of(alice).post("/speak/", values)
    program.speak(speed=1.2, emotion="sad", channel=2)
    first, second = Prediction.objects.exclude(model=catalog.CLONE)
    assert first.input == second.input
