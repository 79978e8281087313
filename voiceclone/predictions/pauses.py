"""The pause markup of the v3 contract: `<#0.5#>` in a text is half a second of silence between two things to say."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

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
                sentence = _("Two pauses follow each other {place}: write one, or something to say between them.")
                return sentence.format(place=_place(text, end))
            sentence = _("The pause {mark} at the beginning of the text has nothing to say before it: take it out.")
            return sentence.format(mark=mark[0])
        end = mark.end()
    if end and not _is_speakable(text[end:]):
        sentence = _("The pause at the end of the text has nothing to say after it ({place}): take it out.")
        return sentence.format(place=_place(text, end))
    if broken := _UNCLOSED.search(_MARK.sub(lambda mark: " " * len(mark[0]), text)):
        sentence = _("The pause “{mark}” {place} is not closed: a pause is written {example}.")
        return sentence.format(mark=broken[0], place=_place(text, broken.start()), example=EXAMPLE)
    return ""


def _wrong_number(mark: str, value: str, place: str) -> str:
    facts = {"mark": mark, "place": place, "value": value, "least": SHORTEST, "most": LONGEST, "example": EXAMPLE}
    if not _SECONDS.fullmatch(value):
        return _("The pause {mark} {place} has no number of seconds in it, as {example} has.").format(**facts)
    if not SHORTEST <= float(value) <= LONGEST:
        return _("The pause {mark} {place} is between {least} and {most} seconds; {value} was given.").format(**facts)
    if len(value.partition(".")[2]) > 2:
        return _("The pause {mark} {place} has at most two decimals; {value} was given.").format(**facts)
    return ""


def _place(text: str, at: int) -> str:
    words = _MARK.sub(" ", text[:at]).split()
    if not words:
        return _("at the beginning of the text")
    before = " ".join(words[-_WORDS:])[-_CONTEXT:]
    return _("after “{words}”").format(words=("…" if len(words) > _WORDS else "") + before)


def _is_speakable(text: str) -> bool:
    return bool(re.search(r"\w", text))


def seconds(text: str) -> float:
    """All written pauses of a text together."""
    return sum(float(mark[1]) for mark in _MARK.finditer(text) if _SECONDS.fullmatch(mark[1]))


def without(text: str) -> str:
    """The text without its pauses: what is said."""
    return _MARK.sub("", text)
