"""The average voice: what English readers make of espeak-ng's speech, before anything is known of the speaker.

A network with two hidden layers foretells a reader's standardised spectral envelope from espeak-ng's frames in
context, their phones and the phones beside them. What one recording teaches starts from here, so that a sound that it
does not have is not espeak-ng's. `benchmarks/learn_average_voice.py` made the numbers; average_voice-LICENSE.txt says
from whom.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from voiceclone.engines.builtin import base_voice
from voiceclone.engines.builtin.analysis import CEPSTRAL_ORDER, SPECTRAL, FloatArray
from voiceclone.engines.builtin.base_voice import (
    SILENCE,
    WEIGHTS,
    BaseSpeech,
    base_features,
    base_scale,
    in_context,
)
from voiceclone.engines.builtin.network import Float32Array, Network, one_hot

NUMBERS = Path(__file__).with_name("average_voice.npz")
RATE = 16000  # Hz, of the readers' recordings
_WINDOW = (-12, -8, -5, -3, -1, 0, 1, 3, 5, 8, 12)  # frames
_USUAL = 14  # frames of a phone


@cache
def network() -> Network:
    return Network.load(NUMBERS)


def inputs(speech: BaseSpeech, phones: tuple[str, ...]) -> Float32Array:
    """What the network looks at, a row for each frame."""
    count = len(speech)
    before, after = np.full((2, count), SILENCE, speech.phones.dtype)
    length, stressed, to_end = np.zeros((3, count))
    for phrase in speech.phrases:
        for i, sound in enumerate(phrase):
            frames = slice(sound.first, sound.beyond)
            if i:
                before[frames] = phrase[i - 1].phone
            if i + 1 < len(phrase):
                after[frames] = phrase[i + 1].phone
            length[frames], stressed[frames] = np.log((sound.beyond - sound.first) / _USUAL), sound.stressed
            to_end[frames] = np.exp((i + 1 - len(phrase)) / 3)
    vocabulary = np.array(phones)
    known = [one_hot(names, vocabulary) for names in (speech.phones, before, after)]
    rows = [in_context(base_features(speech), _WINDOW), *known, speech.position, length, stressed, to_end]
    return np.column_stack(rows).astype(np.float32)


def envelopes(speech: BaseSpeech, numbers: Network | None = None) -> FloatArray:
    """Standardised mel-cepstra of an average reader who says it, (frames, CEPSTRAL_ORDER), coded at its rate."""
    numbers = numbers or network()
    coded = numbers(inputs(speech, numbers.phones)).astype(np.float64)
    return coded @ _recoding(speech.frames.sample_rate)


@cache
def _recoding(sample_rate: int) -> FloatArray:
    """From mel-cepstra of the band up to 8 kHz to those of a wider one."""
    if sample_rate == RATE:
        return np.eye(CEPSTRAL_ORDER)
    with np.load(base_voice.NUMBERS) as numbers:
        return np.asarray(numbers[f"recoding_{sample_rate}"])


def unchanged(speech: BaseSpeech) -> FloatArray:
    """espeak-ng's own standardised mel-cepstra (frames, CEPSTRAL_ORDER), coded at the speech's rate."""
    scale = base_scale(speech.frames.sample_rate)
    return (speech.frames.mel_cepstra - scale.mean) / scale.deviation


def features(speech: BaseSpeech, average: FloatArray) -> FloatArray:
    """Base features with the average voice's envelope instead of espeak-ng's, shape (frames, 22)."""
    rows = base_features(speech)
    rows[:, : SPECTRAL.stop - SPECTRAL.start] = average[:, SPECTRAL] * WEIGHTS
    return rows
