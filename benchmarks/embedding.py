"""A speaker embedding to score likeness with: GE2E's network in numpy, with the weights of the Resemblyzer package.

L. Wan, Q. Wang, A. Papir, I. L. Moreno, "Generalized end-to-end loss for speaker verification", ICASSP 2018; weights by
Resemble AI, Apache-2.0. They come in the package's wheel, whose code (which needs torch) is not run:

    pip install --no-deps Resemblyzer==0.1.4 webrtcvad-wheels
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation
from scipy.special import expit

RATE = 16000  # Hz
_INSTALL = "pip install --no-deps Resemblyzer==0.1.4 webrtcvad-wheels"
_WINDOW, _HOP, _MELS = 400, 160, 40
_FRAMES, _STEP = 160, 77  # of a partial utterance, and between two
_LAYERS = 3

Embedding = NDArray[np.float32]


def embed(waveform: NDArray[Any]) -> Embedding:
    """The embedding of 16 kHz speech, shape (256,), of length one; as Resemblyzer's `embed_utterance` makes it."""
    waveform = _without_silence(_loud_enough(np.asarray(waveform, np.float64)))
    count = -(-(len(waveform) + 1) // _HOP)
    starts = list(range(0, max(1, count - _FRAMES + _STEP + 1), _STEP))
    if len(starts) > 1 and len(waveform) / _HOP - starts[-1] < 0.75 * _FRAMES:
        starts.pop()
    mel = _mel_spectrogram(np.pad(waveform, (0, max(0, (starts[-1] + _FRAMES) * _HOP - len(waveform)))))
    mean = _encode(np.stack([mel[start : start + _FRAMES] for start in starts])).mean(0)
    return np.asarray(mean / np.linalg.norm(mean), np.float32)


def _loud_enough(waveform: NDArray[np.float64]) -> NDArray[np.float64]:
    rms = np.sqrt(np.mean(waveform**2))
    return waveform * max(1.0, 10 ** (-30 / 20) / max(rms, 1e-9))


def _without_silence(waveform: NDArray[np.float64]) -> NDArray[np.float64]:
    """What a voice activity detector takes for speech, with up to 0.2 s around it."""
    import webrtcvad

    size = RATE * 30 // 1000
    waveform = waveform[: len(waveform) // size * size]
    pcm = np.round(np.clip(waveform, -1, 1) * 32767).astype(np.int16)
    detector = webrtcvad.Vad(3)
    flags = [detector.is_speech(pcm[i : i + size].tobytes(), RATE) for i in range(0, len(pcm), size)]
    padded = np.concatenate([np.zeros(3), flags, np.zeros(4)])
    smooth = np.round(np.convolve(padded, np.ones(8) / 8, "valid")).astype(bool)
    kept = waveform[np.repeat(binary_dilation(smooth, np.ones(7)), size)]
    return kept if len(kept) else waveform


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
    for layer in range(_LAYERS):
        bias = weights[f"lstm.bias_ih_l{layer}"] + weights[f"lstm.bias_hh_l{layer}"]
        driven = rows @ weights[f"lstm.weight_ih_l{layer}"].T + bias
        recurrent = weights[f"lstm.weight_hh_l{layer}"].T
        state = cell = np.zeros((len(rows), recurrent.shape[0]), np.float32)
        out = np.empty((*rows.shape[:2], recurrent.shape[0]), np.float32)
        for step in range(rows.shape[1]):
            enter, forget, new, leave = np.split(driven[:, step] + state @ recurrent, 4, axis=1)
            cell = expit(forget) * cell + expit(enter) * np.tanh(new)
            state = out[:, step] = expit(leave) * np.tanh(cell)
        rows = out
    raw = np.maximum(0, rows[:, -1] @ weights["linear.weight"].T + weights["linear.bias"])
    return np.asarray(raw / np.linalg.norm(raw, axis=1, keepdims=True))


def _view(storage: NDArray[np.float32], offset: int, size: tuple[int, ...], *_: Any) -> NDArray[np.float32]:
    return storage[offset : offset + int(np.prod(size))].reshape(size)


class _Tensors(pickle.Unpickler):
    """Reads the tensors of a torch file and builds nothing else that it may name."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self.storages: dict[str, NDArray[np.float32]] = {}

    def persistent_load(self, pid: Any) -> NDArray[np.float32]:
        _, _, key, _, size, *_ = pid
        return self.storages.setdefault(key, np.zeros(size, np.float32))

    def find_class(self, module: str, name: str) -> Any:
        if name == "_rebuild_tensor_v2":
            return _view
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        return type(name, (), {})


@cache
def _weights() -> dict[str, NDArray[np.float32]]:
    package = find_spec("resemblyzer")
    if package is None or package.origin is None or find_spec("webrtcvad") is None:
        raise SystemExit(f"Scoring likeness needs two packages that speaking does not: {_INSTALL}")
    with Path(package.origin).with_name("pretrained.pt").open("rb") as file:
        for _ in range(3):  # a magic number, the format's version, the machine's word sizes
            _Tensors(file).load()
        tensors = _Tensors(file)
        state = tensors.load()["model_state"]
        for key in _Tensors(file).load():
            count = int.from_bytes(file.read(8), "little")
            tensors.storages[key][:] = np.frombuffer(file.read(4 * count), "<f4")
    return dict(state)
