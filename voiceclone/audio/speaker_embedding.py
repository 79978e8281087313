"""Who speaks, as a point on a sphere: the closer the points of two recordings, the more alike their voices.

L. Wan, Q. Wang, A. Papir, I. L. Moreno, "Generalized end-to-end loss for speaker verification", ICASSP 2018: three LSTM
layers over mel bands. The weights are Resemble AI's (see NOTICE); `benchmarks/speaker_weights.py` makes the file.
Unlike there, silence is told from speech by its level, not by a trained detector; docs/likeness.md has the difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, uniform_filter1d
from scipy.special import expit

Embedding = NDArray[np.float32]
"""Shape (256,), of length one, no value below 0. The likeness of two voices is the product `a @ b`: 0…1."""

WEIGHTS = Path(__file__).with_suffix(".npz")
RATE = 16000  # Hz
LAYERS = 3
_WINDOW, _HOP, _MELS = 400, 160, 40  # samples, samples, bands
_FRAMES, _STEP = 160, 77  # of _HOP each: how much speech one embedding hears, and the way to the next
_BLOCK = 480  # samples in which speech is told from silence
_BELOW_SPEECH, _ABOVE_NOISE = 30.0, 6.0  # dB: quieter than the loudest by so much, or hardly louder than the quietest
_SMOOTH, _AROUND = 8, 7  # blocks: of the moving average, and what is kept around speech
_LEVEL_DB = -30.0  # RMS, of full scale: what is quieter is amplified to this


@dataclass(frozen=True, slots=True)
class Windows:
    """Embeddings of 1.6 s of speech each, one about every 0.8 s, in order."""

    seconds: NDArray[
        np.float64
    ]  # (n, 2): where each begins and ends in the recording, silences that were skipped included
    embeddings: NDArray[np.float32]  # (n, 256)
    speech: float  # seconds in all, without silence

    @property
    def mean(self) -> Embedding:
        """That of all together."""
        mean = self.embeddings.mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean), np.float32)


def embed(waveform: NDArray[Any], sample_rate: int, *, one_level: bool = False) -> Embedding:
    """The voice in `waveform`, shape (n,), full scale ±1, any rate (Hz). Two seconds say something, ten say all.

    To the network a loud voice is another one. It was made so that only what is quiet is brought to its level; with
    `one_level` what is loud is, too, and two recordings can be compared whose loudness says nothing.

    Raises ValueError where there is no sound.
    """
    return windows(waveform, sample_rate, one_level=one_level).mean


def windows(waveform: NDArray[Any], sample_rate: int, *, one_level: bool = False) -> Windows:
    """The same piece by piece, to tell one voice from several. Raises ValueError where there is no sound."""
    waveform = np.asarray(waveform, np.float64)
    if sample_rate != RATE:
        waveform = soxr.resample(waveform, sample_rate, RATE)
    if not np.any(waveform):
        raise ValueError("There is no sound in this recording.")
    gain = 10 ** (_LEVEL_DB / 20) / np.sqrt(np.mean(waveform**2))
    waveform = waveform * (gain if one_level else max(1.0, gain))
    kept = _speech(waveform)
    speech = waveform[kept]
    starts = _starts(len(speech))
    end = (starts[-1] + _FRAMES) * _HOP
    mel = _mel_spectrogram(np.pad(speech, (0, max(0, end - len(speech)))))
    edges = np.minimum(np.stack([starts, starts + _FRAMES], axis=1) * _HOP, len(speech) - 1)
    embeddings = _encode(np.stack([mel[start : start + _FRAMES] for start in starts]))
    return Windows(kept[edges] / RATE, embeddings, len(speech) / RATE)


def _speech(waveform: NDArray[np.float64]) -> NDArray[np.intp]:
    """The samples that are speech or close to it; all of them where nothing stands out."""
    count = len(waveform) // _BLOCK
    everything = np.arange(len(waveform))
    if not count:
        return everything
    blocks = waveform[: count * _BLOCK].reshape(count, _BLOCK)
    levels = 10 * np.log10(np.mean(blocks**2, axis=1) + 1e-10)
    quiet, loud = np.percentile(levels, [10, 95])
    is_speech = levels > max(loud - _BELOW_SPEECH, min(quiet + _ABOVE_NOISE, loud - _ABOVE_NOISE))
    smooth = uniform_filter1d(is_speech.astype(float), _SMOOTH, mode="constant") > 0.5
    mask = np.repeat(binary_dilation(smooth, np.ones(_AROUND, bool)), _BLOCK)
    return everything[: len(mask)][mask] if mask.any() else everything


def _starts(samples: int) -> NDArray[np.intp]:
    """The first frame of each window. The last one may reach past the end, but not by more than a quarter."""
    frames = samples // _HOP + 1
    starts = np.arange(0, max(1, frames - _FRAMES + _STEP + 1), _STEP)
    reaches_too_far = len(starts) > 1 and samples / _HOP - starts[-1] < 0.75 * _FRAMES
    return starts[:-1] if reaches_too_far else starts


def _mel_spectrogram(waveform: NDArray[np.float64]) -> NDArray[np.float32]:
    """Power in mel bands, (frames, 40), frames centred at multiples of 10 ms."""
    padded = np.pad(waveform, _WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_WINDOW) / _WINDOW)
    return np.asarray(np.abs(np.fft.rfft(frames * hann)) ** 2 @ _mel_filters().T, np.float32)


@cache
def _mel_filters() -> NDArray[np.float64]:
    """Triangles of equal area on Slaney's mel scale, (40, 201)."""
    top = 15 + np.log(RATE / 2 / 1000) / (np.log(6.4) / 27)
    mel = np.linspace(0, top, _MELS + 2)
    edges = np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))
    frequency = np.linspace(0, RATE / 2, _WINDOW // 2 + 1)
    rise = (frequency - edges[:-2, None]) / np.diff(edges)[:-1, None]
    fall = (edges[2:, None] - frequency) / np.diff(edges)[1:, None]
    return np.asarray(np.maximum(0, np.minimum(rise, fall)) * (2 / (edges[2:] - edges[:-2]))[:, None])


def _encode(mels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Three LSTM layers, the last state through a rectified linear layer: (n, frames, 40) to (n, 256)."""
    weights, rows = _weights(), mels
    for layer in range(LAYERS):
        driven = rows @ weights[f"input_{layer}"] + weights[f"bias_{layer}"]
        recurrent = weights[f"recurrent_{layer}"]
        state = cell = np.zeros((len(rows), len(recurrent)), np.float32)
        out = np.empty((*rows.shape[:2], len(recurrent)), np.float32)
        for step in range(rows.shape[1]):
            enter, forget, new, leave = np.split(driven[:, step] + state @ recurrent, 4, axis=1)
            cell = expit(forget) * cell + expit(enter) * np.tanh(new)
            state = out[:, step] = expit(leave) * np.tanh(cell)
        rows = out
    raw = np.maximum(0, rows[:, -1] @ weights["linear"] + weights["linear_bias"])
    return np.asarray(raw / np.linalg.norm(raw, axis=1, keepdims=True))


@cache
def _weights() -> dict[str, NDArray[np.float32]]:
    """`input_*`, `recurrent_*` and `bias_*` of each layer, gates in the order i, f, g, o; `linear`, `linear_bias`."""
    with np.load(WEIGHTS, allow_pickle=False) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files}
