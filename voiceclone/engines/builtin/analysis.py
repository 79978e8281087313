"""Speech as frames: F0 and a mel-cepstral spectral envelope every 5 ms, by the WORLD vocoder's analysis.

M. Morise, F. Yokomori, K. Ozawa, "WORLD: a vocoder-based high-quality speech synthesis system for real-time
applications", IEICE Trans. Inf. & Syst. E99-D(7), 2016. WORLD only analyses here; nothing is vocoded.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyworld
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

from voiceclone.engines.builtin import pitch

_WEAK = 0.6  # of the voiced frames that autocorrelation finds
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

FRAME_PERIOD = 5.0  # ms
CEPSTRAL_ORDER = 36  # mel-cepstral coefficients of a frame, the first is its loudness
SPECTRAL = slice(1, 21)  # the coefficients that tell phones and speakers apart, and not loudness or fine noise


@dataclass(frozen=True, slots=True)
class Analysis:
    """Frames of a waveform; every array has one row a frame."""

    sample_rate: int  # Hz
    waveform: FloatArray  # (samples,)
    f0: FloatArray  # (frames,) Hz, 0 where unvoiced
    mel_cepstra: FloatArray  # (frames, CEPSTRAL_ORDER)
    level: FloatArray  # (frames,) dB

    def __len__(self) -> int:
        return len(self.f0)

    @property
    def voiced(self) -> NDArray[np.bool_]:
        return self.f0 > 0

    @property
    def loud(self) -> NDArray[np.bool_]:
        """The frames that are speech by their level: within 38 dB of the 95th percentile."""
        return self.level > np.percentile(self.level, 95) - 38


def fft_size(sample_rate: int) -> int:
    return 1024 if sample_rate <= 16000 else 2048


def frame_at(seconds: float) -> int:
    return int(seconds * 1000 / FRAME_PERIOD)


def analyse(waveform: FloatArray, sample_rate: int, f0_floor: float = 60.0, f0_ceiling: float = 450.0) -> Analysis:
    """F0 refined by StoneMask, spectral envelope by CheapTrick, coded as mel-cepstra.

    F0 is DIO's, which follows the fundamental, unless that is too weak in this recording: then autocorrelation's.
    """
    samples = np.ascontiguousarray(waveform, np.float64)
    f0, times = pyworld.dio(samples, sample_rate, f0_floor=f0_floor, f0_ceil=f0_ceiling, frame_period=FRAME_PERIOD)
    heard = pitch.track(samples, sample_rate, f0_floor, f0_ceiling, FRAME_PERIOD)[: len(f0)]
    if np.count_nonzero(f0) < _WEAK * np.count_nonzero(heard):
        f0 = np.pad(heard, (0, len(f0) - len(heard)))
    f0 = pyworld.stonemask(samples, f0, times, sample_rate)
    envelope = pyworld.cheaptrick(samples, f0, times, sample_rate, fft_size=fft_size(sample_rate))
    mel_cepstra = pyworld.code_spectral_envelope(envelope, sample_rate, CEPSTRAL_ORDER)
    return Analysis(sample_rate, samples, f0, mel_cepstra, 10 * np.log10(envelope.sum(1) + 1e-12))


def median_f0(waveform: FloatArray, sample_rate: int) -> float | None:
    """The middle of a voice, in Hz; None where less than half a second is voiced."""
    f0 = pitch.track(waveform, sample_rate, 60.0, 450.0, 2 * FRAME_PERIOD)
    voiced = f0[f0 > 0]
    return float(np.median(voiced)) if len(voiced) * 2 * FRAME_PERIOD >= 500 else None


@cache
def envelope_basis(sample_rate: int, size: int) -> FloatArray:
    """What one unit of each mel-cepstral coefficient adds to the log power spectrum, shape (CEPSTRAL_ORDER, size/2+1).

    WORLD's decoder is a cosine transform and an interpolation, both linear, so that a *difference* of two envelopes is
    one product with this matrix instead of two decodings of every frame.
    """
    units = np.vstack([np.zeros(CEPSTRAL_ORDER), np.eye(CEPSTRAL_ORDER)])
    decoded = np.log(pyworld.decode_spectral_envelope(units, sample_rate, size))
    return np.asarray(decoded[1:] - decoded[0])


def pitch_marks(waveform: FloatArray, f0: FloatArray, sample_rate: int) -> IntArray:
    """Sample numbers of the glottal pulses: the strongest low-passed peak of a period; every 5 ms where unvoiced."""
    band = butter(2, [60, 900], "bandpass", fs=sample_rate, output="sos")
    low = sosfiltfilt(band, waveform)
    if np.mean(low**3) < 0:  # the recording's polarity: pulses point up
        low = -low
    marks: list[int] = []
    time, last = 0.0, -sample_rate
    while time < len(waveform) - 2:
        pitch = f0[min(len(f0) - 1, frame_at(time / sample_rate))]
        if pitch <= 0:
            marks.append(int(time))
            time += sample_rate * FRAME_PERIOD / 1000
            continue
        period = sample_rate / pitch
        first, beyond = int(max(0, time - period / 4)), int(min(len(waveform), time + period / 4 + 1))
        peak = first + int(np.argmax(low[first:beyond]))
        if peak - last < period / 2:
            peak = int(time)
        marks.append(peak)
        last = peak
        time = peak + period
    return np.array(marks, np.int64)
