"""Who speaks: the same numbers as the network's authors get, whatever the level and the rate."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from voiceclone.audio.speaker_embedding import WEIGHTS, embed, encode, slope, spectra, windows


def chant(pitch: float = 120.0, seconds: float = 3.0, rate: int = 16000) -> NDArray[np.float64]:
    """Harmonics of a wandering pitch, quiet but never silent: there is nothing to leave out or to turn down."""
    time = np.arange(int(seconds * rate)) / rate
    phase = 2 * np.pi * np.cumsum(pitch * (1 + 0.2 * np.sin(2 * np.pi * 0.7 * time))) / rate
    harmonics = np.sum([np.sin(k * phase) / k for k in range(1, 9)], axis=0)
    return np.asarray(0.02 * harmonics * (1 + 0.3 * np.sin(2 * np.pi * 2.3 * time)))


def test_the_numbers_are_those_of_the_original() -> None:
    """The largest of Resemblyzer 0.1.4's `embed_utterance` (torch 2.13) for this very sound."""
    original = {
        48: 0.2095,
        89: 0.151,
        122: 0.2151,
        127: 0.193,
        146: 0.1582,
        150: 0.1845,
        163: 0.1603,
        165: 0.1411,
        209: 0.1854,
        238: 0.1434,
        247: 0.1883,
        248: 0.1419,
    }
    found = embed(chant(), 16000)
    assert found.shape == (256,)
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-5)
    assert [found[i] for i in original] == pytest.approx(list(original.values()), abs=0.002)
    assert set(np.argsort(-found)[:8]) <= set(original)


def test_level_and_rate_do_not_matter() -> None:
    voice = embed(chant(), 16000)
    assert embed(0.01 * chant(), 16000) @ voice > 0.999
    loud = embed(5 * chant(), 16000, one_level=True)
    assert loud @ voice > 0.999
    assert loud @ embed(5 * chant(), 16000) < 0.99  # what it is for
    assert embed(chant(rate=24000), 24000) @ voice > 0.999
    assert embed(chant().astype(np.float32), 16000) @ voice > 0.9999


def test_another_pitch_is_less_alike() -> None:
    low = embed(chant(120), 16000)
    assert embed(chant(230), 16000) @ low < embed(chant(126), 16000) @ low - 0.1


def test_windows_tell_where_in_the_recording_they_are() -> None:
    pause = np.zeros(3 * 16000)
    found = windows(np.concatenate([chant(120), pause, chant(230)]), 16000)
    starts, ends = found.seconds.T
    assert len(found.embeddings) == len(starts) >= 5
    assert (np.diff(starts) > 0).all()
    assert starts[0] == 0
    assert 8 < ends[-1] <= 9
    low, high = embed(chant(120), 16000), embed(chant(230), 16000)
    for embedding, start, end in zip(found.embeddings, starts, ends, strict=True):
        if end < 3.5:
            assert embedding @ low > embedding @ high
        if start > 5.5:
            assert embedding @ high > embedding @ low


def test_short_sound_is_filled_up_and_silence_is_refused() -> None:
    assert np.isfinite(embed(chant(seconds=0.02), 16000)).all()
    with pytest.raises(ValueError, match="no sound"):
        embed(np.zeros(16000), 16000)
    with pytest.raises(ValueError, match="no sound"):
        embed(np.zeros(0), 16000)


def test_the_weights_are_small_enough_to_come_with_the_project() -> None:
    assert WEIGHTS.stat().st_size < 3_000_000


def test_the_slope_leads_to_the_person() -> None:
    """Against the difference that a small change makes, in every layer's reach: early and late frames, low and high."""
    mels, person = spectra(chant(120), 16000), embed(chant(230), 16000)
    likeness, gradient = slope(mels, person)
    assert likeness == pytest.approx(float(embed(chant(120), 16000) @ person), abs=1e-5)
    assert gradient.shape == mels.shape

    def at(factor: NDArray[np.float64]) -> float:
        mean = encode((mels * factor).astype(np.float32)).mean(0, dtype=np.float64)
        return float(mean @ person / np.linalg.norm(mean))

    for frames, bands in (
        (slice(0, 80), slice(0, 20)),
        (slice(80, 160), slice(0, 20)),
        (slice(80, 160), slice(20, 40)),
    ):
        part = np.zeros(mels.shape)
        part[:, frames, bands] = 0.05
        risen = at(1 + part) - at(1 - part)
        assert 2 * (gradient * mels * part).sum() == pytest.approx(risen, rel=0.05, abs=2e-5)
