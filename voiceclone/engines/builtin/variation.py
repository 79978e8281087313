"""Takes: what a speaker does otherwise the second time. All of it is drawn from a seed; seed 0 is the plain reading."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from voiceclone.engines.builtin.analysis import FRAME_PERIOD, FloatArray, IntArray
from voiceclone.engines.builtin.base_voice import BaseSpeech

_TASTE = 0.25  # standard deviation of what an exemplar costs more or less; leaving the recording's order costs 0.3
_PIECE = 30  # frames of the recording that are liked or disliked together: about a syllable
_LONGER = 0.10  # standard deviation of the logarithm of a phone's length
_TEMPO = 0.04  # the same of the whole take's
_HIGHER = 0.35  # standard deviation of the tune, in the speaker's own deviations of log F0
_SLOW = 120.0  # ms; the tune changes no faster
_RANGE = 0.10  # standard deviation of the logarithm of the whole take's range of F0


@dataclass(frozen=True, slots=True)
class Variation:
    """What one take of a sentence does otherwise; `PLAIN` changes nothing."""

    random: np.random.RandomState | None = None
    """Of this sentence."""
    tempo: float = 1.0  # factors, of the whole take
    pitch_range: float = 1.0

    def tastes(self, frame: IntArray) -> FloatArray:
        """What each exemplar costs more than it would, shape (exemplars,); `frame` is where it is in the recording."""
        if self.random is None or not len(frame):
            return np.zeros(len(frame))
        pieces = _TASTE * self.random.randn(int(frame.max()) // _PIECE + 1)
        return np.asarray(pieces[frame // _PIECE])

    def stretches(self, speech: BaseSpeech) -> FloatArray:
        """How much longer each base frame lasts, shape (frames,)."""
        factors = np.full(len(speech), self.tempo)
        if self.random is not None:
            for sound in (sound for phrase in speech.phrases for sound in phrase):
                factors[sound.first : sound.beyond] *= np.exp(_LONGER * self.random.randn())
        return factors

    def tune(self, z: FloatArray, voiced: NDArray[np.bool_]) -> FloatArray:
        """Another course of log F0, in the speaker's deviations, shape (frames,)."""
        if self.random is None:
            return z
        drift = gaussian_filter1d(self.random.randn(len(z)), _SLOW / FRAME_PERIOD)
        drift = _HIGHER * (drift - drift[voiced].mean()) / max(1e-9, float(drift[voiced].std()))
        return np.asarray(z * self.pitch_range + drift)


PLAIN = Variation()


def of(seed: int, text: str) -> Variation:
    """What the take `seed` does with a sentence: the same every time, in every process."""
    if not seed:
        return PLAIN
    tempo, pitch_range = np.random.RandomState(seed).randn(2)
    sentence = np.random.RandomState([seed, zlib.crc32(text.encode())])
    return Variation(sentence, np.exp(_TEMPO * tempo), np.exp(_RANGE * pitch_range))
