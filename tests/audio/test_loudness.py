"""Every voice comes out equally loud, and none distorts."""

from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest

from tests.audio.conftest import speechlike
from voiceclone.audio.loudness import normalize_loudness

CEILING = 10 ** (-1 / 20)


def lufs(waveform: np.ndarray, rate: int = 24000) -> float:
    return pyloudnorm.Meter(rate).integrated_loudness(waveform.astype(np.float64))


@pytest.mark.parametrize("gain", [0.1, 0.3, 1.0, 2.5])
def test_quiet_and_loud_speech_come_out_alike(gain):
    result = normalize_loudness(speechlike(4.0) * np.float32(gain), 24000)
    assert lufs(result) == pytest.approx(-16.0, abs=0.5)
    assert np.abs(result).max() <= CEILING + 1e-6
    assert result.dtype == np.float32
    assert result.shape == (96000,)


def test_another_target_can_be_asked_for():
    assert lufs(normalize_loudness(speechlike(4.0), 24000, target_lufs=-23.0)) == pytest.approx(-23.0, abs=0.2)


def test_sharp_peaks_stay_under_the_ceiling_and_cost_little_loudness():
    waveform = speechlike(4.0) * np.float32(0.1)
    waveform[::6000] = 0.9
    result = normalize_loudness(waveform, 24000)
    assert np.abs(result).max() <= CEILING + 1e-6
    assert lufs(result) > lufs(waveform)


def test_a_word_shorter_than_a_measuring_block_is_brought_up_too():
    word = speechlike(0.2) * np.float32(0.05)
    result = normalize_loudness(word, 24000)
    assert result.shape == word.shape
    assert 3 < np.abs(result).max() / np.abs(word).max() < 32


@pytest.mark.parametrize("size", [0, 1, 100, 24000])
def test_silence_stays_silence(size):
    result = normalize_loudness(np.zeros(size, np.float32), 24000)
    assert result.shape == (size,)
    assert not result.any()


def test_a_whisper_of_hiss_is_not_blown_up():
    hiss = np.random.default_rng(1).normal(0, 1e-5, 48000).astype(np.float32)
    assert np.abs(normalize_loudness(hiss, 24000)).max() <= np.abs(hiss).max() * 32


@pytest.mark.parametrize("size", [1, 2, 50])
def test_a_few_samples_do_not_fail(size):
    result = normalize_loudness(np.full(size, 0.5, np.float32), 24000)
    assert np.isfinite(result).all()
    assert np.abs(result).max() <= CEILING + 1e-6
