"""Every sound that leaves the studio says that a machine made it, which engine, and with which voice."""

from __future__ import annotations

import io
from base64 import b64decode
from collections.abc import Callable

import av
import pytest
import soundfile
from django.test import Client

from tests.speaking import work
from voiceclone.accounts.models import User
from voiceclone.predictions import lifecycle, outputs, sounds, streaming, wire
from voiceclone.predictions.models import Prediction
from voiceclone.voices.models import Voice

pytestmark = pytest.mark.django_db(transaction=True)
Ask = Callable[..., Prediction]


@pytest.fixture
def ask(alice: User, make_voice: Callable[..., Voice]) -> Ask:
    voice = make_voice(alice)

    def submit(**settings: object) -> Prediction:
        inputs = {"text": "One. Two. Three.", **settings}
        return lifecycle.submit(alice, "minimax/speech-02-hd", "builtin", voice, inputs)

    return submit


def finished(task: Prediction) -> Prediction:
    for _ in work(task):
        pass
    return Prediction.objects.get(pk=task.pk)


def says_so(content: bytes) -> bool:
    """Read back by FFmpeg: ID3 of an MP3, a FLAC's and an Ogg's Vorbis comment, INFO of a RIFF."""
    with av.open(io.BytesIO(content)) as file:
        found = {**file.metadata, **file.streams.audio[0].metadata}
    if file.format.name == "wav":
        found |= dict(pair.split("=", 1) for pair in found["comment"].split("; "))
    known = {name.lower(): value for name, value in found.items()}
    said = known["aigenerated"], known["engine"], known["voice"], known["comment"]
    return said == ("true", "builtin", "AliceVoice-1", "AI-generated speech")


@pytest.mark.parametrize("format", ["mp3", "wav", "flac"])
def test_whatever_way_it_leaves(ask: Ask, alice: User, client_of: Callable[[User], Client], format: str) -> None:
    task = finished(ask(format=format, need_volume_normalization=True))
    with task.audio.open("rb") as sound:
        assert says_so(sound.read())
    for wanted in sounds.DOWNLOADS:
        answer = client_of(alice).get(f"{task.audio_url}?download={wanted}")
        assert says_so(b"".join(answer)), wanted  # type: ignore[call-overload]
    answer = Client().get(outputs.link(task, ""))
    assert says_so(b"".join(answer))  # type: ignore[call-overload]


def test_a_wav_says_it_to_whoever_reads_riff_info(ask: Ask) -> None:
    with finished(ask(format="wav")).audio.open("rb") as file, soundfile.SoundFile(file) as sound:
        assert "AIGenerated=true" in sound.copy_metadata()["comment"]


def test_the_lossless_master_of_an_mp3(ask: Ask) -> None:
    with finished(ask()).master.open("rb") as master:
        assert says_so(master.read())


def test_base64_of_the_api(ask: Ask) -> None:
    task = finished(ask(enable_base64_output=True))
    assert says_so(b64decode(wire.as_dict(task, "")["outputs"][0]))


@pytest.mark.parametrize("format", ["mp3", "wav", "flac", "opus", "aac"])
def test_what_is_heard_while_it_is_made(ask: Ask, format: str) -> None:
    task = finished(ask())
    kind = streaming.Kind(format, 48000 if format == "opus" else 24000)
    assert says_so(b"".join(streaming.encoded(task, streaming.sentences_of(task), kind)))


def test_a_sentence_that_a_page_plays_already(ask: Ask, alice: User, client_of: Callable[[User], Client]) -> None:
    task = ask()
    worker = work(task)
    for _ in range(3):
        next(worker)
    assert says_so(b"".join(client_of(alice).get(f"/tasks/{task.pk}/parts/0")))  # type: ignore[call-overload]
