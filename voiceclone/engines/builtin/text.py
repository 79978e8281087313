"""From a text to the sentences that are spoken one at a time, and the pauses between them."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST_SENTENCE = 220  # characters; longer ones are cut at a comma or a space, so that the first sound comes soon
_AFTER_SENTENCE, _AFTER_PARAGRAPH, _AFTER_CUT = 0.28, 0.5, 0.12  # seconds

_PAUSE = re.compile(r"<#\s*(\d+(?:\.\d+)?)\s*#>")
_ABBREVIATION = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|etc|e\.g|i\.e|No|Fig|approx)|\b[A-Z])\.$")
_BOUNDARY = re.compile(r"(?<=[.!?…؟।])[\"'”’)\]]*\s+|(?<=[。！？])|\s*\n\s*")
_CUTS = (",;:،、，—", " ")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A piece of text to be spoken in one go."""

    text: str
    pause: float  # seconds of silence before it
    written: bool  # the pause was asked for with <#x#>, and is kept to the letter


def sentences(text: str) -> list[Sentence]:
    """Split a text where its sentences end; `<#x#>` is a pause of x seconds, 0.01…99.99, and ends a sentence too.

    Pieces with nothing to say are left out. The first sentence has no pause unless one was written.
    """
    found: list[Sentence] = []
    parts = _PAUSE.split(text)
    for i in range(0, len(parts), 2):
        pause = min(max(float(parts[i - 1]), 0.01), 99.99) if i else 0.0
        for j, (piece, gap) in enumerate(_pieces(parts[i])):
            written = i > 0 and j == 0
            found.append(Sentence(piece, pause if written else gap if found else 0.0, written))
    return found


def _pieces(text: str) -> list[tuple[str, float]]:
    """Sentences, cut where too long, each with the usual gap before it."""
    pieces, start, gap = [], 0, _AFTER_SENTENCE
    ends = [*((m.start(), m.end(), "\n" in m.group()) for m in _BOUNDARY.finditer(text)), (len(text), len(text), False)]
    for end, following, paragraph in ends:
        if _ABBREVIATION.search(text[start:end]) and not paragraph and following < len(text):
            continue
        for n, piece in enumerate(_cut(text[start:following].strip())):
            if re.search(r"\w", piece):
                pieces.append((piece, _AFTER_CUT if n else gap))
        start, gap = following, _AFTER_PARAGRAPH if paragraph else _AFTER_SENTENCE
    return pieces


def _cut(sentence: str) -> list[str]:
    """A sentence in pieces no longer than LONGEST_SENTENCE."""
    pieces = []
    while len(sentence) > LONGEST_SENTENCE:
        at = LONGEST_SENTENCE - 1
        for marks in _CUTS:
            found = max(sentence.rfind(mark, 40, LONGEST_SENTENCE) for mark in marks)
            if found > 0:
                at = found
                break
        pieces.append(sentence[: at + 1].strip())
        sentence = sentence[at + 1 :].strip()
    return [*pieces, sentence]
