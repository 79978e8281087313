"""Does a recording say a text? One minus the phone error rate of a listener who half expects that text.

Freely decoded, honest readers get 0.58 to 0.9 by their accent and microphone. Expecting the text's own word pairs,
beside the commonest words of English in any order, they get 0.8 to 0.95, in a quarter of the time; and somebody who
says something else gets what they got before, because a word that does not sound like it is not taken for it.
"""

from __future__ import annotations

import math
import re
import tempfile
from collections import Counter
from pathlib import Path

from voiceclone.engines.base import EngineError, TextMatch
from voiceclone.engines.builtin.analysis import FloatArray
from voiceclone.engines.builtin.transcription import Recogniser, Word

_EXPECTED = 0.9  # of the probability: the text's own next word; the rest is any word at all
_HEARD_FREELY = 0.7  # agreement under which the words are decoded again, by one who expects nothing
_FEWEST_KNOWN = 0.6  # of a text's words; a text in another language has fewer
_DIGIT = 4  # phones that a digit may take
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_COMMON = (
    "the of and to a in that he was it his i with is for as had you not be her on at by which have or from this him "
    "but all she they were my are me one their so an said them we who would been will no when there if more out up "
    "into any your what has do could our than man can other time some very about now its then only should upon like "
    "great may little did such made before must over two these see know well down us much good where after first go "
    "come never how way make old here men long day might am while thought every too through house still again most "
    "own part say life without back many those being another place hand last even just left right take think people "
    "night nothing came look yes away once went against always going found same hundred"
)


def match(recogniser: Recogniser, waveform: FloatArray, text: str) -> TextMatch:
    """How well 16 kHz speech says a text. Raises EngineError where too few of the text's words are English.

    Unknown words (names, numbers) may sound like anything: they neither help nor harm.
    """
    tokens = [token.replace("’", "'").lower() for token in _TOKEN.findall(text)]
    known = [token for token in tokens if recogniser.knows(token)]
    if not known or len(known) < _FEWEST_KNOWN * len(tokens):
        raise EngineError(
            "The text that was read cannot be compared with the sample: {known} of its {count} words are English words "
            "that are known here, and only English can be compared. Leave the text out.",
            known=len(known),
            count=len(tokens),
        )
    said: list[tuple[str, int]] = []  # a phone, or "" for any; the number of its word
    for number, token in enumerate(tokens):
        phones = recogniser.phones([token]) if recogniser.knows(token) else [""] * _room(token)
        said += [(phone, number) for phone in phones]
    heard = _spoken(_listen(recogniser, waveform, known))
    phones = recogniser.phones(heard)
    agreement, hits = _compare(said, phones)
    if agreement < _HEARD_FREELY:
        heard = _spoken(recogniser.write_down(waveform))
    lengths = Counter(number for phone, number in said if phone)
    words = tuple((tokens[number], hits[number] / length) for number, length in lengths.items())
    return TextMatch(agreement, " ".join(heard), words)


def _room(token: str) -> int:
    """How many phones a word that is not in the dictionary may have."""
    return sum(_DIGIT if letter.isdigit() else 1 for letter in token)


def _spoken(words: list[Word]) -> list[str]:
    return [word.text for word in words if word.spoken]


def _listen(recogniser: Recogniser, waveform: FloatArray, words: list[str]) -> list[Word]:
    with tempfile.NamedTemporaryFile("w", suffix=".arpa") as file:
        file.write(_language_of(words))
        file.flush()
        return recogniser.listen_for(waveform, Path(file.name))


def _language_of(words: list[str]) -> str:
    """A bigram model in ARPA's format: the text's pairs of words, backing off to its words and the commonest ones."""
    counts, pairs = Counter(words), Counter(zip(["<s>", *words], [*words, "</s>"], strict=True))
    begun, ends = Counter(["<s>", *words]), 1 / len(words)
    vocabulary = {*counts, *_COMMON.split()}
    single = {w: _EXPECTED * counts[w] / len(words) + (1 - _EXPECTED) / len(vocabulary) for w in sorted(vocabulary)}
    rest = math.log10(1 - _EXPECTED)
    lines = ["\\data\\", f"ngram 1={len(single) + 2}", f"ngram 2={len(pairs)}", "", "\\1-grams:"]
    lines += [f"-99 <s> {rest:.4f}", f"{math.log10(ends):.4f} </s>"]
    lines += [f"{math.log10(p):.4f} {word} {rest if begun[word] else 0:.4f}" for word, p in single.items()]
    lines += ["", "\\2-grams:"]
    for (one, other), count in pairs.items():
        p = _EXPECTED * count / begun[one] + (1 - _EXPECTED) * single.get(other, ends)
        lines.append(f"{math.log10(p):.4f} {one} {other}")
    return "\n".join([*lines, "", "\\end\\", ""])


def _compare(said: list[tuple[str, int]], heard: list[str]) -> tuple[float, Counter[int]]:
    """Agreement (V. I. Levenshtein, 1966), and how many phones of each word were heard. "" is any phone or none."""
    rows = [list(range(len(heard) + 1))]
    for phone, _ in said:
        above, missing = rows[-1], 1 if phone else 0
        row = [above[0] + missing]
        for j, other in enumerate(heard):
            unlike = 1 if phone and phone != other else 0
            row.append(min(above[j] + unlike, above[j + 1] + missing, row[j] + 1))
        rows.append(row)
    hits: Counter[int] = Counter()
    i, j = len(said), len(heard)
    while i and j:
        phone, number = said[i - 1]
        unlike = 1 if phone and phone != heard[j - 1] else 0
        if rows[i][j] == rows[i - 1][j - 1] + unlike:
            hits[number] += 1 if phone and not unlike else 0
            i, j = i - 1, j - 1
        elif rows[i][j] == rows[i - 1][j] + (1 if phone else 0):
            i -= 1
        else:
            j -= 1
    compared = sum(1 for phone, _ in said if phone)
    return max(0.0, 1 - rows[-1][-1] / compared), hits
