"""The base voice: espeak-ng's speech as frames that know their phone, and the features both sides are compared by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from voiceclone.engines.builtin.analysis import (
    FRAME_PERIOD,
    SPECTRAL,
    Analysis,
    FloatArray,
    analyse,
)
from voiceclone.engines.builtin.espeak import BASE_RATE, Utterance, espeak

NUMBERS = Path(__file__).with_name("base_voice.npz")
"""What sentences with every English phone measure at the two rates that voices are learnt at: always the same, and slow
to make. `python -m benchmarks.measure_base_voice` makes it."""
SILENCE = "_"
NARROW, WIDE = (-4, 0, 4), (-6, -3, 0, 3, 6)
"""Context windows, in frames around each frame: ±20 ms to choose exemplars, ±30 ms to predict envelopes."""

_STRESS_AND_LENGTH = re.compile(r"[',:;%|#]")
_CLOSING = "\"'”’)] \n"
WEIGHTS = 1 / np.sqrt(np.arange(1, SPECTRAL.stop - SPECTRAL.start + 1))
WEIGHTS = 1.6 * WEIGHTS / np.sqrt((WEIGHTS**2).sum())


@dataclass(frozen=True, slots=True)
class Sound:
    """A phone of base speech."""

    phone: str  # espeak-ng's symbol, without stress and length marks
    stressed: bool
    first: int  # frames first … beyond - 1
    beyond: int
    word: int  # number of its word in the text


@dataclass(frozen=True, slots=True)
class BaseSpeech:
    """A text as espeak-ng says it; arrays have one row a frame."""

    frames: Analysis
    phones: NDArray[np.str_]  # (frames,) symbol without stress and length marks, SILENCE between phones
    position: FloatArray  # (frames,) 0…1, how far into its phone
    phrases: tuple[list[Sound], ...]  # between pauses
    voice: str  # espeak-ng's
    question: bool

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def spoken(self) -> NDArray[np.bool_]:
        return np.asarray(self.phones != SILENCE)


@dataclass(frozen=True, slots=True)
class Scale:
    """What makes frames of different voices comparable."""

    mean: FloatArray  # (CEPSTRAL_ORDER,)
    deviation: FloatArray  # (CEPSTRAL_ORDER,)
    loudness: float  # dB, the 95th percentile of the level


def scale_of(frames: Analysis) -> Scale:
    mel_cepstra = frames.mel_cepstra[frames.loud]
    return Scale(mel_cepstra.mean(0), mel_cepstra.std(0), float(np.percentile(frames.level, 95)))


def say(text: str, voice: str, sample_rate: int, rate: int = BASE_RATE) -> BaseSpeech:
    """A text in the base voice, analysed at a sample rate. `rate` in words a minute."""
    return hear(espeak.speak(text, voice, rate), text, voice, sample_rate)


def hear(utterance: Utterance, text: str, voice: str, sample_rate: int) -> BaseSpeech:
    """What espeak-ng said, analysed at a sample rate."""
    waveform = soxr.resample(utterance.waveform, utterance.sample_rate, sample_rate)
    if len(waveform) < sample_rate // 20:
        waveform = np.zeros(sample_rate // 20)
    frames = analyse(waveform, sample_rate, f0_floor=45.0)
    phones = np.full(len(frames), SILENCE, dtype="U12")
    position = np.zeros(len(frames))
    phrases: list[list[Sound]] = [[]]
    for phone in utterance.phones:
        first = round(phone.start * 1000 / FRAME_PERIOD)
        beyond = min(len(frames), round(phone.end * 1000 / FRAME_PERIOD))
        symbol = _STRESS_AND_LENGTH.sub("", phone.symbol)
        if symbol.startswith(SILENCE):
            phrases.append([])
        elif beyond > first and symbol:
            phones[first:beyond] = symbol
            position[first:beyond] = (np.arange(beyond - first) + 0.5) / (beyond - first)
            phrases[-1].append(Sound(symbol, "'" in phone.symbol, first, beyond, phone.word))
    question = text.rstrip(_CLOSING).endswith(("?", "\uff1f", "\u061f"))
    return BaseSpeech(frames, phones, position, tuple(filter(None, phrases)), voice, question)


@cache
def base_scale(sample_rate: int) -> Scale:
    """The base voice's own scale, from sentences with every English phone: its formants are alike in any language."""
    with np.load(NUMBERS) as numbers:
        return Scale(
            numbers[f"mean_{sample_rate}"],
            numbers[f"deviation_{sample_rate}"],
            float(numbers[f"loudness_{sample_rate}"]),
        )


def features(frames: Analysis, scale: Scale) -> FloatArray:
    """Standardised envelope, level and voicing of each frame, shape (frames, 22)."""
    z = (frames.mel_cepstra[:, SPECTRAL] - scale.mean[SPECTRAL]) / (scale.deviation[SPECTRAL] + 1e-6)
    level = np.maximum((frames.level - scale.loudness) / 10, -4)
    return np.column_stack([z * WEIGHTS, level * 0.35, frames.voiced * 0.5])


def base_features(speech: BaseSpeech) -> FloatArray:
    return features(speech.frames, base_scale(speech.frames.sample_rate))


def in_context(rows: FloatArray, window: tuple[int, ...]) -> FloatArray:
    """Each row beside its neighbours at the window's distances, shape (frames, columns * len(window))."""
    at = np.arange(len(rows))
    return np.concatenate([rows[np.clip(at + distance, 0, len(at) - 1)] for distance in window], 1)
