"""Where sentences end, and how long the pauses between them are."""

from __future__ import annotations

import pytest

from voiceclone.engines.base import EngineError
from voiceclone.engines.builtin.text import LONGEST_SENTENCE, Sentence, sentences


def said(text: str) -> list[str]:
    return [sentence.text for sentence in sentences(text)]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("It costs 3.50 today. Buy it.", ["It costs 3.50 today.", "Buy it."]),
        ("On Nov. 24 we left. It rained.", ["On Nov. 24 we left.", "It rained."]),
        ("Dr. Smith met J. Brown. They spoke.", ["Dr. Smith met J. Brown.", "They spoke."]),
        ('"Come in." She sat down.', ['"Come in."', "She sat down."]),
        ("你好。再见！", ["你好。", "再见！"]),
        ("नमस्ते। कैसे हो?", ["नमस्ते।", "कैसे हो?"]),
        ("A line\nanother line", ["A line", "another line"]),
        ("Wait... what?", ["Wait...", "what?"]),
        ("... !!! \n —", []),
        ("", []),
    ],
)
def test_sentences_are_found(text: str, pieces: list[str]) -> None:
    assert said(text) == pieces


def test_a_written_pause_ends_a_sentence_and_is_kept_to_the_letter() -> None:
    assert sentences("Hello<#0.5#>there. Friend") == [
        Sentence("Hello", 0.0, False),
        Sentence("there.", 0.5, True),
        Sentence("Friend", sentences("One. Two.")[1].pause, False),
    ]


def test_pauses_stay_within_the_contract() -> None:
    assert [s.pause for s in sentences("a<#0#>b<#500#>c")] == [0.0, 0.01, 99.99]


def test_pauses_with_nothing_to_say_between_them_add_up() -> None:
    assert sentences("<#1#> ... <#0.5#>a<#.25#>?<#2#>") == [Sentence("a", 1.5, True), Sentence("", 2.25, True)]


def test_a_text_of_hours_of_silence_is_refused_in_words() -> None:
    with pytest.raises(EngineError, match=r"add up to 99,990 seconds.*at most 600 seconds"):
        sentences("a<#99.99#>" * 1000)


def test_a_paragraph_pauses_longer_than_a_sentence() -> None:
    _, sentence, paragraph = sentences("One. Two.\nThree.")
    assert paragraph.pause > sentence.pause > 0


def test_long_sentences_are_cut_at_commas_and_lose_nothing() -> None:
    text = ", ".join(["and then we walked on along the river"] * 30) + "."
    pieces = said(text)
    assert all(len(piece) <= LONGEST_SENTENCE for piece in pieces)
    assert all(piece.endswith((",", ".")) for piece in pieces)
    assert " ".join(pieces) == text


def test_text_without_spaces_is_cut_too() -> None:
    pieces = said("あ" * 1000)
    assert all(len(piece) <= LONGEST_SENTENCE for piece in pieces)
    assert "".join(pieces) == "あ" * 1000


def test_signs_that_take_long_to_say_are_cut_shorter() -> None:
    assert max(len(piece) for piece in said("7" * 2000)) <= LONGEST_SENTENCE // 4
    assert "".join(said("7" * 2000)) == "7" * 2000
    assert max(len(piece) for piece in said("我" * 300)) <= LONGEST_SENTENCE // 4
