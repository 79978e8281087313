"""How much what a voice says sounds like its sample, on the scale of real people. docs/likeness.md has the method."""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
import soundfile
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from voiceclone.samples.models import Sample
from voiceclone.work.files import erase_folder

log = logging.getLogger("voices")

OF_SAMPLE, OF_SPEECH = 30, 10  # seconds that are listened to, at most
LEAST = 2.0  # seconds of speech in either; less says too little about a voice
SAME, OTHER = (0.87, 0.95), (0.45, 0.71)
"""Nine of ten scores of real people against their own sample, and against others' (benchmarks/likeness_scale.py)."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """A score beside its scale, for a page: in words, and as places on a line from 0 to 100."""

    words: str
    scale: str
    at: int
    same_from: int
    same_width: int
    other_from: int
    other_width: int


def score(sample: Sample, waveform: NDArray[Any], sample_rate: int) -> float | None:
    """0…1 for what a voice said, shape (n,); None where there is too little speech. It never raises: it is an extra."""
    try:
        mine, said = _of_sample(sample), _embedding(waveform[: OF_SPEECH * sample_rate], sample_rate)
        return None if mine is None or said is None else round(float(mine @ said), 3)
    except Exception:
        log.exception("no likeness sample=%s", sample.pk)
        return None


def prepare(sample: Sample) -> None:
    """Listen to a sample now, so that the first score is quick."""
    try:
        _of_sample(sample)
    except Exception:
        log.exception("no likeness sample=%s", sample.pk)


def figure(score: float) -> str:
    """As a page shows it, everywhere alike: Django's own formats of a number cut it off here and round it there."""
    return number_format(round(score, 2), 2)


def describe(score: float) -> Likeness:
    """In plain words, with what real people reach. The words are those of the figure that is shown."""
    score = round(score, 2)
    shown = figure(score)
    if score >= SAME[0]:
        words = _("Likeness %(score)s: as close to your sample as another recording of the same person.")
    elif score > OTHER[1]:
        words = _("Likeness %(score)s: closer to your sample than another person, not as close as the same person.")
    else:
        words = _(
            "Likeness %(score)s: hardly closer to your sample than another person. A longer, clearer one may help."
        )
    numbers = {"score": shown}
    for name, (low, high) in (("same", SAME), ("other", OTHER)):
        numbers |= {f"{name}_low": number_format(low, 2), f"{name}_high": number_format(high, 2)}
    scale = _(
        "For comparison: two recordings of one person score %(same_low)s to %(same_high)s, those of two people "
        "%(other_low)s to %(other_high)s."
    )
    places = [place for low, high in (SAME, OTHER) for place in (round(100 * low), round(100 * (high - low)))]
    return Likeness(words % numbers, scale % numbers, round(100 * score), *places)


def _embedding(waveform: NDArray[Any], sample_rate: int) -> NDArray[np.float32] | None:
    from voiceclone.audio.speaker_embedding import windows  # the web process, which only describes, needs none of it

    if not np.any(waveform):
        return None
    heard = windows(waveform, sample_rate, one_level=True)
    return heard.mean if heard.speech >= LEAST else None


def _of_sample(sample: Sample) -> NDArray[np.float32] | None:
    """Kept beside the sample's sound, and erased with it: it says who speaks."""
    name = f"samples/{sample.pk}/voice.npy"
    if default_storage.exists(name):
        with default_storage.open(name) as file:
            kept = np.load(io.BytesIO(file.read()), allow_pickle=False)
        return kept if kept.size else None
    with sample.file.open("rb") as file:
        waveform, rate = soundfile.read(file, frames=OF_SAMPLE * 48000, dtype="float32", always_2d=True)
    found = _embedding(waveform[: OF_SAMPLE * rate, 0], rate)
    content = io.BytesIO()
    np.save(content, np.zeros(0, np.float32) if found is None else found)
    default_storage.save(name, ContentFile(content.getvalue()))
    if not Sample.objects.filter(pk=sample.pk).exists():  # deleted meanwhile: so is this
        erase_folder(f"samples/{sample.pk}")
    return found
