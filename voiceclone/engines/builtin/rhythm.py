"""How people time and intone what espeak-ng says, learnt once from readers and shipped as a few hundred numbers.

espeak-ng gives every phone its rule's length and every sentence the same tune. A linear model says of each phone how
much longer or shorter readers speak it, and how high. What it looks at is English, so that only English is spoken so.
`benchmarks/learn_rhythm.py` made the numbers; rhythm-LICENSE.txt says from whom.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter1d

from voiceclone.engines.builtin.analysis import FloatArray
from voiceclone.engines.builtin.base_voice import BaseSpeech, Sound

NUMBERS = Path(__file__).with_name("rhythm.json")
VOICE = "en-us"

_VOWEL = re.compile(r"[aeiouAEIOUV03@]")
_STOP, _FRICATIVE = re.compile(r"[ptkbdg]"), re.compile(r"[szSZfvTDh]")
_USUAL = 14  # frames of a phone
_MOST = 0.6  # of a stretch, as a logarithm
_SMOOTH = 4  # frames, of the tune
_OWN_SHARE, _OWN_SHARE_OF_QUESTIONS = 0.2, 1.2  # of espeak-ng's own tune, which alone knows a comma and a question


@dataclass(frozen=True, slots=True)
class Model:
    """Weights for the columns of `features`."""

    phones: tuple[str, ...]
    stretch: FloatArray  # to the logarithm of a phone's length against espeak-ng's
    height: FloatArray  # to its log F0 in deviations from the speaker's mean


@cache
def model() -> Model:
    numbers = json.loads(NUMBERS.read_text())
    return Model(tuple(numbers["phones"]), np.array(numbers["stretch"]), np.array(numbers["height"]))


def features(phrase: list[Sound], phones: tuple[str, ...]) -> FloatArray:
    """What the model looks at, a row for each phone of a phrase between two pauses."""
    kinds, count = [_kind(sound) for sound in phrase], len(phrase)
    vowels = [i for i, kind in enumerate(kinds) if kind == "vowel"]
    rows = np.zeros((count, 19 + len(phones)))
    for i, (sound, kind) in enumerate(zip(phrase, kinds, strict=True)):
        before, after = sum(v < i for v in vowels), sum(v > i for v in vowels)
        following = kinds[i + 1] if i + 1 < count else ""
        previous = kinds[i - 1] if i else ""
        vowel, final, along = kind == "vowel", not after and bool(vowels), i / max(1, count - 1)
        length = np.log(max(1, sound.beyond - sound.first) / _USUAL)
        rows[i, :19] = (
            1,
            sound.stressed,
            any(phrase[v].stressed for v in vowels[before : before + 1]),
            final and vowel,
            final and not vowel,
            i == count - 1,
            i == 0,
            np.exp(-after / 1.5),
            np.exp(-before / 1.5),
            length,
            following == "stop",
            following == "fricative",
            previous == "vowel",
            vowel and following == "vowel",
            vowel * length,
            along,
            along**2,
            np.exp(-(1 - along) * count / 4),
            np.exp(-along * count / 4),
        )
        if sound.phone in phones:
            rows[i, 19 + phones.index(sound.phone)] = 1
    return rows


def stretches(speech: BaseSpeech) -> FloatArray:
    """How much longer than espeak-ng's each frame is to last, shape (frames,); 1 on average."""
    factors, spoken = np.ones(len(speech)), np.zeros(len(speech), bool)
    for phrase in speech.phrases:
        logs = np.clip(features(phrase, model().phones) @ model().stretch, -_MOST, _MOST)
        for sound, log in zip(phrase, logs, strict=True):
            factors[sound.first : sound.beyond] = np.exp(log)
            spoken[sound.first : sound.beyond] = True
    return np.where(spoken, factors / factors[spoken].mean(), 1.0) if spoken.any() else factors


def tune(speech: BaseSpeech, own: FloatArray) -> FloatArray:
    """The course of log F0, in any scale, shape (frames,). `own` is espeak-ng's, in its deviations."""
    times, heights = [], []
    for phrase in speech.phrases:
        for sound, height in zip(phrase, features(phrase, model().phones) @ model().height, strict=True):
            if speech.frames.voiced[sound.first : sound.beyond].any():
                times.append((sound.first + sound.beyond) / 2)
                heights.append(height)
    if not times:
        return own
    learnt = gaussian_filter1d(np.interp(np.arange(len(own)), times, heights), _SMOOTH)
    return np.asarray(learnt + (_OWN_SHARE_OF_QUESTIONS if speech.question else _OWN_SHARE) * own)


def _kind(sound: Sound) -> str:
    if _VOWEL.match(sound.phone):
        return "vowel"
    if _STOP.match(sound.phone):
        return "stop"
    return "fricative" if _FRICATIVE.match(sound.phone) else "sonorant"
