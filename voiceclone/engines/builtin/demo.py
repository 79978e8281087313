"""A sample voice of nobody: speech the project makes itself, so that a first try needs no recording.

espeak-ng reads a text; WORLD then shortens the vocal tract, moves and enlivens the pitch, and adds breath, so that the
voice is not the one every clone starts from.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pyworld
import soxr
from scipy.ndimage import gaussian_filter1d

from voiceclone.engines.base import Waveform
from voiceclone.engines.builtin.analysis import FRAME_PERIOD, FloatArray, fft_size
from voiceclone.engines.builtin.espeak import Espeak

SAMPLE_RATE = 24000  # Hz

DEMO_TEXT = (
    "Good morning, and thank you for listening. Nobody was recorded for this voice; it was made by a machine. "
    "Every day the small brown boat leaves the beach before six and goes out to the islands. "
    "The children wave, while the old man checks his nets and measures the wind. "
    "How much would you pay for fresh fish, good bread, and a cup of strong coffee? "
    "In the evening they all come home, share a joke, and watch the yellow lights."
)
_VOICE, _RATE = "en-us", 172  # words a minute
_TRACT = 0.9  # length of the vocal tract against espeak-ng's
_PITCH = 1.6  # factor: near 160 Hz
_LIVELINESS = 1.35  # factor on the range of log F0
_BREATH = 0.03  # share of the periodic part that becomes noise


@cache
def demo_sample() -> tuple[Waveform, int, str]:
    """About 24 seconds of speech, the same every time: the waveform (n,), its rate in Hz, and its text."""
    waveform = read_aloud(DEMO_TEXT)
    waveform.setflags(write=False)  # one copy for everybody
    return waveform, SAMPLE_RATE, DEMO_TEXT


def read_aloud(text: str) -> Waveform:
    """The same voice of nobody reads any English text: shape (n,), at SAMPLE_RATE."""
    espeak = Espeak()  # a fresh one: what it said before would change the sound a little
    utterance = espeak.speak(text, _VOICE, _RATE)
    espeak.close()
    source = np.ascontiguousarray(soxr.resample(utterance.waveform, utterance.sample_rate, SAMPLE_RATE))
    f0, times = pyworld.dio(source, SAMPLE_RATE, f0_floor=45.0, f0_ceil=400.0, frame_period=FRAME_PERIOD)
    f0 = pyworld.stonemask(source, f0, times, SAMPLE_RATE)
    size = fft_size(SAMPLE_RATE)
    envelope = pyworld.cheaptrick(source, f0, times, SAMPLE_RATE, fft_size=size)
    aperiodicity = pyworld.d4c(source, f0, times, SAMPLE_RATE, fft_size=size)
    speech = pyworld.synthesize(
        _another_pitch(f0),
        np.exp(_shorter_tract(np.log(envelope))),
        _breathier(_shorter_tract(aperiodicity)),
        SAMPLE_RATE,
        FRAME_PERIOD,
    )
    # A room is never quite silent, and a recogniser expects it not to be.
    speech = 0.1 * speech / np.sqrt(np.mean(speech**2)) + 2e-4 * np.random.RandomState(3).randn(len(speech))
    return np.asarray(np.clip(speech, -0.99, 0.99), np.float32)


def _another_pitch(f0: FloatArray) -> FloatArray:
    """Higher, livelier, and a little unsteady, as people are."""
    voiced = f0 > 0
    log_f0 = np.log(f0[voiced])
    unsteady = gaussian_filter1d(np.random.RandomState(5).randn(len(f0)), 8)[voiced] * 0.06
    moved = np.zeros_like(f0)
    moved[voiced] = np.exp(log_f0.mean() + (log_f0 - log_f0.mean()) * _LIVELINESS + unsteady) * _PITCH
    return moved


def _shorter_tract(spectra: FloatArray) -> FloatArray:
    """Formants moved up by the tract's shortening, (frames, bins): bin k takes what was at k * _TRACT."""
    wanted = np.arange(spectra.shape[1]) * _TRACT
    low = np.floor(wanted).astype(np.int64)
    share = wanted - low
    return np.ascontiguousarray((1 - share) * spectra[:, low] + share * spectra[:, low + 1])


def _breathier(aperiodicity: FloatArray) -> FloatArray:
    return np.ascontiguousarray(np.clip(aperiodicity + _BREATH * (1 - aperiodicity), 0.0, 1.0))
