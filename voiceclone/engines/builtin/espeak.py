"""espeak-ng in a process of its own: one for each worker, started when first needed, and anew when it has died."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voiceclone.engines.base import EngineError

BASE_RATE = 165  # words a minute
_CHILD = Path(__file__).with_name("espeak_child.py")
_PATIENCE = 30.0  # seconds; a long sentence takes a tenth of one


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone in espeak-ng's own notation, with its time in seconds."""

    symbol: str
    start: float
    end: float
    word: int  # number of its word in the text


@dataclass(frozen=True, slots=True)
class Utterance:
    """What espeak-ng said: samples in -1…1, shape (n,), and the phones in order."""

    waveform: NDArray[np.float64]
    sample_rate: int  # Hz
    phones: tuple[Phone, ...]


class Espeak:
    """A client of `espeak_child`; safe to share between threads, which take turns."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        os.register_at_fork(after_in_child=self._forget)

    @property
    def pid(self) -> int | None:
        """The process that speaks, where one runs."""
        return self._process.pid if self._process else None

    def speak(
        self, text: str, voice: str = "en-us", rate: int = BASE_RATE, pitch: int = 50, pitch_range: int = 50
    ) -> Utterance:
        """Say a text. `rate` in words a minute, `pitch` and `pitch_range` 0…100 of espeak-ng's own scales.

        Raises EngineError where espeak-ng has no such voice or dies of the text twice.
        """
        request = json.dumps(
            {"text": text, "voice": voice, "rate": rate, "pitch": pitch, "pitch_range": pitch_range}
        ).encode()
        with self._lock:
            try:
                answer, sound = self._ask(request)
            except (EOFError, OSError):  # it died since the last sentence, or of this one
                self._stop()
                try:
                    answer, sound = self._ask(request)
                except (EOFError, OSError) as error:
                    self._stop()
                    raise EngineError("The speech synthesiser stopped while it was saying this text.") from error
        if "error" in answer:
            raise EngineError("The speech synthesiser cannot say this: {why}.", why=answer["error"])
        rate_hz: int = answer["sample_rate"]
        waveform = np.frombuffer(sound, np.int16) / 32768.0
        starts = [start / rate_hz for start, _, _ in answer["phones"]]
        ends = [*starts[1:], len(waveform) / rate_hz]
        phones = [
            Phone(symbol, start, end, word)
            for (_, symbol, word), start, end in zip(answer["phones"], starts, ends, strict=True)
        ]
        return Utterance(waveform, rate_hz, tuple(phones))

    def close(self) -> None:
        """End the process; the next text starts another."""
        with self._lock:
            self._stop()

    def _ask(self, request: bytes) -> tuple[dict[str, Any], bytes]:
        connection = self._connection or self._start()
        connection.send_bytes(request)
        if not connection.poll(_PATIENCE):
            raise OSError("no answer")
        answer = json.loads(connection.recv_bytes())
        return answer, b"" if "error" in answer else connection.recv_bytes()

    def _start(self) -> Connection:
        ours, theirs = Pipe()
        # -P: this folder must not become an import path, its modules have names like the standard library's.
        command = [sys.executable, "-P", str(_CHILD), str(theirs.fileno()), str(os.getpid())]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()])
        theirs.close()
        self._connection = ours
        return ours

    def _stop(self) -> None:
        if self._connection:
            self._connection.close()
        if self._process:
            self._process.kill()
            self._process.wait()
        self._connection = self._process = None

    def _forget(self) -> None:
        """After a fork the process belongs to the parent: this copy closes its end and will start its own."""
        self._lock = threading.Lock()
        if self._connection:
            self._connection.close()
        self._connection = self._process = None


espeak = Espeak()
"""The one client of this process."""
