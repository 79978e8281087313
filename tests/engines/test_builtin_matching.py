"""Whether a recording says a text: the right one, one with other words, another one, one that cannot be compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceclone.engines.base import EngineError, LocalEngine, TextMatch
from voiceclone.engines.builtin.demo import DEMO_TEXT

ANOTHER_TEXT = (
    "Modern cities depend upon enormous quantities of electricity, delivered through underground cables. "
    "Engineers regularly inspect those installations, replacing whatever equipment has become unreliable."
)
REPLACED = {"islands": "mountains", "wind": "sugar", "coffee": "paper", "yellow": "seven", "evening": "kitchen"}


@pytest.fixture(scope="module")
def right(builtin: LocalEngine, sample: Path) -> TextMatch:
    return builtin.check_text(sample, DEMO_TEXT)


def test_the_text_that_was_read_is_heard(right: TextMatch) -> None:
    assert 0.75 <= right.agreement <= 1
    assert {"children", "wave", "joke"} <= set(right.heard.split())
    assert [word for word, _ in right.words][:3] == ["good", "morning", "and"]
    assert all(0 <= share <= 1 for _, share in right.words)


def test_another_text_is_not(builtin: LocalEngine, sample: Path) -> None:
    wrong = builtin.check_text(sample, ANOTHER_TEXT)
    assert wrong.agreement < 0.35
    assert "nobody was" in wrong.heard  # what was said, not what was to be read
    assert "electricity" not in wrong.heard


def test_words_that_were_not_said_are_told_from_those_that_were(
    builtin: LocalEngine, sample: Path, right: TextMatch
) -> None:
    text = DEMO_TEXT
    for word, other in REPLACED.items():
        text = text.replace(word, other)
    match = builtin.check_text(sample, text)
    assert match.agreement < right.agreement
    shares, before = dict(match.words), dict(right.words)
    instead = sum(shares[other] for other in REPLACED.values()) / len(REPLACED)
    assert instead < 0.4 < sum(before[word] for word in REPLACED) / len(REPLACED)


def test_names_and_numbers_neither_help_nor_harm(builtin: LocalEngine, sample: Path, right: TextMatch) -> None:
    named = builtin.check_text(sample, DEMO_TEXT.replace("before six", "before 6").replace("The children", "Zyxqo"))
    assert named.agreement == pytest.approx(right.agreement, abs=0.06)
    assert not {"zyxqo", "6"} & {word for word, _ in named.words}


@pytest.mark.parametrize(
    "text", ["Buenos días a todos, mañana navegamos hacia las islas.", "今日はいい天気です。", "4711"]
)
def test_what_is_not_english_is_refused_in_words(builtin: LocalEngine, sample: Path, text: str) -> None:
    with pytest.raises(EngineError, match="only English can be compared"):
        builtin.check_text(sample, text)
