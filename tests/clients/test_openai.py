"""The `openai` package speaks with one's own voice, and so do tools that are made for it."""

from __future__ import annotations

import io

import av
import openai
import pytest

from tests.clients.conftest import Account

pytestmark = pytest.mark.clients
TEXT = "The first sentence. And the second one."


@pytest.fixture(scope="module")
def client(account: Account) -> openai.OpenAI:
    return openai.OpenAI(api_key=account.key, base_url=f"{account.url}/v1", max_retries=0)


def seconds(content: bytes) -> float:
    with av.open(io.BytesIO(content)) as file:
        return sum(frame.samples for frame in file.decode(audio=0)) / file.streams.audio[0].rate


def test_every_format(client: openai.OpenAI, voice: str) -> None:
    pcm = client.audio.speech.create(model="tts-1", voice=voice, input=TEXT, response_format="pcm").read()
    for kind in ("mp3", "opus", "aac", "flac", "wav"):
        sound = client.audio.speech.create(model="tts-1", voice=voice, input=TEXT, response_format=kind).read()
        assert seconds(sound) == pytest.approx(len(pcm) / 48000, abs=0.2), kind


def test_streaming(client: openai.OpenAI, account: Account, voice: str) -> None:
    with client.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts", voice=voice, input=TEXT, speed=1.2, instructions="Cheerfully."
    ) as answer:
        assert answer.headers["Content-Type"] == "audio/mpeg"
        assert answer.headers["Transfer-Encoding"] == "chunked"
        assert seconds(b"".join(answer.iter_bytes())) > 1
    assert account.tasks()[0]["input"]["speed"] == 1.2  # the history has it


def test_models(client: openai.OpenAI) -> None:
    assert {"speech-2.8-hd", "tts-1"} < {model.id for model in client.models.list()}
    assert client.models.retrieve("tts-1").owned_by == "voiceclone"
    with pytest.raises(openai.NotFoundError, match="There is no model"):
        client.models.retrieve("gpt-9")


def test_errors_have_their_own_classes(client: openai.OpenAI, account: Account, voice: str) -> None:
    with pytest.raises(openai.BadRequestError, match=r"Speed is between 0.5 and 2; 4 was given") as told:
        client.audio.speech.create(model="tts-1", voice=voice, input=TEXT, speed=4)
    assert told.value.param == "speed"
    with pytest.raises(openai.BadRequestError, match=f"You have no voice with the ID “alloy”. Yours: .*{voice}"):
        client.audio.speech.create(model="tts-1", voice="alloy", input=TEXT)
    stranger = openai.OpenAI(api_key="wrong", base_url=f"{account.url}/v1", max_retries=0)
    with pytest.raises(openai.AuthenticationError, match="Invalid authentication"):
        stranger.models.list()
