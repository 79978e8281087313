"""What WaveSpeed is documented or was recorded to answer, parsed as it stands. Nothing is asked for here."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from voiceclone.engines import registry
from voiceclone.engines.base import EngineError
from voiceclone.engines.hosted import Meaning, Phase
from voiceclone.engines.wavespeed import answers, minimax, refusals, signature
from voiceclone.engines.wavespeed.client import pause_of
from voiceclone.predictions import catalog

SUBMITTED = """{"code": 200, "message": "success", "data": {
  "id": "0123456789abcdef0123456789abcdef", "model": "minimax/voice-clone", "outputs": [],
  "urls": {"get": "https://api.wavespeed.ai/api/v3/predictions/0123456789abcdef0123456789abcdef/result"},
  "has_nsfw_contents": [], "status": "created", "created_at": "2025-09-29T23:09:43.027Z", "error": "",
  "executionTime": 0, "timings": {"inference": 0}}}"""
WEBHOOK = """{"id": "0123456789abcdef0123456789abcdef", "model": "minimax/voice-clone",
  "input": {"custom_voice_id": "vc1-00"}, "outputs": ["https://cdn.example.org/preview.mp3"],
  "has_nsfw_contents": null, "status": "completed", "created_at": "2025-09-25T09:12:48.239112031Z", "error": "",
  "executionTime": 8123, "timings": {"inference": 8100}}"""


def read(text: str) -> object:
    return answers.task(answers.content(text.encode()))


def test_a_submit_as_it_was_recorded() -> None:
    found = answers.task(answers.content(SUBMITTED.encode()))
    assert (found.id, found.phase, found.word) == ("0123456789abcdef0123456789abcdef", Phase.RUNNING, "created")
    assert found.created_at == datetime(2025, 9, 29, 23, 9, 43, 27000, UTC)
    assert found.outputs == ()


def test_a_webhook_has_no_envelope_and_nine_decimals() -> None:
    found = answers.task(answers.content(WEBHOOK.encode()))
    assert (found.phase, found.outputs) == (Phase.COMPLETED, ("https://cdn.example.org/preview.mp3",))
    assert found.inputs == {"custom_voice_id": "vc1-00"}
    assert found.created_at == datetime(2025, 9, 25, 9, 12, 48, 239112, UTC)


@pytest.mark.parametrize(
    ("word", "phase"),
    [
        ("created", Phase.RUNNING),
        ("processing", Phase.RUNNING),
        ("completed", Phase.COMPLETED),
        ("failed", Phase.FAILED),
        ("cancelled", Phase.FAILED),
        ("timeout", Phase.FAILED),
        ("deleted", Phase.FAILED),
        ("canceled", Phase.FAILED),  # of servers that look like it
        ("error", Phase.FAILED),
        ("pending", Phase.RUNNING),
        ("marinating", Phase.RUNNING),
        ("", Phase.RUNNING),
    ],
)
def test_every_status(word: str, phase: Phase) -> None:
    assert answers.task({"id": "a" * 32, "status": word}).phase == phase


def test_outputs_may_be_null_or_objects() -> None:
    assert answers.task({"id": "a", "outputs": None}).outputs == ()
    assert answers.task({"id": "a", "outputs": [{"url": "https://x/1"}, {"no": 1}, None]}).outputs == ("https://x/1",)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>bad gateway</html>",
        b'{"code": 200, "message": "success", "data": null}',
        b'{"code": 200, "data": {"status": "created"}}',
        b'{"code": 200, "data": {"id": "", "status": "created"}}',
        b'{"code": 200, "data": {"id": 7}}',
        b'{"code": 200, "data": {"id": "../../balance"}}',
        SUBMITTED.encode()[:200],
        b"[" * 100_000,
    ],
)
def test_what_is_no_task_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(answers.Unreadable):
        answers.task(answers.content(body))


def test_refusals_keep_the_vendors_words_and_add_ours() -> None:
    recorded = b'{"code": 404, "message": "Prediction not found"}'
    assert "“Prediction not found”" in str(refusals.of_answer(404, recorded))
    assert str(refusals.of_answer(400, b'{"error": "webhook callback does not support base64 output"}')).startswith(
        "WaveSpeed says: “webhook callback does not support base64 output”."
    )
    credits_are_gone = refusals.of_answer(400, b'{"code": 1407, "message": "insufficient credits"}')
    assert credits_are_gone.code == 1407
    assert "Top it up" in str(credits_are_gone)
    assert "Top it up" in str(refusals.of_answer(402, b""))
    assert "key" in str(refusals.of_answer(401, b'{"code": 401, "message": "invalid authentication"}'))
    assert "WAVESPEED_BASE_URL" in str(refusals.of_answer(301, b"<html>"))
    assert "10 seconds" in str(refusals.of_task("voice clone failed: 2037 duration too short", "failed", 1405))


@pytest.mark.parametrize("code", [1200, 1400, 1401, 1402, 1403, 1405, 5000, 5003, 5004])
def test_every_task_code_has_a_sentence_of_ours(code: int) -> None:
    found = refusals.of_task("Request failed. Please check your input parameters and try again.", "failed", code)
    assert found.code == code
    assert str(found).endswith(refusals.BY_CODE[code])


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("voice clone voice id duplicate", Meaning.DUPLICATE),  # MiniMax's 2039
        ("status_code: 2039", Meaning.DUPLICATE),
        ("custom_voice_id already exists", Meaning.DUPLICATE),
        ('field "custom_voice_id": You already have a voice with the ID “vc1-1”.', Meaning.DUPLICATE),
        ("voice id does not exist", Meaning.LOST),  # 2054
        ("no access to voice_id (2042)", Meaning.LOST),
        ("You have no voice with the ID “vc1-1”.", Meaning.LOST),
        ("“vc1-1” expired on 3 December 2026: it was not used within 7 days of being made.", Meaning.LOST),
        ("audio too short", Meaning.OTHER),
        ('field "emotion" must be one of happy, sad', Meaning.OTHER),
        ("Too Many Requests", Meaning.OTHER),
    ],
)
def test_what_a_refusal_means(said: str, meaning: Meaning) -> None:
    assert refusals.of_task(said, "failed", 1401).meaning == meaning


def test_the_signature_of_the_contract() -> None:
    secret, at = "whsec_dGVzdC1zZWNyZXQ=", 1_700_000_000
    body = b'{"id":"0123456789abcdef0123456789abcdef","status":"completed"}'
    headers = {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(at),
        "webhook-signature": "v3,f4f581cb48513acf089bf8c6c160d95c65eb6436811612bba35a911c14b435ed",
    }
    assert signature.is_valid(secret, headers, body, at)
    assert signature.is_valid(secret, headers, body, at + 299)
    assert not signature.is_valid(secret, headers, body, at + 301)
    assert not signature.is_valid(secret, headers, body + b" ", at)
    assert not signature.is_valid("whsec_other", headers, body, at)
    assert not signature.is_valid(secret, {**headers, "webhook-timestamp": "soon"}, body, at)
    assert not signature.is_valid(secret, {}, body, at)


def test_how_long_it_asks_us_to_wait() -> None:
    assert pause_of({"Retry-After": "7"}) == 7
    assert pause_of({"Retry-After": "86400"}) == 300
    assert pause_of({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0
    assert pause_of({"Retry-After": "later"}) is None
    assert pause_of({}) is None


def test_what_is_asked_for_is_in_the_models_own_names() -> None:
    engine = registry.hosted("wavespeed")
    kept = {"text": "Hello.", "speed": 1.0, "format": "mp3", "bitrate": 64000, "enable_base64_output": True}
    run = engine.speech("minimax/speech-02-hd", "vc1-1", {**kept, "pronunciation_dict": ["a/b"]})
    assert run.inputs == {
        "voice_id": "vc1-1", "text": "Hello.", "speed": 1.0, "format": "flac", "sample_rate": 32000
    }  # fmt: skip
    assert run.price == pytest.approx(0.05 * 6 / 1000)
    assert engine.speech("minimax/speech-2.8-hd", "v", {**kept, "pronunciation_dict": ["a/b"]}).inputs[
        "pronunciation_dict"
    ] == ["a/b"]
    with pytest.raises(EngineError, match=r"speech-02-hd cannot speak Danish"):
        engine.speech("minimax/speech-02-hd", "v", {**kept, "language_boost": "Danish"})
    made = engine.clone("https://x/a.wav", "vc1-1", {"text": "Hi.", "accuracy": 0.7, "text_validation": "Hi."})
    assert made.inputs == {
        "audio": "https://x/a.wav", "custom_voice_id": "vc1-1", "model": "speech-02-hd", "text": "Hi."
    }  # fmt: skip
    assert made.price == 0.5


def test_the_price_list_and_our_catalog_name_the_same_models() -> None:
    assert set(minimax.PRICES) == {model.id for model in catalog.SPEECH_MODELS}
    assert set(catalog.LANGUAGES_41) == minimax.LANGUAGES - {"auto"}


def test_a_voice_at_the_vendor_has_an_id_that_the_contract_takes() -> None:
    found = {registry.hosted("wavespeed").new_voice_id() for _ in range(50)}
    assert len(found) == 50
    for name in found:
        assert 8 <= len(name) <= 256
        assert name[0].isalpha()
        assert any(letter.isdigit() for letter in name)


def test_a_run_shows_neither_text_nor_key_where_it_is_printed() -> None:
    run = registry.hosted("wavespeed").speech("minimax/speech-02-hd", "v", {"text": "my secret"})
    assert "my secret" not in repr(run)
    assert json.loads(SUBMITTED)["data"]["id"] in repr(read(SUBMITTED))
