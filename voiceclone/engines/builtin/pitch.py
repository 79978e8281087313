"""The pitch of speech, by autocorrelation.

P. Boersma, "Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise ratio of a sampled
sound", Proceedings of the Institute of Phonetic Sciences 17, Amsterdam, 1993.

WORLD's DIO follows the fundamental alone: where a microphone or a filter leaves little of it, DIO finds hardly a voiced
frame, or an octave too low. The autocorrelation hears the other harmonics too. WORLD's Harvest also does, at 20 times
the cost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import soxr
from numpy.lib.stride_tricks import sliding_window_view

if TYPE_CHECKING:
    from voiceclone.engines.builtin.analysis import FloatArray, IntArray

_RATE = 8000  # Hz, enough for a dozen harmonics
_PERIODS = 3  # of the lowest pitch in a window
_CANDIDATES = 6  # of pitch for each frame, beside "unvoiced"
_VOICING, _SILENCE = 0.45, 0.03  # thresholds: of the autocorrelation, of the amplitude against the loudest frame's
_OCTAVE, _OCTAVE_JUMP, _VOICING_CHANGE = 0.01, 0.35, 0.14  # costs; the last two for a step of 10 ms
_BLOCK = 1000  # frames at once; a block keeps the memory small


def track(waveform: FloatArray, sample_rate: int, floor: float, ceiling: float, period: float) -> FloatArray:
    """F0 in Hz every `period` ms from the first sample on, 0 where unvoiced, shape (frames,)."""
    count = int(1000 * len(waveform) / sample_rate / period) + 1
    samples = soxr.resample(waveform, sample_rate, _RATE)
    half = int(_PERIODS / 2 / floor * _RATE)
    centres = (np.arange(count) * period / 1000 * _RATE).astype(np.int64)
    padded = np.pad(samples, (half, 2 * half + 2 + int(_RATE * period / 1000)))
    windows = sliding_window_view(padded, 2 * half + 1)
    blocks = [_candidates(windows[centres[i : i + _BLOCK]], floor, ceiling) for i in range(0, count, _BLOCK)]
    pitch, strength, peak = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    quiet = np.maximum(0, 2 - peak / (peak.max() + 1e-12) / (_SILENCE / (1 + _VOICING)))
    pitch = np.column_stack([np.zeros(count), pitch])
    strength = np.column_stack([_VOICING + quiet, strength])
    return pitch[np.arange(count), _best_path(pitch, strength, 10 / period)]


def _candidates(windows: FloatArray, floor: float, ceiling: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Pitches and their strengths, both (frames, _CANDIDATES), and the peak amplitude (frames,) of windows of sound."""
    frames = windows - windows.mean(1, keepdims=True)
    peak = np.abs(frames).max(1)
    hann = np.hanning(frames.shape[1])
    size = 1 << (2 * len(hann) - 1).bit_length()
    own = np.fft.irfft(np.abs(np.fft.rfft(hann, size)) ** 2)
    raw = np.fft.irfft(np.abs(np.fft.rfft(frames * hann, size)) ** 2)
    first, beyond = int(_RATE / ceiling), int(_RATE / floor) + 1
    r = raw[:, first - 1 : beyond + 1] / (raw[:, :1] + 1e-12) / (own[first - 1 : beyond + 1] / own[0])
    left, middle, right = r[:, :-2], r[:, 1:-1], r[:, 2:]
    lag = np.arange(first, beyond)
    found = np.where((middle > left) & (middle >= right), middle - _OCTAVE * np.log2(floor * lag / _RATE), -np.inf)
    best = np.argpartition(-found, _CANDIDATES, axis=1)[:, :_CANDIDATES]
    a, b, c, strength = (np.take_along_axis(v, best, 1) for v in (left, middle, right, found))
    # The parabola through a peak: at 8 kHz the true peak of a high voice lies between two lags.
    shift = np.clip(0.5 * (a - c) / np.minimum(a - 2 * b + c, -1e-12), -0.5, 0.5)
    return _RATE / (lag[best] + shift), strength - 0.25 * (a - c) * shift, peak


def _best_path(pitch: FloatArray, strength: FloatArray, steps: float) -> IntArray:
    """Viterbi: the strongest candidates that jump, or change between voiced and unvoiced, the least.

    `pitch` and `strength` (frames, candidates), 0 Hz is unvoiced; `steps` of a frame there are in 10 ms.
    """
    voiced, height = pitch > 0, np.log2(np.maximum(pitch, 1))
    both = voiced[:-1, :, None] & voiced[1:, None, :]
    cost = np.where(both, _OCTAVE_JUMP * np.abs(height[:-1, :, None] - height[1:, None, :]), 0)
    cost = steps * np.where(voiced[:-1, :, None] != voiced[1:, None, :], _VOICING_CHANGE, cost)
    best, back = strength[0], np.zeros(pitch.shape, np.int64)
    for row in range(1, len(pitch)):
        total = best[:, None] - cost[row - 1]
        back[row] = total.argmax(0)
        best = total.max(0) + strength[row]
    path, choice = np.zeros(len(pitch), np.int64), int(best.argmax())
    for row in range(len(pitch) - 1, -1, -1):
        path[row], choice = choice, int(back[row, choice])
    return path
