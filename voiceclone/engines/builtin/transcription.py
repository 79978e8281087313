"""What was said in a recording, and when: pocketsphinx with the US English model that comes in its wheel.

D. Huggins-Daines et al., "PocketSphinx: a free, real-time continuous speech recognition system for hand-held devices",
ICASSP 2006.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pocketsphinx
from numpy.typing import NDArray

from voiceclone.engines.base import Progress, no_progress
from voiceclone.engines.builtin.analysis import FloatArray

SAMPLE_RATE = 16000  # Hz, what the model was trained on

_SLICE = 0.3  # seconds: pocketsphinx holds the interpreter's lock while it decodes, and others must get their turn
_ENOUGH_ALIGNED = 0.8  # of a transcript's words
_DRAGGED = 0.2  # seconds a phone: only words that are not there are stretched so to fill the time
_MOST_DRAGGED = 0.1  # of the time; the right text has 0.02 or less, a wrong one that aligns at all 0.18 and more
_VARIANT = re.compile(r"\(\d+\)$")
_NOT_WORDS = re.compile(r"[^a-z' ]+")


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or a silence or noise, with its time in seconds."""

    text: str
    start: float
    end: float

    @property
    def spoken(self) -> bool:
        return self.text[0] not in "<["


class Recogniser:
    """One decoder, shared by the threads of a process, which take turns."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # A single narrow pass: twice as fast as the default, at nearly the same words.
        self._decoder = pocketsphinx.Decoder(
            samprate=SAMPLE_RATE, loglevel="FATAL", fwdflat=False, bestpath=False, maxhmmpf=3000, maxwpf=10
        )
        self._initial_cmn = self._decoder.get_cmn()

    def transcribe(self, waveform: FloatArray, progress: Progress = no_progress) -> list[Word]:
        """The words of 16 kHz speech, freely decoded, with the silences between them."""
        with self._lock:
            return self._decode(_pcm(waveform), progress)

    def listen_for(self, waveform: FloatArray, model: Path) -> list[Word]:
        """The words of 16 kHz speech where an ARPA file says which are to be expected, and in which order."""
        with self._lock:
            free = self._decoder.current_search()
            self._decoder.add_lm_file("expected", str(model))
            try:
                self._decoder.activate_search("expected")
                return self._decode(_pcm(waveform), no_progress)
            finally:
                self._decoder.activate_search(free)
                self._decoder.remove_search("expected")

    def knows(self, word: str) -> bool:
        with self._lock:
            return self._decoder.lookup_word(word) is not None

    def align(self, waveform: FloatArray, transcript: str, progress: Progress = no_progress) -> list[Word] | None:
        """The words of a transcript in 16 kHz speech; None where fewer than four fifths of them fit it."""
        wanted = plain_words(transcript)
        with self._lock:
            words = [word for word in wanted if self._decoder.lookup_word(word)]
            if not words or len(words) < _ENOUGH_ALIGNED * len(wanted):
                return None
            free = self._decoder.current_search()
            try:
                self._decoder.set_align_text(" ".join(words))
                found = self._decode(_pcm(waveform), progress)
            except RuntimeError:  # pocketsphinx's way to say that no path through the text fits
                return None
            finally:
                self._decoder.activate_search(free)
        spoken = [word for word in found if word.spoken]
        return found if len(spoken) >= _ENOUGH_ALIGNED * len(wanted) and self._natural(spoken) else None

    def _natural(self, words: list[Word]) -> bool:
        """Whether aligned words last as long as words do."""
        lengths = [word.end - word.start for word in words]
        counts = [len(self.phones([word.text])) for word in words]
        dragged = sum(length for length, count in zip(lengths, counts, strict=True) if length > _DRAGGED * count)
        return dragged < _MOST_DRAGGED * sum(lengths)

    def phones(self, words: list[str]) -> list[str]:
        """The pronunciation of words, in ARPABET; unknown words count as their letters."""
        with self._lock:
            return [phone for word in words for phone in (self._decoder.lookup_word(word) or " ".join(word)).split()]

    def _decode(self, pcm: NDArray[np.int16], progress: Progress) -> list[Word]:
        decoder, step = self._decoder, int(_SLICE * SAMPLE_RATE)
        decoder.set_cmn(self._initial_cmn)  # what the last speaker's microphone taught it does not hold for this one
        decoder.start_utt()
        try:
            for start in range(0, len(pcm), step):
                progress("listening", start // step, -(-len(pcm) // step))
                decoder.process_raw(pcm[start : start + step].tobytes())
        finally:
            decoder.end_utt()
        return [
            Word(_VARIANT.sub("", segment.word), segment.start_frame / 100, (segment.end_frame + 1) / 100)
            for segment in decoder.seg() or ()
        ]


def plain_words(text: str) -> list[str]:
    """Lower-case words as the dictionary has them."""
    return _NOT_WORDS.sub(" ", text.lower().replace("’", "'")).split()


_shared: Recogniser | None = None
_shared_lock = threading.Lock()


def recogniser() -> Recogniser:
    """The one recogniser of this process: its model takes half a second and 100 MB."""
    global _shared
    with _shared_lock:
        _shared = _shared or Recogniser()
        return _shared


def _pcm(waveform: FloatArray) -> NDArray[np.int16]:
    return np.asarray(waveform / (np.abs(waveform).max() + 1e-9) * 0.6 * 32767, np.int16)
