"""The pause markup of the v3 contract: `<#0.5#>` in a text is half a second of silence between two things to say."""

from __future__ import annotations

import re

SHORTEST, LONGEST = 0.01, 99.99  # seconds
EXAMPLE = "<#0.5#>"

_MARK = re.compile(r"<#([^<>#]*)#>")
_SECONDS = re.compile(r"\s*(\d*\.?\d+)\s*")
_UNCLOSED = re.compile(r"<#\s*\.?\d[\d.]*\s*[>#]?")
_WORDS, _CONTEXT = 5, 40  # so many words and characters of the text say where a pause is


def problem(text: str) -> str:
    """What is wrong with the pauses in a text and where, as a sentence; empty where nothing is."""
    end = 0
    for mark in _MARK.finditer(text):
        value, before = mark[1].strip(), text[end : mark.start()]
        if wrong := _wrong_number(mark[0], value, _place(text, mark.start())):
            return wrong
        if not _is_speakable(before):
            if end:
                return f"Two pauses follow each other {_place(text, end)}: write one, or something to say between them."
            return f"The pause {mark[0]} at the beginning of the text has nothing to say before it: take it out."
        end = mark.end()
    if end and not _is_speakable(text[end:]):
        return f"The pause at the end of the text has nothing to say after it ({_place(text, end)}): take it out."
    if broken := _UNCLOSED.search(_MARK.sub(lambda mark: " " * len(mark[0]), text)):
        return f"The pause “{broken[0]}” {_place(text, broken.start())} is not closed: a pause is written {EXAMPLE}."
    return ""


def _wrong_number(mark: str, value: str, place: str) -> str:
    if not _SECONDS.fullmatch(value):
        return f"The pause {mark} {place} has no number of seconds in it, as {EXAMPLE} has."
    if not SHORTEST <= float(value) <= LONGEST:
        return f"The pause {mark} {place} is between {SHORTEST} and {LONGEST} seconds; {value} was given."
    if len(value.partition(".")[2]) > 2:
        return f"The pause {mark} {place} has at most two decimals; {value} was given."
    return ""


def _place(text: str, at: int) -> str:
    words = _MARK.sub(" ", text[:at]).split()
    if not words:
        return "at the beginning of the text"
    before = " ".join(words[-_WORDS:])[-_CONTEXT:]
    return f"after “{'…' if len(words) > _WORDS else ''}{before}”"


def _is_speakable(text: str) -> bool:
    return bool(re.search(r"\w", text))


def seconds(text: str) -> float:
    """All written pauses of a text together."""
    return sum(float(mark[1]) for mark in _MARK.finditer(text) if _SECONDS.fullmatch(mark[1]))


def without(text: str) -> str:
    """The text without its pauses: what is said."""
    return _MARK.sub("", text)
