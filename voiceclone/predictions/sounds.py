"""The sound of a prediction: sentence by sentence while it is made, whole when it is done, and to take away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import soundfile
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.utils.text import Truncator, slugify
from numpy.typing import NDArray

from voiceclone.audio.encode import EXTENSIONS, encode, encode_pcm16
from voiceclone.engines.base import Chunk, Waveform
from voiceclone.predictions.models import Prediction

LOSSLESS = ("wav", "flac")
DOWNLOADS = ("mp3", "wav", "flac")


def folder(prediction: Prediction) -> str:
    return f"predictions/{prediction.pk}"


def part_name(prediction: Prediction, number: int) -> str:
    """The file of one sentence, counted from 0, while the rest is made."""
    return f"{folder(prediction)}/{prediction.attempts}-part-{number}.mp3"


def lossless_part_name(prediction: Prediction, number: int) -> str:
    """The same sentence with the very samples that the master will have, for whoever joins sentences again."""
    return part_name(prediction, number).removesuffix(".mp3") + ".flac"


def keep_part(prediction: Prediction, number: int, chunk: Chunk) -> float:
    """Write one sentence. Returns its length in seconds."""
    files = {
        part_name(prediction, number): encode(
            chunk.waveform, chunk.sample_rate, target_rate=32000, tags=tags(prediction)
        ),
        lossless_part_name(prediction, number): encode(chunk.waveform, chunk.sample_rate, format="flac"),
    }
    for name, sound in files.items():
        default_storage.delete(name)  # or the storage would choose another name
        default_storage.save(name, ContentFile(sound))
    return len(chunk.waveform) / chunk.sample_rate


def joined(chunks: Sequence[Chunk]) -> Waveform:
    return np.concatenate([chunk.waveform for chunk in chunks])


def keep_whole(prediction: Prediction, waveform: Waveform, sample_rate: int) -> tuple[str, str]:
    """Write the sound in the format that was asked for and, where that loses something, a lossless master.

    Returns the names of both files; the second is empty where the first is lossless.
    """
    inputs, wanted = prediction.input, prediction.format
    sound = encode(
        waveform,
        sample_rate,
        format=wanted,
        target_rate=int(inputs.get("sample_rate") or 32000),
        bitrate=int(inputs.get("bitrate") or 128000),
        channels=int(inputs.get("channel") or 1),
        tags=tags(prediction),
    )
    stem = f"{folder(prediction)}/{prediction.attempts}"
    audio = default_storage.save(stem + EXTENSIONS[wanted], ContentFile(sound))
    if wanted in LOSSLESS:
        return audio, ""
    master = encode(waveform, sample_rate, format="flac", tags=tags(prediction))
    return audio, default_storage.save(f"{stem}-master.flac", ContentFile(master))


def playable(prediction: Prediction) -> tuple[File[Any], str]:
    """The file that a page plays, and its format: browsers cannot play bare PCM, so there it is the lossless master."""
    if prediction.format == "pcm" and prediction.master:
        return prediction.master, "flac"
    return prediction.audio, prediction.format


def converted(prediction: Prediction, format: str) -> bytes:
    """A finished prediction's sound in another format, from the lossless file."""
    samples, rate = lossless(prediction)
    return encode_pcm16(samples, rate, format=format, tags=tags(prediction))


def lossless(prediction: Prediction) -> tuple[NDArray[np.int16], int]:
    """A finished speech's samples, shape (n,), and their rate in Hz. Raises FileNotFoundError where they are gone."""
    file = prediction.master or prediction.audio
    if not file:
        raise FileNotFoundError
    with file.open("rb") as content:
        samples, rate = soundfile.read(content, dtype="int16", always_2d=True)
    return samples[:, 0], rate


def tags(prediction: Prediction) -> dict[str, str]:
    """Every output says, in a way that machines can read, that it is synthetic (EU AI Act, Art. 50)."""
    voice = prediction.voice.voice_id if prediction.voice else ""
    return {"AIGenerated": "true", "engine": prediction.engine, "voice": voice, "comment": "AI-generated speech"}


def downloads(prediction: Prediction) -> list[str]:
    """The formats that a page offers: the one that was asked for first, MP3 and WAV always."""
    return list(dict.fromkeys([prediction.format, "mp3", "wav"]))


def file_name(prediction: Prediction, format: str) -> str:
    """“ReadingVoice-2026-good-morning-everybody-ai.mp3”: who speaks, how it begins, and that no person said it."""
    voice = prediction.voice.voice_id if prediction.voice else "voice"
    beginning = slugify(Truncator(prediction.text).words(6, truncate=""))[:60].strip("-") or prediction.pk[:8]
    return f"{voice}-{beginning}-ai{EXTENSIONS[format]}"
