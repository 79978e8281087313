"""Steady noise is measured, and taken out without the speech."""

from __future__ import annotations

import numpy as np
import pytest

from tests.audio.conftest import speechlike
from voiceclone.audio.noise import noise_floor_spread_db, reduce_noise
from voiceclone.engines.builtin.demo import demo_sample


def noisy(level: float) -> np.ndarray:
    noise = np.random.default_rng(3).normal(0, level, 24000 * 4)
    return (speechlike(4.0) + noise).astype(np.float32)


def test_the_spread_tells_a_noisy_recording_from_a_clean_one():
    assert noise_floor_spread_db(noisy(0.03), 24000) < 27
    assert noise_floor_spread_db(noisy(0.0003), 24000) > 35


def test_noise_in_the_pauses_goes_down_and_speech_stays():
    before = noisy(0.02)
    after = reduce_noise(before, 24000)
    assert after.shape == before.shape
    assert after.dtype == np.float32
    assert noise_floor_spread_db(after, 24000) > noise_floor_spread_db(before, 24000) + 6
    assert np.corrcoef(after, speechlike(4.0))[0, 1] > 0.9


def test_speech_keeps_its_level():
    waveform, rate, _ = demo_sample()
    speech = waveform[: 6 * rate].astype(np.float32)
    before = speech + np.random.default_rng(3).normal(0, 0.2 * speech.std(), speech.size).astype(np.float32)
    loud = np.abs(speech) > 2 * speech.std()
    after = reduce_noise(before, rate)
    assert abs(20 * np.log10(after[loud].std() / before[loud].std())) < 1.5


@pytest.mark.parametrize("size", [0, 1, 100, 3000])
def test_very_short_and_silent_recordings_do_not_fail(size):
    silence, sound = np.zeros(size, np.float32), np.full(size, 0.1, np.float32)
    assert not reduce_noise(silence, 24000).any()
    assert reduce_noise(sound, 24000).shape == (size,)
    assert noise_floor_spread_db(silence, 24000) == 0.0
