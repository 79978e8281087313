"""What was said in a recording, and when: pocketsphinx with the US English model that comes in its wheel.

D. Huggins-Daines et al., "PocketSphinx: a free, real-time continuous speech recognition system for hand-held devices",
ICASSP 2006.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
import pocketsphinx
from numpy.typing import NDArray

from voiceclone.engines.base import Progress, no_progress

if TYPE_CHECKING:  # it takes SciPy, which takes its time, and transcription_child starts while somebody waits
    from voiceclone.engines.builtin.analysis import FloatArray

SAMPLE_RATE = 16000  # Hz, what the model was trained on

_SLICE = 0.3  # seconds: pocketsphinx holds the interpreter's lock while it decodes, and others must get their turn
_LONG = 20.0  # seconds; what is shorter is transcribed before another process would be ready to help
_MIDDLE, _BLOCK, _PAUSE = (0.45, 0.65), 0.02, 9  # share of a recording where it may be cut; seconds; blocks
_FREE, _WIDE, _ONE_WORD = "_default", "wide", "one_word"  # names of searches; the first is pocketsphinx's own
_BEAMS = {"beam": 1e-40, "pbeam": 1e-40, "wbeam": 1e-22, "lpbeam": 1e-32, "lponlybeam": 1e-22}  # of free decoding
_ENOUGH_ALIGNED = 0.8  # of a transcript's words
_DRAGGED = 0.2  # seconds a phone: only words that are not there are stretched so to fill the time
_MOST_DRAGGED = 0.1  # of the time; the right text has 0.02 or less, a wrong one that aligns at all 0.18 and more
_ROOT = Path(__file__).parents[3]
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
        # A single narrow pass: a third of the default's time, for clones that are as alike.
        self._decoder = pocketsphinx.Decoder(
            samprate=SAMPLE_RATE, loglevel="FATAL", fwdflat=False, bestpath=False, maxhmmpf=3000, maxwpf=10, **_BEAMS
        )
        usual = pocketsphinx.Config()
        for beam in _BEAMS:  # a search keeps those it was made with; who compares with a text listens more widely
            self._decoder.config[beam] = usual[beam]
        self._usual_mean = self._decoder.get_cmn()
        self._decoder.add_jsgf_string(_ONE_WORD, f"#JSGF V1.0; grammar {_ONE_WORD}; public <s> = a;")

    def transcribe(
        self, waveform: FloatArray, progress: Progress = no_progress, cepstral_mean: str | None = None
    ) -> list[Word]:
        """The words of 16 kHz speech, freely decoded, with the silences between them."""
        mean = cepstral_mean or self.cepstral_mean(waveform)
        with self._lock:
            return self._decode(_pcm(waveform), progress, mean)

    def cepstral_mean(self, waveform: FloatArray) -> str:
        """What the speaker and the microphone add to every frame of 16 kHz speech, for `transcribe`.

        Without it the first eight seconds are heard as if they were an average speaker's. A search for one word hears
        nothing worth having, but costs a hundredth of what a free one does.
        """
        with self._lock:
            self._decoder.activate_search(_ONE_WORD)
            try:
                self._decode(_pcm(waveform), no_progress)
                return str(self._decoder.get_cmn(True))
            finally:
                self._decoder.activate_search(_FREE)

    def listen_for(self, waveform: FloatArray, model: Path) -> list[Word]:
        """The words of 16 kHz speech where an ARPA file says which are to be expected, and in which order."""
        with self._lock, self._widely(lambda: self._decoder.add_lm_file(_WIDE, str(model))):
            return self._decode(_pcm(waveform), no_progress)

    def write_down(self, waveform: FloatArray) -> list[Word]:
        """As `transcribe` does it, for people to read: in twice the time, with fewer wrong words."""
        mean = self.cepstral_mean(waveform)
        with self._lock, self._widely(lambda: self._decoder.add_lm(_WIDE, self._decoder.get_lm(_FREE))):
            return self._decode(_pcm(waveform), no_progress, mean)

    @contextmanager
    def _widely(self, add_search: Callable[[], None]) -> Iterator[None]:
        """Decode with another search."""
        add_search()
        try:
            self._decoder.activate_search(_WIDE)
            yield
        finally:
            self._decoder.activate_search(_FREE)
            self._decoder.remove_search(_WIDE)

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
            try:
                self._decoder.set_align_text(" ".join(words))
                found = self._decode(_pcm(waveform), progress)
            except RuntimeError:  # pocketsphinx's way to say that no path through the text fits
                return None
            finally:
                self._decoder.activate_search(_FREE)
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

    def _decode(self, pcm: NDArray[np.int16], progress: Progress, cepstral_mean: str | None = None) -> list[Word]:
        decoder, step = self._decoder, int(_SLICE * SAMPLE_RATE)
        decoder.reinit_feat()  # what the last speaker's microphone taught it does not hold for this one
        decoder.set_cmn(cepstral_mean or self._usual_mean)
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


def transcribe(waveform: FloatArray, progress: Progress = no_progress) -> list[Word]:
    """The words of 16 kHz speech, as `Recogniser.transcribe` has them; what is long, by two processes at once."""
    if len(waveform) < _LONG * SAMPLE_RATE:
        return recogniser().transcribe(waveform, progress)
    cut, mean = _pause_near_the_middle(waveform), recogniser().cepstral_mean(waveform)
    with _Beside(waveform[cut:], mean) as beside:
        words = recogniser().transcribe(waveform[:cut], progress, mean)
        rest = beside.words(progress, -(-cut // int(_SLICE * SAMPLE_RATE)))
    if rest is None:  # it was killed; nothing is lost but time
        rest = recogniser().transcribe(waveform[cut:], cepstral_mean=mean)
    later = cut / SAMPLE_RATE
    return [*words, *(Word(word.text, word.start + later, word.end + later) for word in rest)]


class _Beside:
    """A process that transcribes; it ends with this block, whatever ends the block."""

    def __init__(self, waveform: FloatArray, cepstral_mean: str) -> None:
        # Not a pipe, which would have to be filled while we work, nor a file, which may outlive us.
        with os.fdopen(os.memfd_create("speech"), "wb+") as speech:
            speech.write(waveform.astype(np.float32).tobytes())
            speech.seek(0)
            command = [sys.executable, "-m", f"{__package__}.transcription_child", str(os.getpid()), cepstral_mean]
            self._process = subprocess.Popen(command, stdin=speech, stdout=subprocess.PIPE, cwd=_ROOT)

    def words(self, progress: Progress, steps: int) -> list[Word] | None:
        """What it heard; None where it died. `progress` gets all `steps` as done while one waits, and may end that."""
        while True:
            progress("listening", steps, steps)
            try:
                heard, _ = self._process.communicate(timeout=_SLICE)
            except subprocess.TimeoutExpired:
                continue
            return None if self._process.returncode else [Word(*word) for word in json.loads(heard)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


def _pause_near_the_middle(waveform: FloatArray) -> int:
    """The sample where a recording is best cut in two."""
    size = int(_BLOCK * SAMPLE_RATE)
    blocks = waveform[: len(waveform) // size * size].reshape(-1, size)
    level = np.convolve((blocks**2).mean(1), np.ones(_PAUSE), "same")
    first, beyond = (int(share * len(level)) for share in _MIDDLE)
    return (first + int(level[first:beyond].argmin())) * size


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
