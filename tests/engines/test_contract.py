"""What every engine promises. To add an engine: register it, and this test tells the rest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from voiceclone.engines import registry
from voiceclone.engines.base import EngineError, EnrolmentOptions, LocalEngine, SampleRejected, SpeechSettings
from voiceclone.engines.builtin.demo import demo_sample

TEXT = "The boat leaves in the morning. Will you come along?"


@pytest.fixture(scope="module", params=[name for name in registry.available() if not registry.is_hosted(name)])
def engine(request: pytest.FixtureRequest) -> LocalEngine:
    return registry.local(request.param)


@pytest.fixture(scope="module")
def profile(engine: LocalEngine, sample: Path) -> bytes:
    return engine.enrol(sample, EnrolmentOptions(transcript=demo_sample()[2]))


def test_it_says_what_it_can_do(engine: LocalEngine) -> None:
    assert engine.name in registry.available()
    assert registry.capabilities(engine.name) is engine.capabilities
    assert engine.capabilities.title
    assert engine.capabilities.quality
    assert "auto" in engine.capabilities.languages
    assert "neutral" in engine.capabilities.emotions
    assert all(note.endswith(".") for note in engine.capabilities.notes)


def test_it_is_one_instance_a_process(engine: LocalEngine) -> None:
    assert registry.get(engine.name) is engine


def test_an_unknown_name_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="no engine named 'nonesuch'"):
        registry.get("nonesuch")


def test_it_speaks_every_sentence_in_order(engine: LocalEngine, profile: bytes) -> None:
    chunks = list(engine.speak(profile, TEXT, SpeechSettings()))
    assert " ".join(chunk.text for chunk in chunks) == TEXT
    assert engine.sentences(TEXT) in ([chunk.text for chunk in chunks], [])
    for chunk in chunks:
        assert chunk.sample_rate >= 16000
        assert chunk.waveform.dtype == np.float32
        assert chunk.waveform.ndim == 1
        assert np.isfinite(chunk.waveform).all()
        assert 0.05 < np.abs(chunk.waveform).max() < 10 ** (-1 / 20)
        assert 0.5 < len(chunk.waveform) / chunk.sample_rate < 6


@pytest.mark.parametrize("emotion", ["happy", "sad", "angry", "fearful", "disgusted", "surprised", "neutral"])
def test_every_emotion_it_names_can_be_spoken(engine: LocalEngine, profile: bytes, emotion: str) -> None:
    if emotion not in engine.capabilities.emotions:
        with pytest.raises(EngineError):
            list(engine.speak(profile, "Hello there.", SpeechSettings(emotion=emotion)))
    else:
        assert list(engine.speak(profile, "Hello there.", SpeechSettings(emotion=emotion)))


def test_its_work_is_reported_and_never_runs_backwards(engine: LocalEngine, sample: Path, profile: bytes) -> None:
    reports: list[tuple[str, int, int]] = []

    def progress(stage: str, done: int, total: int) -> None:
        reports.append((stage, done, total))

    engine.enrol(sample, EnrolmentOptions(), progress)
    list(engine.speak(profile, TEXT, SpeechSettings(), progress))
    assert reports[-1][0] == "speaking"
    for stage in {stage for stage, _, _ in reports}:
        steps = [done for name, done, _ in reports if name == stage]
        assert steps == sorted(steps)
        assert all(done <= total for name, done, total in reports if name == stage)


class NobodyWantsIt(Exception):
    """What a progress report raises when the person has cancelled."""


def test_enrolment_stops_when_nobody_wants_the_voice(engine: LocalEngine, sample: Path) -> None:
    def progress(stage: str, done: int, total: int) -> None:
        raise NobodyWantsIt

    with pytest.raises(NobodyWantsIt):
        engine.enrol(sample, EnrolmentOptions(), progress)


def test_speaking_stops_when_nobody_wants_the_speech(engine: LocalEngine, profile: bytes) -> None:
    def progress(stage: str, done: int, total: int) -> None:
        if done == 1:
            raise NobodyWantsIt

    speech = engine.speak(profile, TEXT, SpeechSettings(), progress)
    assert next(speech).text == "The boat leaves in the morning."
    with pytest.raises(NobodyWantsIt):
        next(speech)


def test_a_seed_is_a_take_the_same_each_time_and_unlike_any_other(engine: LocalEngine, profile: bytes) -> None:
    if not engine.capabilities.takes:
        pytest.skip(f"{engine.name} says a text in one way")
    sounds = []
    for seed in (0, 0, 1, 1, 2, 2**31 - 1):
        chunks = list(engine.speak(profile, TEXT, SpeechSettings(seed=seed)))
        assert " ".join(chunk.text for chunk in chunks) == TEXT
        sounds.append(b"".join(chunk.waveform.tobytes() for chunk in chunks))
    assert sounds[0] == sounds[1]
    assert sounds[2] == sounds[3]
    assert len({*sounds}) == 4


def test_silence_is_rejected_in_words(engine: LocalEngine, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "silence.flac", np.zeros(24000 * 12), 24000)
    with pytest.raises(SampleRejected, match=r"\.$"):
        engine.enrol(tmp_path / "silence.flac", EnrolmentOptions())


def test_bytes_that_are_no_voice_are_refused_in_words(engine: LocalEngine) -> None:
    with pytest.raises(EngineError, match=r"\.$"):
        list(engine.speak(b"nothing of the kind", TEXT, SpeechSettings()))


def test_a_clone_is_a_voice_and_its_first_words(engine: LocalEngine, sample: Path, profile: bytes) -> None:
    clone = engine.clone(sample, EnrolmentOptions(), "Good morning.", SpeechSettings(), prepared=profile)
    assert clone.profile == profile
    assert [chunk.text for chunk in clone.preview] == ["Good morning."]
