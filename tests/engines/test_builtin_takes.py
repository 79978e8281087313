"""Another take of a sentence by the built-in engine: it differs in what one hears, and is as good."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.engines.conftest import Speak
from tests.engines.test_builtin_speech import f0, rms
from voiceclone.audio.speaker_embedding import windows
from voiceclone.engines.base import LocalEngine, Waveform
from voiceclone.engines.builtin import variation
from voiceclone.engines.builtin.synthesis import OUTPUT_RATE

TEXT = "The yellow boat leaves the island early in the morning."
SEEDS = (1, 2, 3)


@pytest.fixture(scope="module")
def plain(speak: Speak) -> Waveform:
    return speak(TEXT)


@pytest.fixture(scope="module")
def takes(speak: Speak) -> list[Waveform]:
    return [speak(TEXT, seed=seed) for seed in SEEDS]


def course(waveform: Waveform) -> np.ndarray:
    """Loudness in steps of 20 ms, dB: what rhythm looks like."""
    size = OUTPUT_RATE // 50
    blocks = waveform[: len(waveform) // size * size].reshape(-1, size)
    return 20 * np.log10(np.sqrt((blocks**2).mean(1)) + 1e-4)


def test_rhythm_and_pitch_differ_and_stay_the_speakers(plain: Waveform, takes: list[Waveform]) -> None:
    assert len({len(take) for take in takes}) == len(takes)
    assert max(abs(f0(take) / f0(plain) - 1) for take in takes) > 0.01
    for take in takes:
        assert len(take) == pytest.approx(len(plain), rel=0.2)
        assert f0(take) == pytest.approx(f0(plain), rel=0.2)
        assert rms(take) == pytest.approx(rms(plain), rel=0.1)
        rows = min(len(course(take)), len(course(plain)))
        assert np.corrcoef(course(take)[:rows], course(plain)[:rows])[0, 1] < 0.95


def test_a_take_is_about_as_alike_and_as_clear(
    builtin: LocalEngine, sample: Path, plain: Waveform, takes: list[Waveform], tmp_path: Path
) -> None:
    recorded, rate = soundfile.read(sample)
    speaker = windows(recorded, rate, one_level=True).mean
    alike, clear = [], []
    for number, waveform in enumerate((plain, *takes)):
        alike.append(float(speaker @ windows(waveform, OUTPUT_RATE, one_level=True).mean))
        path = tmp_path / f"{number}.flac"
        soundfile.write(path, waveform, OUTPUT_RATE)
        clear.append(builtin.check_text(path, TEXT).agreement)
    assert max(alike[1:]) > alike[0] - 0.02
    assert min(alike[1:]) > alike[0] - 0.06
    assert np.mean(clear[1:]) > clear[0] - 0.15


def test_two_sentences_of_a_take_are_varied_each_in_its_own_way() -> None:
    frame = np.arange(1000)
    one, other = variation.of(7, "One sentence."), variation.of(7, "Another one.")
    assert (one.tempo, one.pitch_range) == (other.tempo, other.pitch_range)
    assert not np.array_equal(one.tastes(frame), other.tastes(frame))
    assert not variation.of(0, "One sentence.").tastes(frame).any()
