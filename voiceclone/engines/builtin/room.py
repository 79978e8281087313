"""The room: a recording's own steady noise, under all that is said, so that it does not come and go with the words.

The grains carry the noise of their recording; in the pauses between them there would be none, and that is heard.
"""

from __future__ import annotations

import numpy as np
from scipy.signal import fftconvolve

from voiceclone.engines.base import Waveform
from voiceclone.engines.builtin.analysis import FloatArray
from voiceclone.engines.builtin.profile import Profile
from voiceclone.engines.builtin.reference import active_rms

LOUDEST = 10 ** (-60 / 20)  # root mean square; audiobooks allow as much between words
_WINDOW = 0.032  # seconds
_QUIETEST = 0.02  # of all frames
_SILENT = 2e-5  # root mean square of a quarter of a frame: no microphone, but what `reference.prepare` adds to zeros
_MOST_SILENT = 0.1  # of all frames: gaps between pieces. More is a gate, and the recording's pauses are silent indeed


class Room:
    """An endless piece of a recording's noise, given a chunk at a time; the same each time one begins."""

    def __init__(self, profile: Profile, sample_rate: int) -> None:
        self._response = _response(profile, sample_rate)
        self._random = np.random.RandomState(0)
        self._last = self._random.randn(len(self._response) - 1)

    def under(self, speech: Waveform, volume: float) -> Waveform:
        """`speech`, shape (n,), and the room; a volume (factor) below 1 lowers it, too."""
        noise = np.concatenate([self._last, self._random.randn(len(speech))])
        self._last = noise[len(speech) :]
        return np.asarray(speech + min(1.0, volume) * fftconvolve(noise, self._response, "valid"), np.float32)


def _response(profile: Profile, sample_rate: int) -> FloatArray:
    """What turns white noise of power 1 into the recording's, as loud as it is there beside the speech."""
    size, wanted = round(_WINDOW * profile.sample_rate), round(_WINDOW * sample_rate)
    frames = np.lib.stride_tricks.sliding_window_view(profile.waveform, size)[:: size // 4]
    quarters = frames[:, : size // 4 * 4].reshape(len(frames), 4, -1)
    recorded = ((quarters**2).mean(2) > _SILENT**2).all(1)
    if recorded.mean() >= 1 - _MOST_SILENT:
        frames = frames[recorded]
    quiet = frames[np.argsort((frames**2).mean(1))[: max(1, round(_QUIETEST * len(frames)))]]
    window = np.hanning(size)
    # The median of an exponential distribution is ln 2 of its mean, and hears no word that a frame has the end of.
    power = np.median(np.abs(np.fft.rfft(quiet * window)) ** 2, 0) / np.log(2) / (window**2).sum() * wanted / size
    response = np.fft.fftshift(np.fft.irfft(np.sqrt(power), wanted)) * np.hanning(wanted)
    response *= profile.loudness / active_rms(profile.waveform)
    return np.asarray(response * min(1.0, LOUDEST / max(1e-12, float(np.sqrt((response**2).sum())))))
