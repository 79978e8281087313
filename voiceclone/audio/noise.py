"""Take steady background noise (a fan, hiss, hum) out of a recording.

Method: spectral gating; Sainburg & Zorea, "Noisereduce: Domain general noise reduction for time series signals",
Scientific Reports, 2025.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

FRAME_SECONDS, HOP_SECONDS = 0.025, 0.010
FLOOR_DB = -100.0  # digital silence would be minus infinity
# Part of the noise is left in place: taking out all of it leaves speech sounding watery.
PART_REMOVED = 0.9
MOST_LOST_DB = 12.0
SHORTEST_SAMPLES = 2048  # two of the windows in which the spectrum is taken

Waveform = npt.NDArray[np.float32]


def reduce_noise(waveform: Waveform, sample_rate: int) -> Waveform:
    """`waveform`, shape (n,), full scale ±1, without its steady noise; same length and rate, speech as loud as it was.

    Silence, and sound too short to tell noise from speech, come back as they are.
    """
    import noisereduce  # takes seconds to import, and most recordings do not need it

    if waveform.size < SHORTEST_SAMPLES or not np.any(waveform):
        return waveform.astype(np.float32)
    cleaned = noisereduce.reduce_noise(y=waveform, sr=sample_rate, stationary=True, prop_decrease=PART_REMOVED)
    # Quiet speech, which hardly stands out, is taken for noise in part: by some 7 dB.
    lost_db = _loud_db(waveform, sample_rate) - _loud_db(cleaned, sample_rate)
    return np.asarray(np.clip(cleaned * 10 ** (np.clip(lost_db, 0, MOST_LOST_DB) / 20), -1, 1), dtype=np.float32)


def noise_floor_spread_db(waveform: Waveform, sample_rate: int) -> float:
    """How far speech stands above the background: 95th less 10th percentile of the frame levels, in dB.

    A clean recording has 35 and more; under about 27 the pauses are noisy enough for `reduce_noise` to help. Sound
    shorter than one frame has no spread: 0.
    """
    if waveform.size < int(FRAME_SECONDS * sample_rate):
        return 0.0
    low, high = np.percentile(_levels_db(waveform, sample_rate), [10, 95])
    return float(high - low)


def _loud_db(waveform: npt.NDArray[Any], sample_rate: int) -> float:
    return float(np.percentile(_levels_db(waveform, sample_rate), 95))


def _levels_db(waveform: npt.NDArray[Any], sample_rate: int) -> npt.NDArray[np.float64]:
    """The level of each frame."""
    frame, hop = int(FRAME_SECONDS * sample_rate), int(HOP_SECONDS * sample_rate)
    frames = np.lib.stride_tricks.sliding_window_view(waveform.astype(np.float64), frame)[::hop]
    power = np.mean(frames**2, axis=1)
    return np.asarray(np.maximum(10 * np.log10(np.maximum(power, 1e-30)), FLOOR_DB))
