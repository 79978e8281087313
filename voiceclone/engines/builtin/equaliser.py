"""The equaliser: what loud and soft sounds of a clone get in each band of frequency to sound more like their speaker.

Clones are duller than people where they are loud and brighter where they are soft. How much a voice gets is found when
it is learnt (`calibration.py`), beginning from what most voices want: NUMBERS, learnt from readers by
`python -m benchmarks.learn_equaliser` (CC BY 4.0, see NOTICE).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from voiceclone.audio.speaker_embedding import MELS, mel
from voiceclone.engines.builtin.analysis import FloatArray, envelope_basis

NUMBERS = Path(__file__).with_suffix(".npz")
BANDS = 10
"""Triangles of equal width on the mel scale, the first around 0.1 kHz, the last from 7 kHz up."""
LOUD = 60.0  # percent of frames are softer than what is half loud and half soft
_GRADUAL = 3.0  # dB around the middle
_BASIS_FFT = 128
_EQUAL_AREA_FROM = 1000.0  # Hz: above it, the embedding's mel bands hear less the higher they are


@cache
def usual() -> FloatArray:
    """What most voices want, dB, shape (2, BANDS): loud frames, soft frames."""
    with np.load(NUMBERS) as numbers:
        return np.asarray(numbers["usual"], np.float64)


def gains(mel_cepstra: FloatArray, recorded: FloatArray, equaliser: FloatArray, sample_rate: int) -> FloatArray:
    """Decibels for each of the frames to be spoken, (frames, BANDS).

    `mel_cepstra` are theirs (frames, CEPSTRAL_ORDER), `recorded` those of the recording, which say what is loud.
    """
    middle = float(np.percentile(_levels(recorded, sample_rate), LOUD))
    loud = loud_share(_levels(mel_cepstra, sample_rate), middle)[:, None]
    return np.asarray(loud * equaliser[0] + (1 - loud) * equaliser[1])


def loud_share(level: FloatArray, middle: float) -> FloatArray:
    """How far frames with a level, dB, any shape, count as loud: 0…1, by half at `middle`."""
    return np.asarray(1 / (1 + np.exp((middle - level) / _GRADUAL)))


@cache
def shapes(sample_rate: int, size: int) -> FloatArray:
    """How much each band has of a frequency, shape (BANDS, size / 2 + 1)."""
    frequency = np.asarray(np.fft.rfftfreq(size, 1 / sample_rate), np.float64)
    return on_bands(mel(frequency) / mel(np.array(8000.0)) * (MELS + 1) - 1)


def on_bands(place: FloatArray) -> FloatArray:
    """The same for places counted in the embedding's mel bands, shape (n,): (BANDS, n)."""
    at = np.clip(place, 0, MELS - 1) / (MELS - 1) * (BANDS - 1)
    return np.asarray(np.maximum(0, 1 - np.abs(at - np.arange(BANDS)[:, None])))


def _levels(mel_cepstra: FloatArray, sample_rate: int) -> FloatArray:
    """How loud envelopes are to the embedding, dB, shape (frames,)."""
    frequency = np.fft.rfftfreq(_BASIS_FFT, 1 / sample_rate)
    weights = np.where(frequency <= 8000, np.minimum(1, _EQUAL_AREA_FROM / np.maximum(frequency, 1)), 0)
    power = np.exp(mel_cepstra @ envelope_basis(sample_rate, _BASIS_FFT)) @ weights
    return np.asarray(10 * np.log10(power + 1e-30))
