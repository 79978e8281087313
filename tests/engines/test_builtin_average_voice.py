"""What readers have in common: nearer to a speaker than espeak-ng is, before anything was learnt of the speaker."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import measure_base_voice
from voiceclone.engines.builtin import average_voice, base_voice, conversion
from voiceclone.engines.builtin.analysis import CEPSTRAL_ORDER, SPECTRAL

TEXT = "The children are waiting for you, on the yellow boat."


@pytest.mark.parametrize("rate", [16000, 24000])
def test_every_frame_has_an_envelope_of_usual_size(rate: int) -> None:
    speech = base_voice.say(TEXT, "en-us", rate)
    envelopes = average_voice.envelopes(speech)
    assert envelopes.shape == (len(speech), CEPSTRAL_ORDER)
    assert np.isfinite(envelopes).all()
    assert 0.3 < envelopes[speech.spoken][:, SPECTRAL].std() < 1.5


def test_the_numbers_that_are_kept_are_those_of_the_voice_that_is_installed() -> None:
    """Otherwise: `python -m benchmarks.measure_base_voice`."""
    with np.load(base_voice.NUMBERS) as kept:
        measured = measure_base_voice.measured()
        assert set(kept.files) == set(measured)
        for name, numbers in measured.items():
            assert kept[name] == pytest.approx(numbers, rel=1e-3, abs=1e-3), name


def test_it_says_the_same_in_either_band() -> None:
    """The coefficients of a wider band are others, but what is near in one is near in the other."""
    narrow, wide = (average_voice.envelopes(base_voice.say(TEXT, "en-us", rate)) for rate in (16000, 24000))
    count = min(len(narrow), len(wide))
    apart = [np.linalg.norm(e[:count:7, None, :8] - e[None, :count:7, :8], axis=-1).ravel() for e in (narrow, wide)]
    assert np.corrcoef(*apart)[0, 1] > 0.8


def test_the_phones_are_looked_at_and_not_only_the_sound() -> None:
    network, speech = average_voice.network(), base_voice.say(TEXT, "en-us", 16000)
    rows = average_voice.inputs(speech, network.phones)
    assert rows.shape == (len(speech), len(network.layers[0][0]))
    without = average_voice.inputs(speech, ("none such",))
    assert without.shape[1] == rows.shape[1] - 3 * (len(network.phones) - 1)
    assert (rows[speech.spoken].sum(1) > without[speech.spoken].sum(1)).mean() > 0.9


def test_a_phone_of_another_language_is_heard_by_its_sound_alone() -> None:
    speech = base_voice.say("Jagger möchte fünf Brötchen.", "de", 24000)
    assert set(speech.phones) - set(average_voice.network().phones)
    assert np.isfinite(average_voice.envelopes(speech)).all()


def test_with_nothing_to_learn_from_the_average_stays_as_it_is() -> None:
    chance = np.random.default_rng(1)
    average, x = chance.normal(size=(400, CEPSTRAL_ORDER)), chance.normal(size=(400, 30))
    turn, weights = conversion.fit(average, x, average)
    assert conversion.predict(average, x, turn, weights) == pytest.approx(average, abs=1e-6)


def test_a_turn_and_a_habit_of_the_speaker_are_both_learnt() -> None:
    chance = np.random.default_rng(2)
    average, x = chance.normal(size=(6000, CEPSTRAL_ORDER)), chance.normal(size=(6000, 30))
    y = 0.5 * average + 0.2 + x @ chance.normal(size=(30, CEPSTRAL_ORDER)) * 0.1
    turn, weights = conversion.fit(average, x, y)
    left = conversion.predict(average, x, turn, weights) - y
    assert left.std() < 0.1 * y.std()
