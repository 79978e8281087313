"""What the rhythm and tune of English hang on: phones, stress, and the place in the syllable, word and phrase."""

from __future__ import annotations

import re

import numpy as np

from voiceclone.engines.builtin.analysis import FloatArray, IntArray
from voiceclone.engines.builtin.base_voice import Sound
from voiceclone.engines.builtin.network import one_hot

LONG_PAUSE = 0.6  # seconds; longer ones are alike

_KINDS = [re.compile(p) for p in (r"[aeiouAEIOUV03@]", r"tS|[sSfhTx]", r"[ptk?]", r"dZ|[zZvD]", r"[bdg]", "")]
_VOWEL, _PAUSE = 0, len(_KINDS)
_USUAL = 14  # frames of a phone
_FAR = 5  # syllables; what is farther is as far


def features(phrase: list[Sound], phones: tuple[str, ...], pause: float) -> FloatArray:
    """A row for each phone of a phrase between two pauses, the second of which lasts `pause` seconds."""
    kinds = np.array([kind_of(sound.phone) for sound in phrase])
    nuclei = np.flatnonzero(kinds == _VOWEL)
    syllable = _syllable_of(phrase, nuclei)
    place = _places([phrase[i] for i in nuclei] or phrase[:1])[syllable]
    nucleus = nuclei[syllable] if len(nuclei) else np.zeros(len(phrase), int)
    at, last = np.arange(len(phrase)), len(phrase) - 1
    ending = np.full(len(phrase), min(pause, LONG_PAUSE) / LONG_PAUSE)
    rows = np.column_stack(
        [
            one_hot(np.array([sound.phone for sound in phrase]), np.array(phones)),
            *(np.eye(_PAUSE + 1)[k] for k in (kinds, [_PAUSE, *kinds[:-1]], [*kinds[1:], _PAUSE])),
            [np.log(max(1, sound.beyond - sound.first) / _USUAL) for sound in phrase],
            at == 0,
            at == last,
            at < nucleus,
            at > nucleus,
            place,
            ending,
            ending[:, None] * place[:, :2],
        ]
    )
    return np.hstack([rows, rows[np.maximum(at - 1, 0)], rows[np.minimum(at + 1, last)]])


def kind_of(phone: str) -> int:
    """0 is a vowel; the others are kinds of consonants."""
    return next(number for number, pattern in enumerate(_KINDS) if pattern.match(phone))


def _syllable_of(phrase: list[Sound], nuclei: IntArray) -> IntArray:
    """The number of each phone's syllable: the next vowel's in its word, else the one's before, else the nearest."""
    found = np.zeros(len(phrase), np.int64)
    words = np.array([sound.word for sound in phrase])
    for i in range(len(phrase) if len(nuclei) else 0):
        same = words[nuclei] == words[i]
        onward, back = np.flatnonzero(same & (nuclei >= i)), np.flatnonzero(same & (nuclei < i))
        if len(onward):
            found[i] = onward[0]
        else:
            found[i] = back[-1] if len(back) else np.abs(nuclei - i).argmin()
    return found


def _places(vowels: list[Sound]) -> FloatArray:
    """Where each syllable stands among the words, the stresses and the syllables of its phrase."""
    count = len(vowels)
    stress = np.array([vowel.stressed for vowel in vowels], float)
    words, accents = np.array([vowel.word for vowel in vowels]), np.flatnonzero(stress)
    padded = np.pad(stress, 2)
    rows = []
    for j in range(count):
        inside = np.flatnonzero(words == words[j])
        after, before = accents[accents > j], accents[accents < j]
        along = j / max(1, count - 1)
        rows.append(
            [
                np.exp(-(count - 1 - j)),
                np.exp(-(count - 1 - j) / 3),
                np.exp(-j),
                np.exp(-j / 3),
                j == count - 1,
                j == 0,
                along,
                along**2,
                np.log(count),
                stress[j],
                padded[j + 1],
                padded[j + 3],
                padded[j : j + 2].sum(),
                padded[j + 3 : j + 5].sum(),
                stress[inside].any(),
                j == inside[0],
                j == inside[-1],
                np.log(len(inside)),
                min(j - inside[0], 3) / 3,
                np.exp(-len(after) / 1.5),
                np.exp(-len(before) / 1.5),
                not len(after),
                not len(before),
                stress[j] and not len(after),
                stress[j] and not len(before),
                min(after[0] - j if len(after) else _FAR, _FAR) / _FAR,
                min(j - before[-1] if len(before) else _FAR, _FAR) / _FAR,
            ]
        )
    return np.array(rows, float)
