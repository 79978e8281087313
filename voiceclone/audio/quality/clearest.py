"""The part of a recording from which a voice is learnt best: much clear speech of one person, in one piece."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import minimum_filter1d

from voiceclone.audio.quality.activity import BLOCK_SECONDS, Blocks

SHORTEST, LONGEST = 10.0, 60.0  # seconds
_CELL = 16  # blocks, about half a second
_NEIGHBOURS = 9  # cells in which the background is looked for
_UNCLEAR, _SILENT = -1.5, -0.15  # what a second is worth, where a second of clear speech is worth 1
_NOISIER_DB = 6.0  # than the quietest background there is
_NOISY_BELOW_DB = 20.0
FloatArray = npt.NDArray[np.float64]


def clearest(
    power: FloatArray, speech: Blocks, clipped: FloatArray, others: FloatArray, speech_db: float
) -> tuple[float, float] | None:
    """Where the best part begins and ends, in seconds; None where that is everything.

    `power`, `speech` and `clipped` (share of samples) are by block; `others` are the seconds of another speaker.
    """
    cells = len(power) // _CELL
    spoken = _by_cell(speech.astype(float), cells)
    unclear = _by_cell(clipped, cells) > 0.002
    unclear |= _noisy(power, cells, speech_db)
    middle = (np.arange(cells) + 0.5) * _CELL * BLOCK_SECONDS
    for start, end in others:
        unclear |= (middle >= start - 0.5) & (middle <= end + 0.5)
    worth = np.where(unclear, _UNCLEAR * spoken, spoken) + _SILENT * (1 - spoken)
    longest, shortest = (round(length / (_CELL * BLOCK_SECONDS)) for length in (LONGEST, SHORTEST))
    if cells <= longest and not (unclear & (spoken > 0.3)).any():
        return None
    first, beyond = _best_run(worth, min(shortest, cells), longest)
    if beyond - first >= 0.95 * cells:
        return None
    start, end = (_in_a_pause(place * _CELL, speech) * BLOCK_SECONDS for place in (first, beyond))
    return round(start, 2), round(min(end, len(power) * BLOCK_SECONDS), 2)


def _by_cell(blocks: FloatArray, cells: int) -> FloatArray:
    return np.asarray(blocks[: cells * _CELL].reshape(cells, _CELL).mean(axis=1))


def _noisy(power: FloatArray, cells: int, speech_db: float) -> npt.NDArray[np.bool_]:
    """Where the background is near the speech, and louder than elsewhere."""
    if not cells:
        return np.zeros(0, np.bool_)
    quietest = np.percentile(power[: cells * _CELL].reshape(cells, _CELL), 10, axis=1)
    background = minimum_filter1d(10 * np.log10(quietest + 1e-12), _NEIGHBOURS, mode="nearest")
    return np.asarray((background > background.min() + _NOISIER_DB) & (background > speech_db - _NOISY_BELOW_DB))


def _best_run(worth: FloatArray, shortest: int, longest: int) -> tuple[int, int]:
    """The run of `shortest` to `longest` cells that is worth most; the earliest of several."""
    total = np.concatenate([[0.0], np.cumsum(worth)])
    best, run = -np.inf, (0, len(worth))
    for length in range(max(1, shortest), min(longest, len(worth)) + 1):
        sums = total[length:] - total[:-length]
        at = int(sums.argmax())
        if sums[at] > best + 1e-9:
            best, run = float(sums[at]), (at, at + length)
    return run


def _in_a_pause(block: int, speech: Blocks) -> int:
    """The nearest block without speech within half a second, so that no word is cut."""
    near = range(max(0, block - _CELL), min(len(speech), block + _CELL))
    silent = [place for place in near if not speech[place]]
    return min(silent, key=lambda place: abs(place - block)) if silent else block
