"""Can speech be understood? Word errors of pocketsphinx: within a closed grammar, and freely decoded."""

from __future__ import annotations

import random
import re
from functools import cache

import numpy as np
import pocketsphinx

from voiceclone.engines.builtin.analysis import FloatArray
from voiceclone.engines.builtin.transcription import SAMPLE_RATE, plain_words

_SLOTS = [
    words.split()
    for words in (
        "peter kathy lucy alan rachel william steven thomas doris nina",
        "got sees bought gives sold likes has kept wins wants",
        "three nine seven eight four nineteen two fifteen twelve sixty",
        "large small old dark thin green cheap pretty red white",
        "desks chairs tables toys spoons windows sofas rings flowers houses",
    )
]
"""The matrix test: a word of each row makes a sentence that cannot be guessed (B. Hagerman, 1982)."""


def matrix_sentence(random: random.Random) -> str:
    return " ".join(random.choice(slot) for slot in _SLOTS).capitalize() + "."


def matrix_errors(waveform: FloatArray, text: str) -> tuple[int, int]:
    """Wrong words, and all words, of 16 kHz speech of a matrix sentence, heard by one who knows the grammar."""
    said = plain_words(text)
    return edit_distance(said, _hear(_matrix_decoder(), waveform)), len(said)


def free_errors(waveform: FloatArray, text: str) -> tuple[int, int]:
    """Wrong words, and all words, of 16 kHz speech of any sentence, heard by one who knows English only."""
    said = plain_words(text)
    return edit_distance(said, _hear(_free_decoder(), waveform)), len(said)


def edit_distance(said: list[str], heard: list[str]) -> int:
    """Substitutions, insertions and deletions between two sequences (V. I. Levenshtein, 1966)."""
    row = list(range(len(heard) + 1))
    for i, one in enumerate(said):
        above, row = row, [i + 1]
        for j, other in enumerate(heard):
            row.append(min(above[j] + (one != other), above[j + 1] + 1, row[j] + 1))
    return row[-1]


def _hear(decoder: pocketsphinx.Decoder, waveform: FloatArray) -> list[str]:
    waveform = waveform / max(1e-6, np.abs(waveform).max()) * 0.6
    padded = np.concatenate([np.zeros(SAMPLE_RATE // 5), waveform, np.zeros(SAMPLE_RATE * 3 // 10)])
    padded += 1e-4 * np.random.RandomState(0).randn(len(padded))
    decoder.start_utt()
    decoder.process_raw((padded * 32767).astype(np.int16).tobytes(), full_utt=True)
    decoder.end_utt()
    hypothesis = decoder.hyp()
    return re.sub(r"\(\d+\)", "", hypothesis.hypstr).split() if hypothesis else []


@cache
def _free_decoder() -> pocketsphinx.Decoder:
    return pocketsphinx.Decoder(samprate=SAMPLE_RATE, loglevel="FATAL")


@cache
def _matrix_decoder() -> pocketsphinx.Decoder:
    decoder = pocketsphinx.Decoder(samprate=SAMPLE_RATE, loglevel="FATAL", lm=None)
    grammar = " ".join("( " + " | ".join(slot) + " )" for slot in _SLOTS)
    decoder.add_jsgf_string("matrix", f"#JSGF V1.0;\ngrammar matrix;\npublic <s> = {grammar};\n")
    decoder.activate_search("matrix")
    return decoder
