"""Learning a voice, and what is refused."""

from __future__ import annotations

import io
import threading
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyloudnorm
import pytest
import soundfile

from tests.engines.conftest import Speak
from voiceclone.audio.speaker_embedding import embed
from voiceclone.engines.base import Engine, EngineError, EnrolmentOptions, SampleRejected, SpeechSettings
from voiceclone.engines.builtin import enrolment
from voiceclone.engines.builtin.analysis import median_f0
from voiceclone.engines.builtin.demo import DEMO_TEXT, demo_sample
from voiceclone.engines.builtin.enrolment import phrases_of
from voiceclone.engines.builtin.profile import LOUDNESS, Profile
from voiceclone.engines.builtin.transcription import Word, plain_words

RATE = 24000
ANOTHER_TEXT = (
    "Modern cities depend upon enormous quantities of electricity, delivered through underground cables. "
    "Engineers regularly inspect those installations, replacing whatever equipment has become unreliable. "
    "Nevertheless, occasional failures are unavoidable, particularly during thunderstorms."
)


def write(path: Path, waveform: npt.ArrayLike) -> Path:
    soundfile.write(path, np.clip(waveform, -1, 1), RATE)
    return path


def test_a_voice_is_learnt_without_knowing_what_was_said(builtin: Engine, sample: Path) -> None:
    profile = Profile.load(builtin.enrol(sample, EnrolmentOptions()))
    assert len(profile.transcript.split()) > 30
    assert profile.sample_rate == RATE
    own = median_f0(demo_sample()[0].astype(np.float64), RATE)
    assert np.exp(profile.log_f0_mean) == pytest.approx(own, rel=0.05)


def test_the_right_transcript_is_used_and_a_wrong_one_is_not(builtin: Engine, sample: Path, voice: bytes) -> None:
    assert Profile.load(voice).transcript.split() == plain_words(DEMO_TEXT)
    wrong = Profile.load(builtin.enrol(sample, EnrolmentOptions(transcript=ANOTHER_TEXT)))
    assert "thunderstorms" not in wrong.transcript


def test_a_recording_may_begin_with_digital_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """What says who speaks is the beginning of a recording."""
    monkeypatch.setattr(enrolment, "_HEARD", 4)
    waveform, options = demo_sample()[0].astype(np.float64), EnrolmentOptions(transcript=DEMO_TEXT)
    late = np.concatenate([np.zeros(5 * RATE), waveform])
    _, person = enrolment.learn(late, RATE, options)
    assert person @ embed(waveform[: 4 * RATE], RATE) == pytest.approx(1, abs=0.01)


def test_speech_has_the_pitch_of_the_person(speak: Speak) -> None:
    said = median_f0(speak("The children wave from the yellow boat.").astype(np.float64), RATE)
    assert said == pytest.approx(median_f0(demo_sample()[0].astype(np.float64), RATE), rel=0.1)


@pytest.mark.parametrize(
    ("name", "waveform"),
    [
        ("silence", np.zeros(12 * RATE)),
        ("noise", 0.1 * np.random.RandomState(0).randn(5 * RATE)),
        ("tone", 0.3 * np.sin(2 * np.pi * 220 / RATE * np.arange(5 * RATE))),
        ("rumble", 0.001 * np.cumsum(np.random.RandomState(0).randn(5 * RATE))),
        ("one word", demo_sample()[0][: RATE // 2]),
        ("nothing", np.zeros(0)),
    ],
)
def test_what_is_no_speech_is_rejected_with_advice(
    builtin: Engine, tmp_path: Path, name: str, waveform: npt.NDArray[np.float64]
) -> None:
    with pytest.raises(SampleRejected, match=r"(silent|No voice|No speech|Only \d\.\d seconds|cannot be read).*\.$"):
        builtin.enrol(write(tmp_path / f"{name}.flac", waveform), EnrolmentOptions())


def test_too_little_speech_is_rejected_with_the_limit(builtin: Engine, tmp_path: Path) -> None:
    short = np.concatenate([demo_sample()[0][: int(1.6 * RATE)], np.zeros(10 * RATE)])
    with pytest.raises(SampleRejected, match=r"at least 2 seconds are needed\. Record somewhere quieter"):
        builtin.enrol(write(tmp_path / "short.flac", short), EnrolmentOptions())


def test_noise_reduction_makes_a_cleaner_voice(builtin: Engine, tmp_path: Path) -> None:
    noisy = demo_sample()[0] + 0.03 * np.random.RandomState(1).randn(len(demo_sample()[0]))
    path = write(tmp_path / "noisy.flac", noisy)

    def floor(reduced: bool) -> float:
        profile = Profile.load(builtin.enrol(path, EnrolmentOptions(noise_reduction=reduced, transcript=DEMO_TEXT)))
        blocks = profile.waveform[: len(profile.waveform) // 480 * 480].reshape(-1, 480)
        return float(np.percentile(10 * np.log10((blocks**2).mean(1) + 1e-12), 5))

    assert floor(True) < floor(False) - 6


def test_even_loudness_is_minus_16_lufs_whatever_the_emotion(builtin: Engine, voice: bytes) -> None:
    for emotion in ("sad", "angry", "neutral"):
        settings = SpeechSettings(emotion=emotion, even_loudness=True)
        (chunk,) = builtin.speak(voice, "The old man checks his nets.", settings)
        loudness = pyloudnorm.Meter(chunk.sample_rate).integrated_loudness(chunk.waveform.astype(np.float64))
        assert loudness == pytest.approx(-16, abs=1)
        assert np.abs(chunk.waveform).max() < 10 ** (-1 / 20)


def test_another_thread_gets_its_turn(builtin: Engine, tmp_path: Path) -> None:
    builtin.warm_up()
    sample = write(tmp_path / "sample.flac", demo_sample()[0][: 8 * RATE])
    beats, finished = [0], threading.Event()

    def heart() -> None:
        while not finished.wait(0.02):
            beats[0] += 1

    heartbeat = threading.Thread(target=heart)
    heartbeat.start()
    builtin.enrol(sample, EnrolmentOptions())
    finished.set()
    heartbeat.join()
    assert beats[0] > 20  # a decoder that kept the interpreter to itself would leave two or three


def test_a_profile_survives_being_kept(voice: bytes) -> None:
    profile = Profile.load(voice)
    again = Profile.load(profile.dump())
    assert np.array_equal(again.frame, profile.frame)
    assert np.array_equal(again.phones, profile.phones)
    assert np.allclose(again.waveform, profile.waveform, atol=1e-4)
    assert again.transcript == profile.transcript


@pytest.mark.parametrize(("gain", "expected"), [(0.5, 0.5), (1.0, 1.0), (0.03, None)])
def test_speech_is_as_loud_as_its_sample_but_never_lost(
    builtin: Engine, voice: bytes, tmp_path: Path, gain: float, expected: float | None
) -> None:
    waveform, rate, text = demo_sample()
    usual, limits = Profile.load(voice).loudness, LOUDNESS
    sample = tmp_path / "sample.wav"
    soundfile.write(sample, waveform * gain, rate, subtype="FLOAT")
    learnt = builtin.enrol(sample, EnrolmentOptions(transcript=text))
    aim = limits[0] if expected is None else np.clip(expected * usual, *limits)
    assert Profile.load(learnt).loudness == pytest.approx(aim, rel=0.1)
    [said] = [chunk.waveform for chunk in builtin.speak(learnt, "As loud as that.", SpeechSettings())]
    assert np.sqrt(np.mean(said[np.abs(said) > 1e-3] ** 2)) == pytest.approx(aim, rel=0.15)


def test_a_profile_that_does_not_say_how_loud_it_is_still_speaks(voice: bytes) -> None:
    with np.load(io.BytesIO(voice)) as archive:
        older = {name: archive[name] for name in archive.files if name != "loudness"}
    kept = io.BytesIO()
    np.savez(kept, **older)
    assert Profile.load(kept.getvalue()).loudness == 0.09


def test_a_profile_of_another_version_is_refused_in_words(voice: bytes) -> None:
    archive = dict(np.load(io.BytesIO(voice), allow_pickle=False))
    buffer = io.BytesIO()
    np.savez(buffer, **(archive | {"version": np.array(99)}))
    with pytest.raises(EngineError, match=r"another version.*99.*Clone it again"):
        Profile.load(buffer.getvalue())


@pytest.mark.parametrize("kept", [b"", b"junk", b"PK\x03\x04 and nothing else"])
def test_bytes_that_are_no_profile_are_refused_in_words(kept: bytes) -> None:
    with pytest.raises(EngineError, match="not a voice of the built-in engine"):
        Profile.load(kept)


def test_a_truncated_profile_is_refused_in_words(voice: bytes) -> None:
    with pytest.raises(EngineError, match="not a voice of the built-in engine"):
        Profile.load(voice[: len(voice) // 2])


def test_a_pickle_is_never_opened() -> None:
    buffer = io.BytesIO()
    np.savez(buffer, version=np.array([object()], dtype=object))
    with pytest.raises(EngineError, match="not a voice of the built-in engine"):
        Profile.load(buffer.getvalue())


def test_phrases_end_at_pauses_and_a_hum_is_no_word() -> None:
    words = [
        Word("one", 0.0, 0.4),
        Word("<sil>", 0.4, 0.45),
        Word("two", 0.45, 0.9),
        Word("<sil>", 0.9, 1.2),
        Word("three", 1.2, 1.6),
        Word("they", 1.6, 9.0),
    ]
    assert [[word.text for word in group] for group in phrases_of(words)] == [["one", "two"], ["three"]]
