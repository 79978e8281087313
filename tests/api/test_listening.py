"""Hearing a speech while it is made: the vendor's events, bare MP3, and as OpenAI's clients ask for it."""

from __future__ import annotations

import io
import json
import socket
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from typing import Any

import av
import numpy as np
import pytest
from django.db import connection
from django.test import RequestFactory

from tests.api.conftest import Program
from tests.speaking import RATE, WHOLE, work
from tests.studio import wait_for
from voiceclone.accounts.models import User
from voiceclone.api import waiting
from voiceclone.api.listening import presence
from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import CLONE, Prediction
from voiceclone.voices.models import Voice

pytestmark = pytest.mark.django_db(transaction=True)
STREAM = "/api/v3/minimax/speech-02-hd/stream"
SPEECH = "/v1/audio/speech"
TEXT = {"text": "One. Two. Three.", "voice_id": "AliceVoice-1"}
INPUT = {"input": "One. Two. Three.", "voice": "AliceVoice-1", "model": "tts-1"}


@pytest.fixture
def voice(alice: User, make_voice: Callable[..., Voice]) -> Voice:
    return make_voice(alice)


@pytest.fixture
def worker(voice: Voice) -> Iterator[threading.Event]:
    """Speaks what is asked for, in a thread; told to stop half way, it waits after the first sentence."""
    ended, half_way = threading.Event(), threading.Event()

    def run() -> None:
        while not ended.wait(0.01):
            for task in Prediction.objects.filter(status="created"):
                for step, _ in enumerate(work(task)):
                    if step == 2 and half_way.is_set():
                        break
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    yield half_way
    ended.set()
    thread.join()


@pytest.fixture(autouse=True)
def every_seat_is_free_again() -> Iterator[None]:
    yield
    taken = [waiting.seats.acquire(blocking=False) for _ in range(waiting.SEATS)]
    for _ in taken:
        waiting.seats.release()
    assert all(taken)


def decoded(content: bytes) -> tuple[int, int]:
    """Samples and their rate."""
    with av.open(io.BytesIO(content)) as file:
        return sum(frame.samples for frame in file.decode(audio=0)), file.streams.audio[0].rate


def heard(answer: Any) -> bytes:
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


def events(answer: Any) -> list[dict[str, Any]]:
    lines = heard(answer).decode().split("\n\n")
    assert lines.pop() == ""
    return [json.loads(line.removeprefix("data: ")) for line in lines]


# --- /api/v3/{model}/stream ---


def test_events_have_the_vendors_form(program: Program, worker: threading.Event) -> None:
    answer = program.post(STREAM, TEXT)
    assert answer["Content-Type"] == "text/event-stream"
    found = events(answer)
    task = Prediction.objects.exclude(model=CLONE).get()
    assert [event["data"]["status"] for event in found] == [1] * (len(found) - 1) + [2]
    assert {event["trace_id"] for event in found} == {task.pk}
    assert all(event["base_resp"] == {"status_code": 0, "status_msg": "success"} for event in found)
    pieces = [bytes.fromhex(event["data"]["audio"]) for event in found]
    assert b"".join(pieces[:-1]) == pieces[-1]
    samples, rate = decoded(pieces[-1])
    assert (rate, found[-1]["extra_info"]["audio_format"]) == (32000, "mp3")
    assert samples / rate == pytest.approx(WHOLE.size / RATE, abs=0.1)


def test_whoever_accepts_mp3_gets_bare_mp3(program: Program, worker: threading.Event) -> None:
    answer = program.post(STREAM, {**TEXT, "format": "flac"}, Accept="audio/mpeg")
    assert (answer["Content-Type"], answer["X-AI-Generated"]) == ("audio/mpeg", "true")
    content = heard(answer)
    assert content.startswith(b"ID3")
    assert decoded(content)[0] / 32000 == pytest.approx(WHOLE.size / RATE, abs=0.1)


def test_settings_count_in_a_stream_too(program: Program, worker: threading.Event) -> None:
    settings = {"format": "pcm", "sample_rate": 8000, "channel": 2}
    whole = bytes.fromhex(events(program.post(STREAM, {**TEXT, **settings}))[-1]["data"]["audio"])
    assert len(whole) == pytest.approx(WHOLE.size / 3 * 4, abs=16)


def test_a_stream_makes_a_task_like_any_other(program: Program, worker: threading.Event) -> None:
    heard(program.post(STREAM, TEXT))
    task = Prediction.objects.exclude(model=CLONE).get()
    assert task.status == "completed"
    assert program.task(task.pk)["outputs"]
    assert Voice.objects.get().is_permanent


def test_what_is_wrong_is_said_before_anything_is_streamed(program: Program, voice: Voice) -> None:
    answer = program.post(STREAM, {**TEXT, "speed": 9})
    assert answer.status_code == 400
    assert "Speed is between 0.5 and 2; 9 was given." in answer.json()["message"]
    assert program.post("/api/v3/minimax/voice-clone/stream", TEXT).status_code == 404


def test_a_task_that_fails_on_the_way_says_so_in_an_event(program: Program, worker: threading.Event) -> None:
    worker.set()
    answer = program.post(STREAM, TEXT)
    lines = iter(answer.streaming_content)
    assert json.loads(next(lines).removeprefix(b"data: "))["data"]["status"] == 1
    assert lifecycle.fail(Prediction.objects.exclude(model=CLONE).get(), "The disk is full.", 1403)
    [last] = lines
    assert json.loads(last.removeprefix(b"data: "))["base_resp"] == {
        "status_code": 1403,
        "status_msg": "The disk is full.",
    }


def test_a_task_that_fails_before_its_first_sound_is_an_error(program: Program, voice: Voice) -> None:
    def fail() -> None:
        task = wait_for(lambda: Prediction.objects.filter(status="created").first(), "a task")
        claimed = lifecycle.claim(task.pk)
        assert claimed
        lifecycle.fail(claimed, "This voice cannot speak.", 1403)
        connection.close()

    for address, body in ((STREAM, TEXT), (SPEECH, INPUT)):
        thread = threading.Thread(target=fail)
        thread.start()
        answer = program.post(address, body)
        thread.join()
        assert answer.status_code == 422
        assert "This voice cannot speak." in answer.content.decode()


def test_a_task_whose_listener_goes_away_is_cancelled(program: Program, worker: threading.Event) -> None:
    worker.set()
    answer = program.post(SPEECH, INPUT)
    assert next(iter(answer.streaming_content))
    answer.close()
    assert Prediction.objects.exclude(model=CLONE).get().status == "cancelled"


def test_a_bare_stream_that_comes_to_nothing_breaks_off(program: Program, worker: threading.Event) -> None:
    worker.set()
    pieces = iter(program.post(STREAM, TEXT, Accept="audio/mpeg").streaming_content)
    next(pieces)
    lifecycle.cancel(Prediction.objects.exclude(model=CLONE).get())
    with pytest.raises(ConnectionResetError):
        next(pieces)


def test_a_closed_connection_is_seen() -> None:
    ours, theirs = socket.socketpair()
    request = RequestFactory().get("/")
    request.META["gunicorn.socket"] = ours
    is_there = presence(request)
    assert is_there()
    theirs.sendall(b"GET ")  # the next request of a client in a hurry
    assert is_there()
    assert ours.recv(9) == b"GET "
    theirs.close()
    assert not is_there()
    ours.close()
    assert not is_there()


def test_seats_are_few_and_whoever_finds_none_may_come_again(program: Program, voice: Voice) -> None:
    for _ in range(waiting.SEATS):
        waiting.seats.acquire(blocking=False)
    try:
        for address, body in ((STREAM, TEXT), (SPEECH, INPUT)):
            answer = program.post(address, body)
            assert (answer.status_code, answer["Retry-After"]) == (429, "2")
        assert not Prediction.objects.exclude(model=CLONE).exists()
    finally:
        waiting.seats.release(waiting.SEATS)


def test_somebody_elses_voice_cannot_be_heard(bobs: Program, voice: Voice) -> None:
    assert "You have no voice" in bobs.post(STREAM, TEXT).json()["message"]
    assert "You have no voice" in bobs.post(SPEECH, INPUT).json()["error"]["message"]
    assert bobs.get("/v1/audio/voices").json() == {"voices": []}


# --- /v1 ---


@pytest.mark.parametrize(
    ("format", "kind", "rate"),
    [
        ("mp3", "audio/mpeg", 24000),
        ("opus", "audio/ogg", 48000),
        ("aac", "audio/aac", 24000),
        ("flac", "audio/flac", 24000),
        ("wav", "audio/wav", 24000),
    ],
)
def test_every_format_of_openai(program: Program, worker: threading.Event, format: str, kind: str, rate: int) -> None:
    answer = program.post(SPEECH, {**INPUT, "response_format": format})
    assert answer["Content-Type"] == kind
    samples, found = decoded(heard(answer))
    assert found == rate
    assert samples / rate == pytest.approx(WHOLE.size / RATE, abs=0.13)


def test_pcm_is_24_khz_16_bit_mono_and_every_sample_of_it(program: Program, worker: threading.Event) -> None:
    content = heard(program.post(SPEECH, {**INPUT, "response_format": "pcm"}))
    assert np.array_equal(np.frombuffer(content, "<i2"), WHOLE)


def test_whoever_wants_it_whole_gets_its_length(program: Program, worker: threading.Event) -> None:
    answer = program.post(SPEECH, {**INPUT, "response_format": "pcm", "stream": False})
    assert answer["Content-Length"] == str(WHOLE.size * 2)


def test_events_of_openai(program: Program, worker: threading.Event) -> None:
    answer = program.post(SPEECH, {**INPUT, "response_format": "pcm", "stream_format": "sse"})
    assert answer["Content-Type"] == "text/event-stream"
    found = events(answer)
    assert found[-1]["type"] == "speech.audio.done"
    assert found[-1]["usage"]["total_tokens"] == len(INPUT["input"])
    assert b"".join(b64decode(event["audio"]) for event in found[:-1]) == WHOLE.astype("<i2").tobytes()


@pytest.mark.parametrize(
    ("model", "ours"),
    [
        ("tts-1", "minimax/speech-02-hd"),
        ("gpt-4o-mini-tts", "minimax/speech-02-hd"),
        ("speech-2.8-hd", "minimax/speech-2.8-hd"),
        ("minimax/speech-02-turbo", "minimax/speech-02-turbo"),
        (None, "minimax/speech-02-hd"),
    ],
)
def test_models_by_their_names_and_by_openais(
    program: Program, worker: threading.Event, model: str | None, ours: str
) -> None:
    heard(program.post(SPEECH, {**INPUT, "model": model, "instructions": "Speak like a pirate."}))
    task = Prediction.objects.exclude(model=CLONE).get()
    assert (task.model, task.input["emotion"], task.input["sample_rate"]) == (ours, "neutral", RATE)


def test_a_voice_can_be_an_object(program: Program, worker: threading.Event) -> None:
    heard(program.post(SPEECH, {**INPUT, "voice": {"id": "AliceVoice-1"}}))


@pytest.mark.parametrize(
    ("change", "status", "param", "code", "sentence"),
    [
        ({"speed": 4}, 400, "speed", None, "Speed is between 0.5 and 2; 4 was given."),
        ({"speed": [1]}, 400, "speed", None, "Speed is a number; “[1]” was given."),
        ({"input": ""}, 400, "input", None, "Text is required, and was not given."),
        ({"input": "x" * 10_001}, 400, "input", None, "The text has 10,001 characters; the limit is 10,000."),
        ({"response_format": "ogg"}, 400, "response_format", None, "is one of: mp3, wav, flac, opus, aac, pcm. “ogg”"),
        ({"stream_format": "x"}, 400, "stream_format", None, "stream_format is one of: audio, sse. “x” was given."),
        ({"voice": "alloy"}, 400, "voice", None, "You have no voice with the ID “alloy”. Yours: AliceVoice-1."),
        ({"voice": None}, 400, "voice", None, "voice is required: the ID of a voice of yours. Yours: AliceVoice-1."),
        ({"voice": "\x00"}, 400, "voice", None, "You have no voice"),
        ({"model": "gpt-9"}, 404, "model", "model_not_found", "There is no model “gpt-9” here. The models are: speech"),
    ],
)
def test_what_is_wrong_is_said_as_openai_does(
    program: Program, voice: Voice, change: dict[str, Any], status: int, param: str, code: str | None, sentence: str
) -> None:
    answer = program.post(SPEECH, {**INPUT, **change})
    assert answer.status_code == status
    error = answer.json()["error"]
    assert (error["type"], error["param"], error["code"]) == ("invalid_request_error", param, code)
    assert sentence in error["message"]


def test_no_key_a_bad_body_and_a_wrong_address_are_said_so_too(program: Program) -> None:
    answer = Program("vc_wrong").post(SPEECH, INPUT)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "invalid_api_key"
    assert program.post(SPEECH, "{").json()["error"]["message"].startswith("The body is not valid JSON")
    assert program.get("/v1/nothing").json()["error"]["message"] == "There is nothing at /v1/nothing on this server."
    assert program.get(SPEECH).status_code == 405
    assert "takes POST" in program.get(SPEECH).json()["error"]["message"]


def test_models_are_listed_and_found(program: Program) -> None:
    told = program.get("/v1/models").json()
    assert told["object"] == "list"
    assert {"speech-02-hd", "tts-1"} < {model["id"] for model in told["data"]}
    for name in ("speech-02-hd", "minimax/speech-02-hd", "tts-1"):
        assert program.get(f"/v1/models/{name}").json()["id"] == name
    assert program.get("/v1/models/gpt-9").json()["error"]["code"] == "model_not_found"
    assert {model["id"] for model in program.get("/v1/audio/models").json()["models"]} >= {"tts-1"}


def test_voices_are_listed_as_open_webui_wants_them(program: Program, voice: Voice) -> None:
    assert program.get("/v1/audio/voices").json() == {"voices": [{"id": "AliceVoice-1", "name": voice.title}]}
