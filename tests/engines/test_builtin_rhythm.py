"""English is spoken in the rhythm and to the tune of people who read aloud."""

from __future__ import annotations

import numpy as np
import pytest

from voiceclone.engines.builtin import base_voice, phrasing, prosody, rhythm
from voiceclone.engines.builtin.base_voice import BaseSpeech, Sound

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


def test_a_phone_knows_its_word(statement: BaseSpeech) -> None:
    first = statement.phrases[0]
    words = {word: "".join(sound.phone for sound in first if sound.word == word) for word in (1, 2)}
    assert words[1].startswith("D")
    assert words[2].startswith("tS")
    assert max(sound.word for sound in statement.phrases[1]) == 9


def test_the_network_is_told_all_that_it_was_taught_with(statement: BaseSpeech) -> None:
    network = rhythm.network()
    rows = phrasing.features(statement.phrases[0], network.phones, 0.1)
    assert rows.shape == (len(statement.phrases[0]), len(network.layers[0][0]))
    assert network(rows.astype(np.float32)).shape[1] == 1 + len(rhythm.HEIGHTS)


def test_a_phrase_without_a_vowel_has_a_rhythm_too() -> None:
    hush = [Sound("S", False, 0, 30, 1), Sound("_strange", True, 30, 40, 1)]
    assert np.isfinite(phrasing.features(hush, rhythm.network().phones, 0.1)).all()


def test_a_sentence_falls_deeper_than_a_phrase_that_goes_on(statement: BaseSpeech) -> None:
    phrase, network = statement.phrases[1], rhythm.network()
    going_on, ending = (
        network(phrasing.features(phrase, network.phones, pause).astype(np.float32))[-4:, 1:].mean()
        for pause in (0.1, phrasing.LONG_PAUSE)
    )
    assert ending < going_on - 0.1


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
