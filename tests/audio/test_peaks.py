"""The bars that draw a waveform."""

from __future__ import annotations

import numpy as np
import pytest

from tests.audio.conftest import speechlike
from voiceclone.audio.peaks import peaks


def test_the_loudest_bar_is_100_whatever_the_scale():
    for waveform in (speechlike(4.0), speechlike(4.0) * 1e-3, (speechlike(4.0) * 32767).astype(np.int16)):
        bars = peaks(waveform)
        assert len(bars) == 160
        assert max(bars) == 100
        assert min(bars) >= 0
        assert all(type(bar) is int for bar in bars)


def test_loud_and_quiet_halves_are_told_apart():
    bars = peaks(np.concatenate([np.full(8000, 0.5), np.full(8000, -0.1)]).astype(np.float32), count=10)
    assert bars == [100] * 5 + [20] * 5


def test_one_click_does_not_flatten_the_rest():
    waveform = np.full(24000, 0.1, np.float32)
    waveform[12000] = 1.0
    assert min(peaks(waveform)) == 100


def test_a_single_sound_in_silence_is_seen():
    waveform = np.zeros(24000, np.float32)
    waveform[12000] = 0.5
    bars = peaks(waveform)
    assert bars.count(100) == 1
    assert sum(bars) == 100


def test_the_lowest_number_of_16_bits_does_not_overflow():
    assert peaks(np.full(1000, -32768, np.int16), count=4) == [100] * 4


@pytest.mark.parametrize("size", [1, 2, 3, 159, 160, 161])
def test_short_sound_still_fills_every_bar(size):
    bars = peaks(np.full(size, 0.3, np.float32))
    assert bars == [100] * 160


@pytest.mark.parametrize("size", [0, 1, 24000])
def test_silence_is_flat(size):
    assert peaks(np.zeros(size, np.float32), count=8) == [0] * 8
