"""The likeness score: from sound that was made, kept beside the sample, gone with it, and never a made-up number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.audio.test_speaker_embedding import chant
from voiceclone.accounts.models import User
from voiceclone.audio.encode import encode
from voiceclone.samples.intake import take_in_bytes
from voiceclone.samples.models import Sample
from voiceclone.voices import likeness

pytestmark = pytest.mark.django_db
RATE = 24000


def sung(pitch: float, seconds: float = 4.0) -> NDArray[np.float32]:
    return chant(pitch, seconds, RATE).astype(np.float32)


@pytest.fixture
def low(alice: User) -> Sample:
    return take_in_bytes(alice, encode(sung(120, 6.0), RATE, format="wav"), "low.wav", Sample.Source.UPLOAD)


def beside(sample: Sample) -> Path:
    return Path(sample.file.path).with_name("voice.npy")


def test_the_same_voice_scores_higher_than_another(low: Sample) -> None:
    same, other = likeness.score(low, sung(122), RATE), likeness.score(low, 3 * sung(230), RATE)
    assert same is not None
    assert other is not None
    assert 0 <= other < same - 0.1 < 1


def test_loudness_does_not_matter(low: Sample) -> None:
    assert likeness.score(low, 5 * sung(120), RATE) == pytest.approx(likeness.score(low, sung(120), RATE), abs=0.005)


def test_the_sample_is_listened_to_once_and_what_was_heard_goes_with_it(low: Sample) -> None:
    likeness.prepare(low)
    first = beside(low).stat().st_mtime_ns
    assert likeness.score(low, sung(120), RATE) is not None
    assert beside(low).stat().st_mtime_ns == first
    low.erase()
    assert not beside(low).exists()


def test_what_is_deleted_meanwhile_leaves_nothing(low: Sample) -> None:
    Sample.objects.filter(pk=low.pk).delete()
    likeness.prepare(low)
    assert not beside(low).exists()


@pytest.mark.parametrize("sound", [sung(120, 1.0), np.zeros(4 * RATE, np.float32), np.zeros(0, np.float32)])
def test_too_little_speech_has_no_score(low: Sample, sound: NDArray[np.float32]) -> None:
    assert likeness.score(low, sound, RATE) is None


def test_a_sample_with_little_speech_has_no_score(alice: User) -> None:
    wav = encode(np.pad(sung(120, 1.0), (0, 3 * RATE)), RATE, format="wav")
    short = take_in_bytes(alice, wav, "s.wav", Sample.Source.UPLOAD)
    assert likeness.score(short, sung(120), RATE) is None
    assert likeness.score(short, sung(120), RATE) is None


def test_a_sample_whose_sound_is_gone_has_no_score_and_stops_nothing(low: Sample) -> None:
    Path(low.file.path).unlink()
    assert likeness.score(low, sung(120), RATE) is None


@pytest.mark.parametrize(
    ("score", "said"),
    [(0.9, "as close to your sample as"), (0.78, "not as close as the same person"), (0.6, "hardly closer")],
)
def test_a_page_says_it_in_words_with_its_scale(score: float, said: str) -> None:
    found = likeness.describe(score)
    assert said in found.words
    assert f"{score:.2f}" in found.words
    for edge in (*likeness.SAME, *likeness.OTHER):
        assert f"{edge:.2f}" in found.scale
    assert found.at == round(100 * score)
