"""The postfilter: what a sentence gets in each band of frequency, every 10 ms, to sound more like its speaker.

Clones differ from their speakers in much the same way: they are duller where they are loud, too lively in low bands
and too even in high ones. A small network hears what was said in mel bands, and says by how many decibels ten bands go
up or down. It was learnt from readers by `python -m benchmarks.learn_postfilter` (CC BY 4.0, see NOTICE), through the
likeness that people are shown. To that each voice adds a tone of its own (`calibration.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soxr
from scipy.signal import ShortTimeFFT
from scipy.special import expit

from voiceclone.audio import speaker_embedding
from voiceclone.audio.speaker_embedding import MELS
from voiceclone.engines.builtin.analysis import FloatArray
from voiceclone.engines.builtin.network import Float32Array, Network

if TYPE_CHECKING:
    from voiceclone.engines.builtin.profile import Profile

NUMBERS = Path(__file__).with_suffix(".npz")
BANDS = 10
"""Triangles of equal width on the mel scale, the first around 0.1 kHz, the last from 7 kHz up."""
AROUND = 2  # frames of 10 ms before and after one that the network hears with it
_LOUD = 60.0  # percent of frames are softer than what is half loud and half soft
_GRADUAL = 3.0  # dB around the middle
_ROOM = 22.0  # dB below the middle: what is softer is a pause, and its noise is not to be raised
_FARTHEST, _SCALE, _SCALE_OF_LEVEL = 30.0, 12.0, 10.0  # dB
_FRAMES = 100  # a second
_OVERLAP = 4
_FAINT, _FAINTEST = 1e-9, 1e-12  # power


@dataclass(frozen=True, slots=True)
class Heard:
    """What the postfilter goes by; arrays are (…, frames, a number)."""

    inputs: Float32Array  # for the network
    loud: FloatArray  # how far a frame counts as loud, 0…1
    speech: FloatArray  # how far it counts as speech, 0…1

    def gains(self, network: Network, tone: FloatArray) -> FloatArray:
        """Decibels in each band, (…, frames, BANDS)."""
        return np.asarray(self.speech * (network(self.inputs) + self.loud * tone[0] + (1 - self.loud) * tone[1]))


@cache
def network() -> Network:
    return Network.load(NUMBERS)


def apply(waveform: FloatArray, profile: Profile) -> FloatArray:
    """A sentence, shape (n,), at the profile's rate and as loud as its recording, filtered."""
    rate, sound = profile.sample_rate, waveform
    if rate != speaker_embedding.RATE:
        sound = soxr.resample(waveform, rate, speaker_embedding.RATE)
    gains = hear(speaker_embedding.mel_spectrogram(sound), profile).gains(network(), profile.tone)
    width = _OVERLAP * (rate // _FRAMES)
    transform = ShortTimeFFT.from_window("hann", rate, width, width - width // _OVERLAP)
    spectrum = transform.stft(np.pad(waveform, (0, width)))  # it takes nothing that is shorter
    when = np.clip(np.arange(spectrum.shape[1]) + transform.p_min, 0, len(gains) - 1)
    spectrum *= (10 ** (gains[when] @ _shapes(rate, transform.mfft) / 20)).T
    return np.asarray(transform.istft(spectrum, k1=len(waveform)))


def measure(waveform: FloatArray, sample_rate: int) -> tuple[FloatArray, float]:
    """A recording's mean in mel bands, dB, shape (MELS,), and the level in dB between its loud and its soft frames."""
    bands = speaker_embedding.spectra(waveform, sample_rate)
    return _decibels(bands).mean((0, 1)), float(np.percentile(_levels(bands), _LOUD))


def hear(bands: Float32Array, profile: Profile) -> Heard:
    """Listen to power in mel bands, (…, frames, MELS)."""
    against = np.clip(_decibels(bands) - profile.mel_mean, -_FARTHEST, _FARTHEST) / _SCALE
    level = (_levels(bands) - profile.mel_middle)[..., None]
    rows = np.concatenate([against, level / _SCALE_OF_LEVEL], -1)
    beside = [(0, 0)] * rows.ndim
    beside[-2] = (AROUND, AROUND)
    padded, count = np.pad(rows, beside, mode="edge"), rows.shape[-2]
    inputs = np.concatenate([padded[..., k : k + count, :] for k in range(2 * AROUND + 1)], -1)
    return Heard(inputs.astype(np.float32), _over(level), _over(level + _ROOM))


def _over(level: FloatArray) -> FloatArray:
    """How far something is over 0 dB, 0…1."""
    return np.asarray(expit(level / _GRADUAL))


def _decibels(bands: Float32Array) -> FloatArray:
    return np.asarray(10 * np.log10(bands.astype(np.float64) + _FAINTEST))


def _levels(bands: Float32Array) -> FloatArray:
    """How loud frames are, dB, of their mel bands, (…, MELS)."""
    return np.asarray(10 * np.log10(bands.sum(-1, dtype=np.float64) + _FAINT))


@cache
def _shapes(sample_rate: int, size: int) -> FloatArray:
    """How much each band has of a frequency, shape (BANDS, size / 2 + 1)."""
    frequency = np.asarray(np.fft.rfftfreq(size, 1 / sample_rate), np.float64)
    mel = speaker_embedding.mel
    return _on_bands(mel(frequency) / mel(np.array(speaker_embedding.RATE / 2)) * (MELS + 1) - 1)


@cache
def mel_shapes() -> FloatArray:
    """The same for the embedding's mel bands: (BANDS, MELS)."""
    return _on_bands(np.arange(MELS, dtype=np.float64))


def _on_bands(place: FloatArray) -> FloatArray:
    at = np.clip(place, 0, MELS - 1) / (MELS - 1) * (BANDS - 1)
    return np.asarray(np.maximum(0, 1 - np.abs(at - np.arange(BANDS)[:, None])))
