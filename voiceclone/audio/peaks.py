"""The outline of a waveform as a few whole numbers, to draw it without the sound."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

# The bar that counts as full height: one click or cough must not flatten the rest of the recording.
LOUDEST_PERCENTILE = 98


def peaks(waveform: npt.NDArray[Any], count: int = 160) -> list[int]:
    """The heights of `count` bars, 0…100, for `waveform`, shape (n,), in any scale.

    The loudest bars are 100. Sound shorter than `count` samples is stretched; silence, and no sound at all, is all 0.
    """
    if not waveform.size:
        return [0] * count
    magnitude = np.abs(waveform.astype(np.float64))
    edges = np.linspace(0, magnitude.size, count, endpoint=False).astype(np.intp)
    # Each bar runs to the start of the next; where there are fewer samples than bars, neighbours share one.
    bars = np.maximum.reduceat(magnitude, edges)
    # "higher" picks a bar that exists, so that at least one bar is 100.
    loudest = np.percentile(bars, LOUDEST_PERCENTILE, method="higher")
    if loudest == 0:
        loudest = bars.max()
    if loudest == 0:
        return [0] * count
    return [int(height) for height in np.minimum(np.round(bars / loudest * 100), 100)]
