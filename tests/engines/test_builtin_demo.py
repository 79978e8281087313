"""The sample voice that the project makes itself."""

from __future__ import annotations

import numpy as np

from voiceclone.engines.builtin.analysis import median_f0
from voiceclone.engines.builtin.demo import DEMO_TEXT, demo_sample, read_aloud
from voiceclone.engines.builtin.espeak import espeak


def test_it_is_long_enough_for_every_engine_and_not_clipped() -> None:
    waveform, sample_rate, text = demo_sample()
    assert text == DEMO_TEXT
    assert 18 < len(waveform) / sample_rate < 25
    assert waveform.dtype == np.float32
    assert 0.3 < np.abs(waveform).max() < 1


def test_it_is_the_same_every_time() -> None:
    assert np.array_equal(demo_sample()[0], read_aloud.__wrapped__(DEMO_TEXT))  # type: ignore[attr-defined]


def test_it_is_not_the_base_voice() -> None:
    waveform, sample_rate, text = demo_sample()
    base = espeak.speak(text)
    own, theirs = median_f0(waveform.astype(np.float64), sample_rate), median_f0(base.waveform, base.sample_rate)
    assert own is not None
    assert theirs is not None
    assert own > 1.3 * theirs
