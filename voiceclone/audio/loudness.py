"""Bring speech to one loudness, so that no voice is louder than the next.

Loudness is measured as ITU-R BS.1770-4 says (pyloudnorm; Steinmetz & Reiss, AES 150, 2021), in LUFS.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyloudnorm
from scipy.ndimage import minimum_filter1d, uniform_filter1d

BLOCK_SECONDS = 0.4  # BS.1770 measures blocks of this length; shorter sound has no loudness of its own
MAX_GAIN_DB = 30.0  # a recording that is almost silent is not blown up into noise
LIMITER_SECONDS = 0.005

Waveform = npt.NDArray[np.float32]


def normalize_loudness(
    waveform: Waveform, sample_rate: int, target_lufs: float = -16.0, ceiling_dbfs: float = -1.0
) -> Waveform:
    """`waveform`, shape (n,), full scale ±1, brought to `target_lufs` with no sample above `ceiling_dbfs`.

    Peaks that would pass the ceiling are turned down for a few milliseconds around them. Silence comes back as it is.
    """
    gain_db = min(target_lufs - _loudness(waveform, sample_rate), MAX_GAIN_DB)
    if not np.isfinite(gain_db):
        return waveform.astype(np.float32)
    louder = waveform.astype(np.float64) * 10 ** (gain_db / 20)
    return _limit_peaks(louder, sample_rate, 10 ** (ceiling_dbfs / 20)).astype(np.float32)


def amplify(waveform: Waveform, sample_rate: int, gain_db: float, ceiling_dbfs: float = -1.0) -> Waveform:
    """`waveform`, shape (n,), full scale ±1, louder by `gain_db` (quieter where negative), with the same ceiling."""
    louder = waveform.astype(np.float64) * 10 ** (gain_db / 20)
    return _limit_peaks(louder, sample_rate, 10 ** (ceiling_dbfs / 20)).astype(np.float32)


def _loudness(waveform: Waveform, sample_rate: int) -> float:
    """Integrated loudness in LUFS; infinite for silence. Sound shorter than a block is repeated to fill one."""
    if not np.any(waveform):
        return np.inf
    block = int(np.ceil(BLOCK_SECONDS * sample_rate)) + 1
    if waveform.size < block:
        waveform = np.tile(waveform, -(-block // waveform.size))
    with np.errstate(divide="ignore"):  # all blocks under the gate: pyloudnorm takes the logarithm of 0
        return float(pyloudnorm.Meter(sample_rate).integrated_loudness(waveform.astype(np.float64)))


def _limit_peaks(waveform: npt.NDArray[np.float64], sample_rate: int, ceiling: float) -> npt.NDArray[np.float64]:
    """Lower the gain smoothly around each sample above `ceiling` (a look-ahead limiter)."""
    width = int(LIMITER_SECONDS * sample_rate) | 1
    needed = np.minimum(1.0, ceiling / np.maximum(np.abs(waveform), 1e-12))
    # The smallest gain within reach, then its average over the same reach: smooth, and never above what is needed.
    gain = uniform_filter1d(minimum_filter1d(needed, width, mode="nearest"), width, mode="nearest")
    return np.clip(waveform * gain, -ceiling, ceiling)  # the clip only removes rounding error
