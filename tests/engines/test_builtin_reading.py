"""What is read for a text: the person's own pronunciations, and English numbers in words."""

from __future__ import annotations

import pytest

from voiceclone.engines.builtin.reading import in_english, pronounced


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("It cost $3.50.", "It cost 3 dollars and 50 cents."),
        ("£1 and €0.05", "1 pound and 5 cents"),
        ("$2.5 million for ¥1,200", "2.5 million dollars for 1,200 yen"),
        ("on 2026-11-24", "on November 24th, 20 26"),
        ("12/31/1999 or 31/12/1999", "December 31st, 19 99 or December 31st, 19 99"),
        ("Nov. 2, 1905", "November 2nd, 19 oh 5"),
        ("May 5", "May 5th"),
        ("in 1984, since 2005", "in 19 84, since 2005"),
        ("at 9:05, 14:30 and 12:00", "at 9 oh 5, 14 30 and 12 o'clock"),
        ("9:30 a.m. or 10 pm", "9 30 A M or 10 pm"),
        ("1/2, 3/4 and 2½ cups", "one half, 3 quarters and 2 and a half cups"),
        ("5–10 people", "5 to 10 people"),
        ("5 km, 1 kg and 20 °C", "5 kilometers, 1 kilogram and 20 degrees Celsius"),
        ("100 mph", "100 miles per hour"),
        ("call 555-1234", "call 5 5 5, 1 2 3 4"),
        ("me.you@example.com", "me dot you at example dot com"),
        ("https://www.example.org", "www dot example dot org"),
        ("Smith & Sons, No. 5", "Smith and Sons, number 5"),
        ("a = b + c", "a equals b plus c"),
        ("e.g. cats vs. dogs", "for example cats versus dogs"),
    ],
)
def test_english_is_written_out(written: str, said: str) -> None:
    assert in_english(written) == said


@pytest.mark.parametrize(
    "text",
    ["21st, 50 % and 1,234,567.89", "24/7", "10:15:20", "13/13/2020", "2026-19-40", "C++ is #hard", "No. He left.", ""],
)
def test_what_is_read_well_or_is_unclear_stays(text: str) -> None:
    assert in_english(text) == text


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("OMG, omg!", "oh my god, oh my god!"),
        ("omgs zomg", "omgs zomg"),
        ("New York is new", "Nooyawk is noo"),
        ("I ♥ C++.", "I love see plus plus."),
        ("a-b", "b-b"),
    ],
)
def test_a_pair_replaces_whole_words_once_in_any_case(written: str, said: str) -> None:
    pairs = (
        ("omg", "oh my god"),
        ("new", "noo"),
        ("new york", "Nooyawk"),
        ("♥", "love"),
        ("c++", "see plus plus"),
        ("a", "b"),
    )
    assert pronounced(written, pairs) == said


def test_what_is_said_for_a_word_is_no_pattern() -> None:
    assert pronounced("ouch", (("ouch", r"\1 \g<0>"),)) == r"\1 \g<0>"
