"""How many people speak in a recording, by the embeddings of its pieces.

The pieces are parted into the two groups that are least alike. Of one person they are alike still; of two they are not.
docs/report-card.md says on whom the limits were chosen and how they do on others.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from voiceclone.audio.quality.activity import Waveform

LISTENED = 75.0  # seconds of a recording that are compared; a longer one is heard in pieces spread over it
_PIECE = 5.0  # seconds
_ALIKE, _CLEARLY_OTHER = 0.68, 0.58  # mean likeness across the groups: above, one person; below, clearly two
_APART, _CLEARLY_APART = 0.05, 0.15  # by how much the pieces of a group are more alike than those across
_LEAST, _SMALL = 2, 0.12  # windows of the smaller group; a share that may be one person in another mood
Embeddings = npt.NDArray[np.float32]


class Speakers(StrEnum):
    ONE = "one"
    UNSURE = "unsure"
    SEVERAL = "several"


@dataclass(frozen=True, slots=True)
class Heard:
    """Who speaks: how many, and where it is not the one who speaks most, in seconds, shape (n, 2)."""

    count: Speakers
    others: npt.NDArray[np.float64]


NOBODY_ELSE = Heard(Speakers.ONE, np.zeros((0, 2)))


def listen(waveform: Waveform, sample_rate: int) -> Heard:
    """Compare the voices in `waveform`, shape (n,), full scale ±1."""
    from voiceclone.audio.speaker_embedding import windows  # its weights are wanted only here

    if not np.any(waveform):
        return NOBODY_ELSE
    starts = _pieces(len(waveform) / sample_rate)
    size = int(_PIECE * sample_rate)
    if starts is None:
        found = windows(waveform, sample_rate)
        seconds, embeddings = found.seconds, found.embeddings
    else:
        pieces = [windows(waveform[int(at * sample_rate) :][:size], sample_rate) for at in starts]
        seconds = np.concatenate([piece.seconds + at for piece, at in zip(pieces, starts, strict=True)])
        embeddings = np.concatenate([piece.embeddings for piece in pieces])
    count, others = compare(embeddings)
    return NOBODY_ELSE if count == Speakers.ONE else Heard(count, seconds[others])


def _pieces(seconds: float) -> list[float] | None:
    """Where to listen in a long recording; None: to all of it."""
    if seconds <= LISTENED:
        return None
    return list(np.linspace(0, seconds - _PIECE, int(LISTENED / _PIECE)))


def compare(embeddings: Embeddings) -> tuple[Speakers, npt.NDArray[np.bool_]]:
    """How many people these are, and which are not of the one who speaks most. shape (n, 256), of length one."""
    everyone = np.zeros(len(embeddings), np.bool_)
    if len(embeddings) < 2 * _LEAST:
        return Speakers.ONE, everyone
    likeness = embeddings @ embeddings.T
    other = _parted(embeddings, likeness)
    if min(other.sum(), (~other).sum()) < _LEAST:
        return Speakers.ONE, everyone
    across = float(likeness[np.ix_(other, ~other)].mean())
    within = np.mean([_within(likeness[np.ix_(group, group)]) for group in (other, ~other)])
    apart = float(within) - across
    alike = _CLEARLY_OTHER if other.mean() < _SMALL else _ALIKE
    if across > alike or apart < _APART:
        return Speakers.ONE, everyone
    return Speakers.SEVERAL if across < _CLEARLY_OTHER and apart > _CLEARLY_APART else Speakers.UNSURE, other


def _parted(embeddings: Embeddings, likeness: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Two groups by k-means on the sphere, from the two pieces that are least alike. True: the smaller one."""
    first, second = np.unravel_index(int(likeness.argmin()), likeness.shape)
    one, two = embeddings[first], embeddings[second]
    is_two = np.zeros(len(embeddings), np.bool_)
    for _ in range(15):
        is_two = embeddings @ two > embeddings @ one
        if is_two.all() or not is_two.any():
            break
        one, two = _middle(embeddings[~is_two]), _middle(embeddings[is_two])
    return is_two if is_two.sum() * 2 <= len(is_two) else ~is_two


def _middle(embeddings: Embeddings) -> Embeddings:
    mean = embeddings.mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean))


def _within(likeness: npt.NDArray[np.float32]) -> float:
    count = len(likeness)
    return float((likeness.sum() - count) / (count * (count - 1)))
