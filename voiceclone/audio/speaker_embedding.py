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
MELS = 40  # bands
_WINDOW, _HOP = 400, 160  # samples
_FRAMES, _STEP = 160, 77  # of _HOP each: how much speech one embedding hears, and the way to the next
_BLOCK = 480  # samples in which speech is told from silence
_BELOW_SPEECH, _ABOVE_NOISE = 30.0, 6.0  # dB: quieter than the loudest by so much, or hardly louder than the quietest
_SMOOTH, _AROUND = 8, 7  # blocks: of the moving average, and what is kept around speech
_LARGE = np.float32(2.0**80)  # gradients fade over time, and processors are slow with the tiniest numbers
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
    kept, starts, mels = _listen(waveform, sample_rate, one_level)
    edges = np.minimum(np.stack([starts, starts + _FRAMES], axis=1) * _HOP, len(kept) - 1)
    return Windows(kept[edges] / RATE, encode(mels), len(kept) / RATE)


def spectra(waveform: NDArray[Any], sample_rate: int) -> NDArray[np.float32]:
    """What `windows` hears in each piece: power in mel bands, shape (n, frames, MELS), for `encode`."""
    return _listen(waveform, sample_rate, False)[2]


def _listen(
    waveform: NDArray[Any], sample_rate: int, one_level: bool
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """The samples that are speech, the first frame of each window in them, and the windows' spectra."""
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
    spectrogram = mel_spectrogram(np.pad(speech, (0, max(0, end - len(speech)))))
    return kept, starts, np.stack([spectrogram[start : start + _FRAMES] for start in starts])


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


def mel_spectrogram(waveform: NDArray[np.float64]) -> NDArray[np.float32]:
    """Power in mel bands, (frames, MELS), of sound at RATE; frames are centred at multiples of 10 ms."""
    padded = np.pad(waveform, _WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_WINDOW) / _WINDOW)
    return np.asarray(np.abs(np.fft.rfft(frames * hann)) ** 2 @ _mel_filters().T, np.float32)


def mel(frequency: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slaney's mel scale: frequencies in Hz, any shape."""
    return np.where(
        frequency < 1000, frequency * 3 / 200, 15 + 27 * np.log(np.maximum(frequency, 1) / 1000) / np.log(6.4)
    )


@cache
def _edges() -> NDArray[np.float64]:
    """Where the mel bands begin, peak and end, Hz, shape (MELS + 2,)."""
    at = np.linspace(0, mel(np.array(RATE / 2)), MELS + 2)
    return np.where(at < 15, at * 200 / 3, 1000 * np.exp((at - 15) * np.log(6.4) / 27))


def band_widths() -> NDArray[np.float64]:
    """Hz, shape (MELS,). Bands have equal areas: power times width adds up to the power of the sound."""
    edges = _edges()
    return (edges[2:] - edges[:-2]) / 2


@cache
def _mel_filters() -> NDArray[np.float64]:
    """Triangles of equal area, (40, 201)."""
    edges = _edges()
    frequency = np.linspace(0, RATE / 2, _WINDOW // 2 + 1)
    rise = (frequency - edges[:-2, None]) / np.diff(edges)[:-1, None]
    fall = (edges[2:, None] - frequency) / np.diff(edges)[1:, None]
    return np.asarray(np.maximum(0, np.minimum(rise, fall)) * (2 / (edges[2:] - edges[:-2]))[:, None])


def encode(mels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Three LSTM layers, the last state through a rectified linear layer: (n, frames, MELS) to (n, 256)."""
    weights, rows = _weights(), mels
    for layer in range(LAYERS):
        rows = _run(layer, rows).states
    raw = np.maximum(0, rows[:, -1] @ weights["linear"] + weights["linear_bias"])
    return np.asarray(raw / np.linalg.norm(raw, axis=1, keepdims=True))


def slope(mels: NDArray[np.float32], person: Embedding) -> tuple[float, NDArray[np.float32]]:
    """How like a person what is heard in `mels`, as for `encode`, is, and the gradient of that, shape of `mels`."""
    weights, rows, runs = _weights(), mels, []
    for layer in range(LAYERS):
        runs.append(_run(layer, rows))
        rows = runs[-1].states
    raw = np.maximum(0, rows[:, -1] @ weights["linear"] + weights["linear_bias"])
    lengths = np.linalg.norm(raw, axis=1, keepdims=True)
    each = raw / lengths
    length = np.linalg.norm(each.mean(axis=0))
    mean = each.mean(axis=0) / length
    likeness = float(mean @ person)
    back = (person - likeness * mean) / (length * len(each))
    back = (back - (each @ back)[:, None] * each) / lengths * (raw > 0)
    behind = np.zeros_like(rows)
    behind[:, -1] = back @ weights["linear"].T * _LARGE
    for layer in reversed(range(LAYERS)):
        behind = _back(layer, runs[layer], behind)
    return likeness, behind / _LARGE


@dataclass(frozen=True, slots=True)
class _Run:
    """What one layer did; arrays are (n, frames, …)."""

    gates: NDArray[np.float32]  # (…, 4 * 256): enter, forget, new, leave
    cells: NDArray[np.float32]  # (…, 256)
    states: NDArray[np.float32]  # (…, 256)


def _run(layer: int, rows: NDArray[np.float32]) -> _Run:
    weights = _weights()
    gates = rows @ weights[f"input_{layer}"]  # the largest array by far, so what follows is written over it
    gates += weights[f"bias_{layer}"]
    recurrent = weights[f"recurrent_{layer}"]
    count, frames, units = *rows.shape[:2], len(recurrent)
    state = cell = np.zeros((count, units), np.float32)
    cells, states = np.empty((2, count, frames, units), np.float32)
    for step in range(frames):
        gates[:, step] += state @ recurrent
        enter, forget, new, leave = _split(gates[:, step])
        for gate in (enter, forget, leave):
            expit(gate, out=gate)
        np.tanh(new, out=new)
        cell = cells[:, step] = forget * cell + enter * new
        state = states[:, step] = leave * np.tanh(cell)
    return _Run(gates, cells, states)


def _back(layer: int, run: _Run, behind: NDArray[np.float32]) -> NDArray[np.float32]:
    """The gradient of what went into a layer, (n, frames, inputs), from that of its states."""
    weights = _weights()
    recurrent = np.ascontiguousarray(weights[f"recurrent_{layer}"].T)
    driven = np.empty((*behind.shape[:2], recurrent.shape[0]), np.float32)
    of_state = of_cell = np.zeros_like(run.cells[:, 0])
    for step in reversed(range(run.cells.shape[1])):
        enter, forget, new, leave = _split(run.gates[:, step])
        squashed = np.tanh(run.cells[:, step])
        before = run.cells[:, step - 1] if step else np.zeros_like(squashed)
        of_state = of_state + behind[:, step]
        of_cell = of_cell + of_state * leave * (1 - squashed**2)
        here = _split(driven[:, step])
        here[0][:] = of_cell * new * enter * (1 - enter)
        here[1][:] = of_cell * before * forget * (1 - forget)
        here[2][:] = of_cell * enter * (1 - new**2)
        here[3][:] = of_state * squashed * leave * (1 - leave)
        of_cell = of_cell * forget
        of_state = driven[:, step] @ recurrent
    return np.asarray(driven @ weights[f"input_{layer}"].T)


def _split(gates: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    units = gates.shape[1] // 4
    return [gates[:, k * units : (k + 1) * units] for k in range(4)]


@cache
def _weights() -> dict[str, NDArray[np.float32]]:
    """`input_*`, `recurrent_*` and `bias_*` of each layer, gates in the order i, f, g, o; `linear`, `linear_bias`."""
    with np.load(WEIGHTS, allow_pickle=False) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files}
