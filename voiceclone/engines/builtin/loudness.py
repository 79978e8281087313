"""How loud a sentence comes out: the person's volume, one loudness where that was asked for, and never clipped."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import minimum_filter1d, uniform_filter1d

from voiceclone.engines.base import Waveform

PEAK = 10 ** (-1.1 / 20)  # just under -1 dBFS
_ATTACK = 0.004  # seconds


def finish(waveform: Waveform, sample_rate: int, volume: float, even: bool) -> Waveform:
    """A sentence at a volume (factor), its peaks under -1 dBFS; brought to -16 LUFS before where `even`."""
    if even:
        from voiceclone.audio.loudness import normalize_loudness

        waveform = normalize_loudness(waveform, sample_rate)
    return limit(waveform * np.float32(volume), sample_rate)


def limit(waveform: Waveform, sample_rate: int) -> Waveform:
    """A look-ahead limiter: the gain falls before a peak and rises after it, so that no sample passes PEAK.

    The mean over a window of minima over the same window is nowhere above the gain that its middle needs.
    """
    needed = np.minimum(1.0, PEAK / np.maximum(np.abs(waveform.astype(np.float64)), 1e-9))
    if needed.min(initial=1.0) >= 1.0:
        return waveform
    window = 2 * int(_ATTACK * sample_rate) + 1
    gain = uniform_filter1d(minimum_filter1d(needed, window, mode="nearest"), window, mode="nearest")
    return np.asarray(np.clip(waveform * gain, -PEAK, PEAK), np.float32)
