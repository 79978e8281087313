"""The noise of the recording's room under the speech."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import butter, sosfilt

from voiceclone.engines.base import Engine, SpeechSettings, Waveform
from voiceclone.engines.builtin.profile import Profile
from voiceclone.engines.builtin.room import LOUDEST, Room
from voiceclone.engines.builtin.synthesis import OUTPUT_RATE

SECONDS = 4


def noisy(voice: bytes, level: float, above: float) -> Profile:
    """A voice whose recording has steady noise: its level against the speech, and the Hz above which it lies."""
    profile = Profile.load(voice)
    hiss = np.random.RandomState(1).randn(len(profile.waveform))
    hiss = sosfilt(butter(6, above, "highpass", fs=profile.sample_rate, output="sos"), hiss)
    hiss *= level * np.sqrt(np.mean(profile.waveform**2)) / np.sqrt(np.mean(hiss**2))
    return replace(profile, waveform=profile.waveform + hiss)


def room(profile: Profile, volume: float = 1.0) -> Waveform:
    return Room(profile, OUTPUT_RATE).under(np.zeros(SECONDS * OUTPUT_RATE, np.float32), volume)


def rms(waveform: Waveform) -> float:
    return float(np.sqrt(np.mean(waveform.astype(np.float64) ** 2)))


@pytest.mark.parametrize("level", [0.004, 0.008])
def test_it_is_as_loud_as_beside_the_speech(voice: bytes, level: float) -> None:
    plain = Profile.load(voice)
    expected = np.hypot(level * plain.loudness, rms(room(plain)))
    assert rms(room(noisy(voice, level, 1000))) == pytest.approx(expected, rel=0.25)


def test_it_is_never_louder_than_one_may_publish(voice: bytes) -> None:
    assert rms(room(noisy(voice, 0.2, 1000))) == pytest.approx(LOUDEST, rel=0.05)
    assert rms(room(noisy(voice, 0.2, 1000), volume=10)) == pytest.approx(LOUDEST, rel=0.05)
    assert rms(room(noisy(voice, 0.2, 1000), volume=0.1)) == pytest.approx(LOUDEST / 10, rel=0.05)


def test_it_has_the_recordings_colour(voice: bytes) -> None:
    def share_above(hertz: float, waveform: Waveform) -> float:
        power = np.abs(np.fft.rfft(waveform)) ** 2
        return float(power[round(hertz * SECONDS) :].sum() / power.sum())

    assert share_above(3500, room(noisy(voice, 0.01, 4000))) > 0.95
    assert share_above(3500, room(noisy(voice, 0.01, 100))) < 0.75


def test_no_seam_is_heard_between_chunks(voice: bytes) -> None:
    profile = noisy(voice, 0.01, 100)
    whole, parts, cuts = room(profile), Room(profile, OUTPUT_RATE), (1, 700, 701, OUTPUT_RATE)
    pieces = [parts.under(piece, 1.0) for piece in np.split(np.zeros(len(whole), np.float32), cuts)]
    assert np.allclose(np.concatenate(pieces), whole, atol=1e-7)


def test_a_written_pause_is_not_dead(builtin: Engine, voice: bytes) -> None:
    profile = noisy(voice, 0.003, 1000)
    chunks = list(builtin.speak(profile.dump(), "Hello.<#2#>Good morning.", SpeechSettings()))
    pause = chunks[1].waveform[OUTPUT_RATE // 2 : OUTPUT_RATE]
    assert rms(pause) == pytest.approx(rms(room(profile)), rel=0.2)


def with_silence(profile: Profile, seconds: float) -> Profile:
    """A voice with so much digital silence in its recording, as `reference.prepare` leaves it."""
    silence = 1e-5 * np.random.RandomState(2).randn(round(seconds * profile.sample_rate))
    return replace(profile, waveform=np.concatenate([profile.waveform, silence, profile.waveform]))


def test_a_recording_whose_pauses_are_silent_gets_none(voice: bytes) -> None:
    profile = noisy(voice, 0.004, 1000)
    seconds = len(profile.waveform) / profile.sample_rate
    assert rms(room(with_silence(profile, seconds))) < 2e-5  # -94 dBFS


def test_gaps_between_its_pieces_say_nothing_of_the_room(voice: bytes) -> None:
    profile = noisy(voice, 0.004, 1000)
    assert rms(room(with_silence(profile, 1))) == pytest.approx(rms(room(profile)), rel=0.15)
