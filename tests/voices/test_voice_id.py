"""The voice ID: the contract's rules, told one at a time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from voiceclone.accounts.models import User
from voiceclone.voices import voice_id
from voiceclone.voices.models import Voice


@pytest.mark.parametrize("good", ["WaveSpeed-20250717-1050", "abcdefg1", "A1234567", "a_b-c_d-1", "x" * 255 + "1"])
def test_good_ones(good: str) -> None:
    assert voice_id.problem(good) == ""


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ("", "at least 8 characters; this one has 0"),
        ("short1", "at least 8 characters; this one has 6"),
        ("x" * 256 + "1", "at most 256 characters; this one has 257"),
        ("1abcdefgh", "begins with a letter from A to Z; this one begins with “1”"),
        ("-abcdefg1", "begins with a letter from A to Z; this one begins with “-”"),
        ("Äbcdefgh1", "begins with a letter from A to Z; this one begins with “Ä”"),
        ("my voice 1", "this one has a space in it"),
        ("voice.one1", "this one has “.” in it"),
        ("<script>alert1", "begins with a letter"),
        ("voice<b>1234", "this one has “<” in it"),
        ("MyVoice-1-", "ends with a letter or a digit; this one ends with “-”"),
        ("JustLetters", "this one has no digit"),
    ],
)
def test_each_broken_rule_has_its_sentence(bad: str, sentence: str) -> None:
    assert sentence in voice_id.problem(bad)


def test_a_living_voice_takes_its_id_from_its_owner_only(
    alice: User, bob: User, make_voice: Callable[..., Voice]
) -> None:
    make_voice(alice, "SameVoice-1")
    assert voice_id.is_taken(alice, "SameVoice-1")
    assert not voice_id.is_taken(bob, "SameVoice-1")


@pytest.mark.parametrize("state", ["failed", "expired", "deleted"])
def test_a_voice_that_is_no_more_frees_its_id(alice: User, make_voice: Callable[..., Voice], state: str) -> None:
    make_voice(alice, "OldVoice-1", state=state)
    assert not voice_id.is_taken(alice, "OldVoice-1")


def test_the_suggestion_keeps_the_rules_whatever_the_address(db: None) -> None:
    for address in ("anna@example.org", "1234@example.org", "ö.ü@example.org", "a" * 60 + "@example.org"):
        suggestion = voice_id.suggest(User.objects.create_user(address))
        assert voice_id.problem(suggestion) == "", suggestion
