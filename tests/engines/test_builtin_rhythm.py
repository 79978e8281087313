"""English is spoken in the rhythm and to the tune of people who read aloud."""

from __future__ import annotations

import numpy as np
import pytest

from voiceclone.engines.builtin import base_voice, prosody, rhythm
from voiceclone.engines.builtin.base_voice import BaseSpeech

RATE = 16000


@pytest.fixture(scope="module")
def statement() -> BaseSpeech:
    return base_voice.say("The children are waiting for you, on the yellow boat.", "en-us", RATE)


def test_phrases_are_the_phones_between_pauses(statement: BaseSpeech) -> None:
    assert len(statement.phrases) == 2
    for phrase in statement.phrases:
        for sound in phrase:
            assert set(statement.phones[sound.first : sound.beyond]) == {sound.phone}
    assert sum(sound.stressed for sound in statement.phrases[1]) >= 2


def test_phones_are_stretched_and_the_whole_lasts_as_long(statement: BaseSpeech) -> None:
    stretches = rhythm.stretches(statement)
    assert stretches[statement.spoken].mean() == pytest.approx(1)
    assert stretches.min() > 0.4
    assert stretches.max() < 2.5
    assert stretches.std() > 0.1


def test_phrases_fall_and_questions_rise() -> None:
    def ending(text: str) -> float:
        speech = base_voice.say(text, "en-us", RATE)
        log_f0 = np.log(np.maximum(speech.frames.f0, 1))
        own = log_f0[speech.frames.voiced]
        tune = rhythm.tune(speech, (log_f0 - own.mean()) / own.std())[speech.frames.voiced]
        return float(tune[-20:].mean() - tune.mean())

    assert ending("You are on the boat.") < 0
    assert ending("Are you on the boat?") > ending("You are on the boat.") + 0.2


def test_other_languages_keep_the_rhythm_of_their_own_rules() -> None:
    spanish = base_voice.say("Buenos días, ¿cómo estás?", "es", RATE)
    assert np.ptp(prosody.durations(spanish, 1.0)) == 0
    assert np.ptp(prosody.durations(base_voice.say("Good morning.", "en-us", RATE), 1.0)) > 0
