"""Dynamic time warping: which base frame corresponds to each frame of the reference.

H. Sakoe, S. Chiba, "Dynamic programming algorithm optimization for spoken word recognition", IEEE Trans. ASSP 26(1),
1978, with the asymmetric step pattern: each reference frame gets exactly one base frame, 0 to 3 after the one before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from voiceclone.engines.builtin import average_voice
from voiceclone.engines.builtin.analysis import FRAME_PERIOD, FloatArray, IntArray
from voiceclone.engines.builtin.base_voice import BaseSpeech

_STAY, _SKIP = 0.1, 0.1  # what leaving the diagonal costs
_SLACK = 0.25  # seconds that rhythm may drift for nothing


@dataclass(frozen=True, slots=True)
class Phrase:
    """Reference frames between two pauses, and the base voice saying the same words."""

    first: int  # reference frames first … beyond - 1
    beyond: int
    base: BaseSpeech
    base_first: int
    base_beyond: int


@dataclass(frozen=True, slots=True)
class Pairs:
    """Parallel data: frame `reference[i]` of the recording says what frame `base[i]` of the base speech says."""

    phrase: Phrase
    average: FloatArray  # (frames, CEPSTRAL_ORDER) the average voice's envelopes of the whole base speech
    reference: IntArray  # (n,)
    base: IntArray  # (n,)
    cost: FloatArray  # (n,) smoothed squared distance; low is trustworthy


def warp(cost: FloatArray) -> IntArray:
    """The cheapest monotone path through a (rows, columns) cost matrix: a column for each row, steps of 0…3 columns."""
    rows, columns = cost.shape
    step = np.zeros((rows, columns), np.int8)
    best = np.full(columns + 3, np.inf)  # three unreachable columns spare the loop its edge cases
    best[3] = cost[0, 0]
    options = np.empty((4, columns))
    for row in range(1, rows):
        np.add(best[3:], _STAY, out=options[0])
        options[1] = best[2:-1]
        np.add(best[1:-2], _SKIP, out=options[2])
        np.add(best[:-3], 2 * _SKIP, out=options[3])
        step[row] = options.argmin(0)
        best[3:] = options.min(0) + cost[row]
    tail = best[3:][-12:]  # the phrase may end a little early
    column = columns - len(tail) + int(np.argmin(tail)) if np.isfinite(tail).any() else columns - 1
    path = np.zeros(rows, np.int64)
    for row in range(rows - 1, -1, -1):
        path[row] = column
        column = max(0, column - int(step[row, column]))
    return path


def align(phrase: Phrase, average: FloatArray, target: FloatArray) -> Pairs | None:
    """Pair the frames of a phrase; None where the two speeches are too different in length to be the same words.

    `average` are the average voice's envelopes of the whole base speech (frames, CEPSTRAL_ORDER), `target` the features
    of the whole reference (frames, 22).
    """
    base = average_voice.features(phrase.base, average)[phrase.base_first : phrase.base_beyond]
    goal = target[phrase.first : phrase.beyond]
    if len(base) > 2.8 * len(goal):
        return None
    cost = squared_distances(goal, base)
    progress = np.arange(len(goal))[:, None] / len(goal) - np.arange(len(base)) / len(base)
    drift = np.abs(progress) * len(goal) * FRAME_PERIOD / 1000
    path = warp(cost + 5 * np.maximum(0, drift - _SLACK) ** 2)
    along = gaussian_filter1d(cost[np.arange(len(goal)), path], 6)
    return Pairs(phrase, average, np.arange(phrase.first, phrase.beyond), path + phrase.base_first, along)


def squared_distances(a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    """Squared Euclidean distance of every row of `a` (n, d) to every row of `b` (m, d), shape (n, m)."""
    return np.asarray((a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T)
