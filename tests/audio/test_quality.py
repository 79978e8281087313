"""What the report card measures, on synthesised speech with made faults."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from benchmarks import report_card as faults
from voiceclone.audio import pauses
from voiceclone.audio.quality import activity, clearest, speakers
from voiceclone.audio.quality.grades import grades
from voiceclone.audio.quality.measuring import measure
from voiceclone.audio.quality.speakers import Speakers
from voiceclone.engines.builtin.demo import demo_sample

RATE = 24000


@lru_cache
def voice() -> np.ndarray:
    """13 s of synthesised speech at -23 dBFS."""
    waveform = demo_sample()[0][: 13 * RATE].astype(np.float64)
    return np.asarray(waveform * 10 ** (-23 / 20) / np.sqrt(np.mean(waveform**2)))


def found(sound: np.ndarray) -> dict[str, str]:
    return {check: str(grade) for check, grade in grades(measure(faults.kept(sound), RATE)).items()}


def made(make: faults.Fault) -> np.ndarray:
    return make(voice(), voice(), np.random.default_rng(1))


def test_clean_speech_has_no_row() -> None:
    assert found(voice()) == {}


@pytest.mark.parametrize(
    ("make", "rows"),
    [
        (faults.white(14), {"noise": "warn"}),
        (faults.pink(2), {"noise": "stop"}),
        (faults.music(10), {"noise": "warn"}),
        (faults.clipped(0.004), {"clipping": "warn"}),
        (faults.clipped_elsewhere(0.03), {"clipping": "stop"}),
        (faults.room(0.9, 0), {"echo": "warn"}),
        (faults.band(4000), {"bandwidth": "warn"}),
        (faults.quieter(15), {"level": "warn"}),
        (faults.quieter(32), {"level": "stop"}),
    ],
)
def test_a_made_fault_is_found(make: faults.Fault, rows: dict[str, str]) -> None:
    given = found(made(make))
    assert {check: given.get(check) for check in rows} == rows


@pytest.mark.parametrize("sound", [faults.only_music, lambda voice, *_: 0 * voice, lambda voice, *_: voice[:RATE]])
def test_what_is_hardly_speech_stops(sound: faults.Fault) -> None:
    assert "stop" in found(made(sound)).values()


@pytest.mark.parametrize("size", [0, 1, 500, 5000])
def test_the_shortest_sounds_do_not_fail(size: int) -> None:
    assert grades(measure(np.full(size, 0.1, np.float32), RATE))["speech"] == "stop"


def test_speech_is_counted_and_silence_is_not() -> None:
    silence = np.zeros(5 * RATE)
    spoken = activity.speech(faults.kept(np.concatenate([silence, voice()[: 4 * RATE], silence])), RATE)
    assert 3 < spoken.sum() * activity.BLOCK_SECONDS < 4.5


# --- who speaks, with voices as points on a sphere ---


def person(seed: int, pieces: int, spread: float = 0.03) -> np.ndarray:
    random = np.random.default_rng(seed)
    middle = np.zeros(256)
    middle[seed * 20 : seed * 20 + 60] = 1 / np.sqrt(60)
    points = np.abs(middle + random.normal(0, spread, (pieces, 256)))
    return np.asarray(points / np.linalg.norm(points, axis=1, keepdims=True), np.float32)


def test_one_person_is_one() -> None:
    assert speakers.compare(person(0, 12))[0] == Speakers.ONE


def test_two_people_are_two_and_the_second_is_named() -> None:
    count, others = speakers.compare(np.concatenate([person(0, 9), person(4, 5)]))
    assert count == Speakers.SEVERAL
    assert others.tolist() == [False] * 9 + [True] * 5


# --- the clearest part ---

BLOCKS = 31  # a second of them


def test_nothing_is_cut_where_all_of_it_is_clear() -> None:
    speech = np.ones(40 * BLOCKS, np.bool_)
    assert clearest.clearest(np.full(len(speech), 1e-2), speech, np.zeros(len(speech)), np.zeros((0, 2)), -20) is None


def test_the_part_without_clipping_and_without_another_voice_is_chosen() -> None:
    speech, clipped = np.ones(60 * BLOCKS, np.bool_), np.zeros(60 * BLOCKS)
    clipped[: 15 * BLOCKS] = 0.05
    part = clearest.clearest(np.full(len(speech), 1e-2), speech, clipped, np.array([[45.0, 60.0]]), -20)
    assert part is not None
    assert part == pytest.approx((15, 44.5), abs=1.2)


def test_of_a_long_recording_a_minute_is_chosen() -> None:
    speech = np.zeros(150 * BLOCKS, np.bool_)
    speech[50 * BLOCKS :] = True
    part = clearest.clearest(np.full(len(speech), 1e-2), speech, np.zeros(len(speech)), np.zeros((0, 2)), -20)
    assert part is not None
    assert part[0] > 45
    assert part[1] - part[0] == pytest.approx(60, abs=1)


def test_long_pauses_do_not_count_as_heard() -> None:
    tone, silence = np.full(4 * RATE, 0.1), np.zeros(10 * RATE)
    assert pauses.heard_until(np.concatenate([tone, silence, tone]), RATE, 6) == pytest.approx(15.4, abs=0.2)
    assert pauses.heard_until(tone, RATE, 60) == 4
