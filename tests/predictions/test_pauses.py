"""The pause markup: what is wrong is said in words, and where."""

from __future__ import annotations

import pytest

from voiceclone.predictions import pauses


@pytest.mark.parametrize(
    "text",
    [
        "No pause at all.",
        "One <#0.5#> two.",
        "One<#1#>two <# 99.99 #> three <#.25#> four.",
        "你好<#0.01#>世界",
        "a < b # c > d <#",
        "",
    ],
)
def test_what_the_contract_allows_is_let_pass(text: str) -> None:
    assert pauses.problem(text) == ""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("One <#100#> two.", "The pause <#100#> after “One” is between 0.01 and 99.99 seconds; 100 was given."),
        ("One <#0#> two.", "The pause <#0#> after “One” is between 0.01 and 99.99 seconds; 0 was given."),
        ("One <#0.125#> two.", "The pause <#0.125#> after “One” has at most two decimals; 0.125 was given."),
        ("One <#soon#> two.", "The pause <#soon#> after “One” has no number of seconds in it, as <#0.5#> has."),
        ("One <##> two.", "The pause <##> after “One” has no number of seconds in it, as <#0.5#> has."),
        (
            "One. <#1#> ... <#2#> Two.",
            "Two pauses follow each other after “One.”: write one, or something to say between them.",
        ),
        (
            "<#1#> One.",
            "The pause <#1#> at the beginning of the text has nothing to say before it: take it out.",
        ),
        (
            "One. <#1#> !",
            "The pause at the end of the text has nothing to say after it (after “One.”): take it out.",
        ),
        ("One <#0.5> two.", "The pause “<#0.5>” after “One” is not closed: a pause is written <#0.5#>."),
        (
            "The heron flies over the very wide and quiet lake <#200#> now.",
            "The pause <#200#> after “…very wide and quiet lake” is between 0.01 and 99.99 seconds; 200 was given.",
        ),
    ],
)
def test_what_it_does_not_allow_is_named_with_its_place(text: str, sentence: str) -> None:
    assert pauses.problem(text) == sentence


def test_pauses_are_time_and_not_text() -> None:
    assert pauses.seconds("One <#0.5#> two <#1.25#> three <#x#>.") == 1.75
    assert pauses.without("One <#0.5#>two") == "One two"
