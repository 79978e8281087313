"""The sound of a speech as it is made, sentence after sentence, for whoever waits for it in a request.

While the speech is made each sentence has a lossless file of its own; once it is done there is only the whole, and the
rest is cut from that. Both hold the same samples, so nothing is lost or heard twice, whenever the change-over comes.
The same holds when another worker begins again: what was heard already is left out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soundfile
import soxr
from django.core.files.storage import default_storage

from voiceclone.audio.encode import Encoder
from voiceclone.predictions import sounds
from voiceclone.predictions.models import Prediction
from voiceclone.work.leases import Status

LOOK = 0.05  # seconds between looks at the row
PATIENCE = 300.0  # seconds without anything new
BLOCK_SECONDS = 10  # what is left of a finished speech comes in pieces of so many


class CameToNothing(Exception):
    """There is no more sound to wait for; the message is a sentence. `code` is the v3 contract's task code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class NobodyListens(Exception):
    """Whoever waited has gone."""


@dataclass(frozen=True, slots=True)
class Sound:
    samples: npt.NDArray[np.int16]  # mono, shape (n,)
    sample_rate: int  # Hz; the same in one speech


def sentences_of(prediction: Prediction, still_there: Callable[[], bool] = lambda: True) -> Iterator[Sound]:
    """Every sentence as soon as it is made, until the speech is done.

    Raises CameToNothing where it failed, was cancelled, was deleted, or nothing new came for PATIENCE seconds; and
    NobodyListens once `still_there`, which is asked between looks, says so.
    """
    rows = Prediction.objects.filter(pk=prediction.pk)
    heard, rate = 0, 0  # samples that were given out, and their rate
    attempt, number, skip = -1, 0, 0  # which sentence comes next, and how many of its samples were heard before
    last_news = time.monotonic()
    while True:
        row = rows.only("status", "attempts", "parts", "error", "code", "audio", "master").first()
        if row is None:
            raise CameToNothing("This task was deleted.", 1405)
        if row.attempts != attempt:
            attempt, number, skip = row.attempts, 0, heard
        while row.status == Status.PROCESSING and number < len(row.parts):
            part = _part(row, number)
            if part is None:  # finished or begun again a moment ago: look at the row again
                break
            number += 1
            samples, skip = part.samples[skip:], max(0, skip - part.samples.size)
            if samples.size:
                heard, rate, last_news = heard + samples.size, part.sample_rate, time.monotonic()
                yield Sound(samples, rate)
        if row.status == Status.COMPLETED:
            yield from _rest(row, heard, rate)
            return
        if not row.is_unfinished:
            raise CameToNothing(row.error, row.code)
        if not still_there():
            raise NobodyListens
        if time.monotonic() - last_news > PATIENCE:
            raise CameToNothing(f"Nothing was heard of this task for {PATIENCE:g} seconds.", 5004)
        time.sleep(LOOK)


def _part(row: Prediction, number: int) -> Sound | None:
    """One sentence; None where it is not there any more."""
    try:
        with default_storage.open(sounds.lossless_part_name(row, number)) as file:
            samples, rate = soundfile.read(file, dtype="int16")
    except FileNotFoundError:
        return None
    return Sound(samples, rate)


def _rest(row: Prediction, heard: int, rate: int) -> Iterator[Sound]:
    """What of a finished speech was not heard yet. `rate`: of what was heard; 0 where that is nothing."""
    try:
        samples, found = sounds.lossless(row)
    except FileNotFoundError as error:
        raise CameToNothing("The sound was deleted before it could be sent.", 1405) from error
    rate = rate or found
    if rate != found:
        samples = soxr.resample(samples, found, rate)
    block = BLOCK_SECONDS * rate
    for start in range(heard, samples.size, block):
        yield Sound(samples[start : start + block], rate)


@dataclass(frozen=True, slots=True)
class Kind:
    """What the sound is encoded as."""

    format: str = "mp3"
    sample_rate: int = 32000
    bitrate: int | None = None
    channels: int = 1


def encoded(prediction: Prediction, speech: Iterable[Sound], kind: Kind) -> Iterator[bytes]:
    """The bytes of one file, in pieces: each as soon as its sentence was made. Yields no empty piece."""
    tags = sounds.tags(prediction)
    encoder = Encoder(kind.format, kind.sample_rate, bitrate=kind.bitrate, channels=kind.channels, tags=tags)
    resampler: soxr.ResampleStream | None = None
    for sound in speech:
        if resampler is None and sound.sample_rate != kind.sample_rate:
            resampler = soxr.ResampleStream(sound.sample_rate, kind.sample_rate, 1, dtype="int16")
        samples = resampler.resample_chunk(sound.samples) if resampler else sound.samples
        if piece := encoder.add(samples):
            yield piece
    last = encoder.add(resampler.resample_chunk(np.zeros(0, np.int16), last=True)) if resampler else b""
    if last := last + encoder.finish():
        yield last
