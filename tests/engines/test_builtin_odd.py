"""Whatever text and whatever sound: speech or a clear sentence, never a crash or a hang."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from voiceclone.engines.base import (
    Chunk,
    Engine,
    EngineError,
    EnrolmentOptions,
    SpeechSettings,
    Waveform,
)
from voiceclone.engines.builtin import reference
from voiceclone.engines.builtin.demo import DEMO_TEXT, demo_sample
from voiceclone.engines.builtin.espeak import espeak

RATE = 24000
FEW = 2  # sentences of a long text that are heard; the rest is only split
ODD_LETTERS = "aä9Ωжא漢かก한ित😀¿…؟।'\"()[]<>{}#@&$€%+=/\\|~^*_\u200b\u202e\u0301\ufeff\x07\x1b"

TEXTS = {
    "empty": "",
    "spaces": " \t\n " * 2000,
    "emoji only": "😀🎉👩‍👩‍👧🏳️‍🌈",
    "emoji among words": "Party 🎉 tonight 😀!",
    "only punctuation": "?!... — ,;: «»",
    "2,000 digits": "1234567890" * 200,
    "mixed scripts": "Hello 你好 Привет مرحبا שלום नमस्ते สวัสดี 안녕 γεια 123. かな",
    "a 500-letter word": "donaudampfschifffahrt" * 24,
    "10,000 characters": ("The boat leaves in the morning, and we all go along. " * 200)[:10_000],
    "10,000 initials": "A. " * 3333,
    "10,000 letters": "x" * 10_000,
    "one letter": "a",
    "markup": "<speak><break time='99s'/>[[h@l'oU]] {{ x }} <#> <#a#> &amp;",
    "control characters": "a\0b\x07c\x1b[31m d\u202ee\ufeff",
    "lone surrogate": "a \ud800 b",
    "accents without letters": "\u0301\u0302\u0303",
    "a letter of every script": "ა բ ক ਕ ક ଓ త ಕ മ ක ລ က ក ᠠ አ",
    "pauses only": "<#1#><#2#>",
}
READABLE = {
    "emoji among words",
    "2,000 digits",
    "mixed scripts",
    "a 500-letter word",
    "one letter",
    "10,000 characters",
}


def heard(chunks: list[Chunk]) -> Waveform:
    sound = np.concatenate([chunk.waveform for chunk in chunks])
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() < 10 ** (-1 / 20)
    return sound


def refusal(work: Callable[[], object]) -> str:
    """The sentence that refuses something; empty where it was not refused."""
    try:
        work()
    except EngineError as error:
        return str(error)
    return ""


def is_clear(sentence: str) -> bool:
    return not sentence or (sentence[0].isupper() and sentence.endswith(".") and "Error" not in sentence)


@pytest.mark.parametrize("name", TEXTS)
def test_any_text_is_spoken_or_refused_in_words(builtin: Engine, voice: bytes, name: str) -> None:
    def speak() -> None:
        sound = heard(list(islice(builtin.speak(voice, TEXTS[name], SpeechSettings()), FEW)))
        assert len(sound) / RATE < 60
        assert np.abs(sound).max() > 0.05

    sentence = refusal(speak)
    assert is_clear(sentence)
    assert not sentence or name not in READABLE


@pytest.mark.parametrize("seed", range(6))
def test_random_text_is_spoken_or_refused_in_words(builtin: Engine, voice: bytes, seed: int) -> None:
    chance = random.Random(seed)
    text = "".join(chance.choice(ODD_LETTERS + "  eeaa") for _ in range(chance.randint(1, 60)))
    settings = SpeechSettings(english_normalization=True)
    assert is_clear(refusal(lambda: heard(list(islice(builtin.speak(voice, text, settings), FEW)))))


def two_speakers() -> Waveform:
    """The sample voice and espeak-ng's own, by turns of three seconds."""
    one, other = demo_sample()[0], espeak.speak(DEMO_TEXT)
    base = soxr.resample(other.waveform, other.sample_rate, RATE)
    return np.concatenate([part[i : i + 3 * RATE] for i in (0, 3 * RATE) for part in (one, base)]).astype(np.float32)


SAMPLES = {
    "a sine": lambda: 0.3 * np.sin(2 * np.pi * 220 / RATE * np.arange(6 * RATE)),
    "silence with one word": lambda: np.concatenate([np.zeros(9 * RATE), demo_sample()[0][:RATE], np.zeros(9 * RATE)]),
    "3 seconds": lambda: demo_sample()[0][: 3 * RATE],
    "clipped": lambda: np.clip(20 * demo_sample()[0], -1, 1)[: 6 * RATE],
    "upside down and off centre": lambda: 0.3 - 0.5 * demo_sample()[0][: 6 * RATE],
    "two speakers": two_speakers,
}


@pytest.mark.parametrize("name", SAMPLES)
def test_any_sample_is_a_voice_or_refused_in_words(builtin: Engine, tmp_path: Path, name: str) -> None:
    soundfile.write(tmp_path / "odd.flac", np.asarray(SAMPLES[name]()), RATE)

    def learn_and_speak() -> None:
        profile = builtin.enrol(tmp_path / "odd.flac", EnrolmentOptions())
        assert np.abs(heard(list(builtin.speak(profile, "The boat leaves early.", SpeechSettings())))).max() > 0.05

    assert is_clear(refusal(learn_and_speak))


def test_five_minutes_with_long_pauses_are_learnt(builtin: Engine, tmp_path: Path) -> None:
    speech = demo_sample()[0]
    soundfile.write(tmp_path / "long.flac", np.concatenate([speech, np.zeros(300 * RATE - len(speech))]), RATE)
    profile = builtin.enrol(tmp_path / "long.flac", EnrolmentOptions(transcript=DEMO_TEXT))
    assert np.abs(heard(list(builtin.speak(profile, "The boat leaves early.", SpeechSettings())))).max() > 0.05


def test_no_more_than_a_minute_is_learnt_from() -> None:
    prepared, rate, _ = reference.prepare(np.tile(demo_sample()[0], 13).astype(np.float64), RATE)
    assert len(prepared) / rate == pytest.approx(reference.LONGEST, abs=0.1)
