"""What the settings of speech do, measured on the sound."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tests.engines.conftest import Speak
from voiceclone.engines.base import Engine, EngineError, SpeechSettings, Waveform
from voiceclone.engines.builtin import pitch
from voiceclone.engines.builtin.analysis import median_f0
from voiceclone.engines.builtin.prosody import STYLES
from voiceclone.engines.builtin.synthesis import OUTPUT_RATE

TEXT = "The yellow boat leaves the island early in the morning."
ROOM = 10 ** (-65 / 20)  # what the sample voice has in its pauses is some 9 dB quieter
CEILING = 10 ** (-1 / 20)  # -1 dBFS


def f0(waveform: Waveform) -> float:
    middle = median_f0(waveform.astype(np.float64), OUTPUT_RATE)
    assert middle is not None
    return middle


def rms(waveform: Waveform) -> float:
    return float(np.sqrt(np.mean(waveform.astype(np.float64) ** 2)))


def brightness(waveform: Waveform) -> float:
    """Power above 2 kHz against power below, dB."""
    power = np.abs(np.fft.rfft(waveform.astype(np.float64))) ** 2
    edge = round(2000 / OUTPUT_RATE * len(waveform))
    return float(10 * np.log10(power[edge:].sum() / power[:edge].sum()))


@pytest.fixture(scope="module")
def neutral(speak: Speak) -> Waveform:
    return speak(TEXT)


@pytest.mark.parametrize("speed", [0.5, 0.8, 1.25, 2.0])
def test_speed_divides_the_duration(speak: Speak, neutral: Waveform, speed: float) -> None:
    assert len(speak(TEXT, speed=speed)) * speed == pytest.approx(len(neutral), rel=0.02)


@pytest.mark.parametrize("semitones", [-12, -5, 4, 12])
def test_pitch_moves_f0_by_semitones(speak: Speak, neutral: Waveform, semitones: int) -> None:
    moved = 12 * np.log2(f0(speak(TEXT, pitch=semitones)) / f0(neutral))
    assert moved == pytest.approx(semitones, abs=0.7)


def test_pitch_keeps_the_duration(speak: Speak, neutral: Waveform) -> None:
    assert len(speak(TEXT, pitch=7)) == pytest.approx(len(neutral), rel=0.01)


@pytest.mark.parametrize("volume", [0.1, 0.5, 1.5])
def test_volume_multiplies(speak: Speak, neutral: Waveform, volume: float) -> None:
    assert rms(speak(TEXT, volume=volume)) == pytest.approx(volume * rms(neutral), rel=0.1)


def test_the_greatest_volume_is_loud_and_not_clipped(speak: Speak, neutral: Waveform) -> None:
    loud = speak(TEXT, volume=10.0)
    assert rms(loud) > 2.5 * rms(neutral)
    assert np.abs(loud).max() < CEILING
    longest_flat = max(len(run) for run in "".join("x" if abs(v) > 0.87 else " " for v in loud).split())
    assert longest_flat < 24  # samples: a clipped vowel stays at its ceiling for longer


@pytest.fixture(scope="module")
def styled(speak: Speak) -> dict[str, dict[str, float]]:
    """What each emotion sounds like beside neutral: tempo (factor), pitch (semitones), range (factor), tilt (dB)."""

    def measure(emotion: str) -> dict[str, float]:
        said = speak(TEXT, emotion=emotion)
        contour = pitch.track(said.astype(np.float64), OUTPUT_RATE, 60.0, 600.0, 5.0)
        height = 12 * np.log2(contour[contour > 0])
        low, middle, high = np.percentile(height, [15, 50, 85])
        return {"tempo": 1 / len(said), "pitch": middle, "range": high - low, "tilt": brightness(said)}

    plain = measure("neutral")
    return {
        emotion: {
            name: value / plain[name] if name in ("tempo", "range") else value - plain[name]
            for name, value in measure(emotion).items()
        }
        for emotion in STYLES
    }


@pytest.mark.parametrize("emotion", sorted(set(STYLES) - {"neutral"}))
def test_an_emotion_is_the_style_it_says(styled: dict[str, dict[str, float]], emotion: str) -> None:
    style, measured = STYLES[emotion], styled[emotion]
    assert measured["tempo"] == pytest.approx(style.tempo, rel=0.03)
    assert measured["pitch"] == pytest.approx(style.semitones, abs=1.0)
    assert measured["range"] == pytest.approx(style.intonation, rel=0.25)
    if abs(style.tilt) >= 3:
        assert measured["tilt"] * np.sign(style.tilt) > 1


def test_any_two_emotions_can_be_told_apart_by_two_measures(styled: dict[str, dict[str, float]]) -> None:
    """What people just notice: 5 % of tempo, a semitone, a fifth of the range, a dB of tilt."""
    steps = {"tempo": np.log(1.05), "pitch": 1.0, "range": np.log(1.2), "tilt": 1.0}
    for one, other in itertools.combinations(styled, 2):
        apart = 0
        for name, step in steps.items():
            a, b = styled[one][name], styled[other][name]
            apart += abs(np.log(a / b) if name in ("tempo", "range") else a - b) > step
        assert apart >= 2, (one, other, styled[one], styled[other])


@pytest.mark.parametrize("speed", [1.0, 2.0])
def test_a_written_pause_is_as_long_as_it_says(speak: Speak, speed: float) -> None:
    said = {pause: speak(f"Hello there.<#{pause}#>Good morning.", speed=speed) for pause in (0.3, 1.0, 2.5)}
    for pause, waveform in said.items():
        quiet = np.convolve(np.abs(waveform), np.ones(120) / 120, "same") < ROOM
        runs = np.flatnonzero(np.diff(np.concatenate([[0], quiet.view(np.int8), [0]])))
        longest = (runs[1::2] - runs[::2]).max() / OUTPUT_RATE
        assert longest == pytest.approx(pause, abs=0.02)


def test_a_pause_after_the_last_word_is_kept(speak: Speak) -> None:
    kept = (len(speak("Hello.<#1.5#>")) - len(speak("Hello."))) / OUTPUT_RATE
    assert kept == pytest.approx(1.5, abs=0.02)


def test_the_persons_pronunciation_is_spoken(speak: Speak) -> None:
    pairs = (("omg", "oh my god"),)
    said = len(speak("oh my god, hello!"))
    assert len(speak("OMG, hello!", pronunciation=pairs)) == pytest.approx(said, abs=480)
    assert abs(len(speak("OMG, hello!")) - said) > 1000


def test_chunks_have_the_text_as_it_was_written(builtin: Engine, voice: bytes) -> None:
    settings = SpeechSettings(pronunciation=(("omg", "oh my god. Good heavens"),))
    chunks = list(builtin.speak(voice, "OMG!  You  came.<#1#>", settings))
    assert [chunk.text for chunk in chunks] == builtin.sentences("OMG!  You  came.<#1#>") == ["OMG!", "You  came.", ""]


def test_english_numbers_are_read_as_english_does_where_asked(speak: Speak) -> None:
    read = speak("It costs $3.50.", english_normalization=True)
    assert len(read) == pytest.approx(len(speak("It costs 3 dollars and 50 cents.")), abs=480)
    spanish = [speak("Cuesta $3.50.", language="Spanish", english_normalization=asked) for asked in (True, False)]
    assert len(spanish[0]) == pytest.approx(len(spanish[1]), abs=480)


def test_sentences_come_one_at_a_time(builtin: Engine, voice: bytes) -> None:
    stages: list[tuple[str, int, int]] = []

    def progress(stage: str, done: int, total: int) -> None:
        stages.append((stage, done, total))

    speech = builtin.speak(voice, "One fish. Two fish. Red fish.", SpeechSettings(), progress)
    assert not stages
    assert next(speech).text == "One fish."
    assert stages == [("speaking", 0, 3)]
    assert [chunk.text for chunk in speech] == ["Two fish.", "Red fish."]
    assert stages == [("speaking", n, 3) for n in (0, 1, 2, 3)]


@pytest.mark.parametrize(
    ("language", "text"),
    [("Spanish", "Buenos días, ¿cómo estás?"), ("auto", "Доброе утро, как дела?"), ("Chinese", "你好，早上好。")],
)
def test_other_languages_are_spoken(speak: Speak, language: str, text: str) -> None:
    assert 0.5 < len(speak(text, language=language)) / OUTPUT_RATE < 4


@pytest.mark.parametrize(
    ("text", "settings", "sentence"),
    [
        ("...", SpeechSettings(), "nothing to say"),
        ("x" * 10_001, SpeechSettings(), "10,001 characters"),
        ("a " * 200, SpeechSettings(pronunciation=(("a", "x" * 99),)), "20,000 characters with its pronunciations"),
        ("Hello", SpeechSettings(emotion="bored"), "no emotion 'bored'"),
        ("Hello", SpeechSettings(language="Filipino"), "cannot speak Filipino"),
    ],
)
def test_what_cannot_be_spoken_is_refused_in_words(
    builtin: Engine, voice: bytes, text: str, settings: SpeechSettings, sentence: str
) -> None:
    with pytest.raises(EngineError, match=sentence):
        next(builtin.speak(voice, text, settings))
