"""What can be wrong with recorded speech, each as one number.

`waveform` is mono, shape (n,), full scale ±1; `speech` says for each block of `voiceclone.audio.quality.activity`
whether somebody speaks in it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import binary_dilation
from scipy.signal import butter, sosfilt

from voiceclone.audio.quality.activity import BLOCK, RATE, Blocks, Waveform

FloatArray = npt.NDArray[np.float64]

SILENCE_DB = -100.0
_RUMBLE = 70.0  # Hz; what lies below is taken out before a voice is learnt
_NEAR_SPEECH = 2  # blocks; a word dies away in them
_STRETCH = 312  # blocks, ten seconds
_LEAST_PAUSE = 10  # blocks; with fewer, the quietest moments within the speech tell the noise
_BANDS = ((300, 700), (700, 1500), (1500, 3000), (3000, 6000))  # Hz, in which sound dies away
_FALL = 16  # frames of 5 ms, over which a fall is measured
_PILED, _LEAST_PILED = 2.0, 3e-4  # times as many samples as a little below; share of all samples
_CONTENT_DB = 50.0  # below the loudest frequencies of a voice; fainter is no content


def block_power(waveform: Waveform, sample_rate: int) -> FloatArray:
    """Mean square of each block, without rumble."""
    size = sample_rate * BLOCK // RATE
    if len(waveform) < size:
        return np.zeros(0)
    heard = sosfilt(butter(2, _RUMBLE, "highpass", fs=sample_rate, output="sos"), waveform.astype(np.float64))
    return np.asarray(np.mean(heard[: len(heard) // size * size].reshape(-1, size) ** 2, axis=1))


def level_db(power: FloatArray, speech: Blocks) -> float:
    """RMS of the speech in dBFS; of everything, where there is none."""
    heard = power[speech] if speech.any() else power
    return _decibels(float(np.mean(heard))) if len(heard) else SILENCE_DB


def snr_db(power: FloatArray, speech: Blocks) -> float:
    """How far the speech stands above what is heard in its pauses, in the noisier of its stretches.

    Of a pause its quieter quarter counts: what is left of a word in the room is no noise.
    """
    pause = ~binary_dilation(speech, iterations=_NEAR_SPEECH)
    count = max(1, round(len(power) / _STRETCH))
    stretches = zip(np.array_split(power, count), np.array_split(pause, count), strict=True)
    noises = [_noise(*stretch) for stretch in stretches if len(stretch[0])]
    noise = float(np.percentile(noises, 75)) if noises else 0.0
    loud = float(np.mean(power[speech])) if speech.any() else noise
    return _decibels(max(loud - noise, 1e-10)) - _decibels(noise)


def _noise(power: FloatArray, pause: Blocks) -> float:
    if pause.sum() >= _LEAST_PAUSE:
        return float(np.percentile(power[pause], 25))
    return float(np.percentile(power, 5))


def background_db(power: FloatArray) -> float:
    """The quietest that it gets."""
    return _decibels(float(np.percentile(power, 10))) if len(power) else SILENCE_DB


def clipped(waveform: Waveform) -> FloatArray:
    """Where the waveform is cut off: 1 for each such sample, else 0.

    Cut-off samples pile up at one level, at full scale or, where somebody has turned the recording down later, below
    it; what speech has at its highest level is rare. Resampling spreads the pile by some percent.
    """
    height = np.abs(waveform)
    top = float(np.percentile(height, 99.95)) if height.size else 0.0
    edge = max(_pile(height) or top, 1e-4)
    return np.asarray(height >= 0.97 * edge, np.float64)


def _pile(height: npt.NDArray[np.float32]) -> float:
    """The level at which far more samples lie than a little below it; 0 where there is none."""
    peak = float(height.max()) if height.size else 0.0
    edges = peak * np.exp(np.arange(-60, 1) * 0.01)  # steps of 1 % from 0.55 of the peak
    counts = np.histogram(height, edges)[0].astype(float)
    most, where = _PILED, 0.0
    for place in range(12, len(counts) - 2):
        here, below = counts[place - 2 : place + 3].sum(), counts[place - 12 : place - 7].sum()
        if here > _LEAST_PILED * height.size and here / max(below, 1.0) > most:
            most, where = here / max(below, 1.0), float(edges[place])
    return where


def decay_db_s(waveform: Waveform, sample_rate: int) -> float:
    """The quickest at which sound dies away, in dB a second: a voice stops at once, a room does not.

    The 97th percentile over falls of 80 ms in four bands; after R. Ratnam et al., "Blind estimation of reverberation
    time", JASA 114, 2003. Infinite where nothing falls.
    """
    length, hop = int(0.02 * sample_rate), int(0.005 * sample_rate)
    if len(waveform) < length + _FALL * hop:
        return np.inf
    frames = sliding_window_view(waveform, length)[::hop]
    power = np.abs(np.fft.rfft(frames * np.hanning(length).astype(np.float32))) ** 2
    frequency = np.fft.rfftfreq(length, 1 / sample_rate)
    across = np.arange(_FALL) - (_FALL - 1) / 2
    falls = []
    for low, high in _BANDS:
        level = 10 * np.log10(power[:, (frequency >= low) & (frequency < high)].sum(axis=1) + 1e-12)
        pieces = sliding_window_view(level, _FALL)
        slope = pieces @ across / np.sum(across**2) * sample_rate / hop
        from_speech = pieces[:, 0] > np.percentile(level, 95) - 25
        above_noise = pieces.min(axis=1) > np.percentile(level, 8) + 4
        falls.append(-slope[from_speech & above_noise & (slope < -20)])
    found = np.concatenate(falls)
    return float(np.percentile(found, 97)) if len(found) else np.inf


def bandwidth_hz(waveform: Waveform, sample_rate: int, speech: Blocks) -> float:
    """The highest frequency at which the voice has something to say; its hissing sounds reach highest."""
    length, size = 1024, sample_rate * BLOCK // RATE
    starts = np.arange(0, len(waveform) - length + 1, length // 2)
    spoken = speech[np.minimum((starts + length // 2) // size, max(len(speech) - 1, 0))] if len(speech) else starts < 0
    if not spoken.any():
        return 0.0
    frames = sliding_window_view(waveform, length)[starts] * np.hanning(length).astype(np.float32)
    level = 10 * np.log10(np.abs(np.fft.rfft(frames)) ** 2 + 1e-9)
    frequency = np.fft.rfftfreq(length, 1 / sample_rate)
    voice = np.percentile(level[spoken], 95, axis=0)
    pause = np.percentile(level[~spoken], 95, axis=0) if np.sum(~spoken) >= 10 else np.full(len(voice), -np.inf)
    loudest = voice[(frequency > 300) & (frequency < 3000)].max()
    content = np.flatnonzero((voice > loudest - _CONTENT_DB) & (voice > pause + 3))
    return float(frequency[content[-1]]) if len(content) else 0.0


def _decibels(power: float) -> float:
    return max(10 * float(np.log10(max(power, 1e-30))), SILENCE_DB)
