"""From a text to the sentences that are spoken one at a time, and the pauses between them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from voiceclone.engines.base import EngineError

LONGEST_SILENCE = 600.0  # seconds, all written pauses of a text together
LONGEST_SENTENCE = 220  # letters; longer ones are cut at a comma or a space, so that the first sound comes soon
_LETTERS_OF_A_SIGN = 4  # a digit, a Chinese character or an emoji takes as long to say as four letters
_AFTER_SENTENCE, _AFTER_PARAGRAPH, _AFTER_CUT = 0.28, 0.5, 0.12  # seconds

_PAUSE = re.compile(r"<#\s*(\d+(?:\.\d+)?|\.\d+)\s*#>")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|etc|e\.g|i\.e|No|Fig|approx"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)|\b[A-Z])\.$"
)
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

    Pieces with nothing to say are left out, and the pauses around them add up; one that nothing follows is a sentence
    without words. The first sentence has no pause unless one was written. Raises EngineError where the pauses are
    longer than any speech would be.
    """
    found: list[Sentence] = []
    parts = _PAUSE.split(re.sub(r"[^\S\n]{20,}", " ", text))
    silence, written = 0.0, False
    lengths = [min(max(float(length), 0.01), 99.99) for length in parts[1::2]]
    if sum(lengths) > LONGEST_SILENCE:
        raise EngineError(
            "The pauses in this text add up to {found:,.0f} seconds; the built-in engine keeps at most {most:.0f} "
            "seconds of silence in a text. Shorten them.",
            found=sum(lengths),
            most=LONGEST_SILENCE,
        )
    for i, part in enumerate(parts[::2]):
        if i:
            silence, written = silence + lengths[i - 1], True
        for piece, gap in _pieces(part):
            found.append(Sentence(piece, silence if written else gap if found else 0.0, written))
            silence, written = 0.0, False
    if found and written:
        found.append(Sentence("", silence, True))
    return found


def _pieces(text: str) -> list[tuple[str, float]]:
    """Sentences, cut where too long, each with the usual gap before it."""
    pieces, start, gap = [], 0, _AFTER_SENTENCE
    ends = [*((m.start(), m.end(), "\n" in m.group()) for m in _BOUNDARY.finditer(text)), (len(text), len(text), False)]
    for end, following, paragraph in ends:
        if _ABBREVIATION.search(text, max(start, end - 12), end) and not paragraph and following < len(text):
            continue
        for n, piece in enumerate(cut(text[start:following].strip())):
            if re.search(r"\w", piece):
                pieces.append((piece, _AFTER_CUT if n else gap))
        start, gap = following, _AFTER_PARAGRAPH if paragraph else _AFTER_SENTENCE
    return pieces


def cut(sentence: str) -> list[str]:
    """A sentence in pieces no longer than LONGEST_SENTENCE."""
    pieces = []
    while (reach := _reach(sentence)) < len(sentence):
        at = reach - 1
        for marks in _CUTS:
            found = max(sentence.rfind(mark, reach // 5, reach) for mark in marks)
            if found > 0:
                at = found
                break
        pieces.append(sentence[: at + 1].strip())
        sentence = sentence[at + 1 :].strip()
    return [*pieces, sentence]


def _reach(sentence: str) -> int:
    """How many characters of a sentence are no longer to say than LONGEST_SENTENCE letters."""
    length = 0
    for at, character in enumerate(sentence[:LONGEST_SENTENCE]):
        length += _LETTERS_OF_A_SIGN if character.isdigit() or character >= "\u2100" else 1
        if length > LONGEST_SENTENCE:
            return at
    return min(len(sentence), LONGEST_SENTENCE)
