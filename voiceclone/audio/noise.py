"""Take steady background noise (a fan, hiss, hum) out of a recording.

Method: spectral gating; Sainburg & Zorea, "Noisereduce: Domain general noise reduction for time series signals",
Scientific Reports, 2025.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FRAME_SECONDS, HOP_SECONDS = 0.025, 0.010
FLOOR_DB = -100.0  # digital silence would be minus infinity
# Part of the noise is left in place: taking out all of it leaves speech sounding watery.
PART_REMOVED = 0.9
SHORTEST_SAMPLES = 2048  # two of the windows in which the spectrum is taken

Waveform = npt.NDArray[np.float32]


def reduce_noise(waveform: Waveform, sample_rate: int) -> Waveform:
    """`waveform`, shape (n,), full scale ±1, without its steady noise; same length and rate.

    Silence, and sound too short to tell noise from speech, come back as they are.
    """
    import noisereduce  # takes seconds to import, and most recordings do not need it

    if waveform.size < SHORTEST_SAMPLES or not np.any(waveform):
        return waveform.astype(np.float32)
    cleaned = noisereduce.reduce_noise(y=waveform, sr=sample_rate, stationary=True, prop_decrease=PART_REMOVED)
    return np.asarray(cleaned, dtype=np.float32)


def noise_floor_spread_db(waveform: Waveform, sample_rate: int) -> float:
    """How far speech stands above the background: 95th less 10th percentile of the frame levels, in dB.

    A clean recording has 35 and more; under about 27 the pauses are noisy enough for `reduce_noise` to help. Sound
    shorter than one frame has no spread: 0.
    """
    frame, hop = int(FRAME_SECONDS * sample_rate), int(HOP_SECONDS * sample_rate)
    if waveform.size < frame:
        return 0.0
    frames = np.lib.stride_tricks.sliding_window_view(waveform.astype(np.float64), frame)[::hop]
    power = np.mean(frames**2, axis=1)
    levels = np.maximum(10 * np.log10(np.maximum(power, 1e-30)), FLOOR_DB)
    low, high = np.percentile(levels, [10, 95])
    return float(high - low)
