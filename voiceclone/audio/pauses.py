"""Silences that are too long: what of a recording is left when they are cut down."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import binary_dilation

BLOCK_SECONDS = 0.02
SPEECH_RANGE = 40.0  # dB under the 95th percentile of block levels
KEPT_SILENCE = 0.3  # seconds around speech; longer pauses are cut down to twice that


def kept(waveform: npt.NDArray[Any], sample_rate: int) -> npt.NDArray[np.bool_]:
    """Whether each whole block of BLOCK_SECONDS of `waveform`, shape (n,), full scale ±1, stays."""
    size = int(BLOCK_SECONDS * sample_rate)
    blocks = waveform[: len(waveform) // size * size].reshape(-1, size)
    if not len(blocks):
        return np.zeros(0, np.bool_)
    level = 10 * np.log10((blocks.astype(np.float64) ** 2).mean(1) + 1e-12)
    speech = level > np.percentile(level, 95) - SPEECH_RANGE
    return np.asarray(binary_dilation(speech, iterations=round(KEPT_SILENCE / BLOCK_SECONDS)))


def heard_until(waveform: npt.NDArray[Any], sample_rate: int, seconds: float) -> float:
    """Where in the recording, in seconds, whoever hears it without long pauses has heard `seconds` of it."""
    blocks = np.flatnonzero(kept(waveform, sample_rate))
    wanted = round(seconds / BLOCK_SECONDS)
    return len(waveform) / sample_rate if len(blocks) <= wanted else float((blocks[wanted - 1] + 1) * BLOCK_SECONDS)
