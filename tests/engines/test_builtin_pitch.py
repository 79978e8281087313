"""F0 of voices that are hard to follow: no fundamental, silence, noise."""

from __future__ import annotations

import numpy as np
import pytest

from voiceclone.engines.builtin import pitch

RATE = 16000


def harmonics(f0: float, first: int, seconds: float = 1.0) -> np.ndarray:
    """A buzz of the harmonics `first`…12 of a pitch, in faint noise."""
    time = np.arange(int(seconds * RATE)) / RATE
    buzz = sum(np.cos(2 * np.pi * f0 * k * time + k * k) / k for k in range(first, 13))
    return np.asarray(0.1 * buzz + 1e-4 * np.random.RandomState(0).randn(len(time)))


@pytest.mark.parametrize("first", [1, 2, 3])
@pytest.mark.parametrize("f0", [85.0, 120.0, 210.0, 260.0])
def test_it_follows_a_voice_whose_fundamental_a_filter_took(f0: float, first: int) -> None:
    found = pitch.track(harmonics(f0, first), RATE, 60.0, 450.0, 5.0)[10:-10]
    assert np.abs(np.log2(found / f0)).max() < 0.01


def test_it_hears_no_voice_in_noise_or_silence() -> None:
    noise = 0.1 * np.random.RandomState(0).randn(RATE)
    assert (pitch.track(noise, RATE, 60.0, 450.0, 5.0) > 0).mean() < 0.1
    assert not pitch.track(np.zeros(RATE), RATE, 60.0, 450.0, 5.0).any()


@pytest.mark.parametrize("samples", [800, 1234, 16000])
@pytest.mark.parametrize("rate", [16000, 24000])
def test_it_has_as_many_frames_as_the_rest_of_the_analysis(samples: int, rate: int) -> None:
    from voiceclone.engines.builtin.analysis import analyse

    frames = analyse(np.random.RandomState(0).randn(samples), rate)
    assert len(frames.f0) == len(frames.mel_cepstra)
    assert len(frames.f0) == int(1000 * samples / rate / 5) + 1


def test_silence_between_voices_stays_unvoiced() -> None:
    speech = np.concatenate([harmonics(120, 1), 1e-4 * np.random.RandomState(1).randn(RATE), harmonics(180, 2)])
    found = pitch.track(speech, RATE, 60.0, 450.0, 5.0)
    assert np.median(found[20:180]) == pytest.approx(120, rel=0.01)
    assert not found[220:380].any()
    assert np.median(found[420:580]) == pytest.approx(180, rel=0.01)
