"""The process that holds espeak-ng: `python -P espeak_child.py FD PARENT`, a server for one client.

It runs alone because espeak-ng is one set of global variables, and because it is GPL-3: only this process loads it.
FD is a `multiprocessing.connection` socket. A request is a JSON object; the answer a JSON object followed, unless it
says "error", by the sound as signed 16-bit samples of the machine's byte order.
"""

from __future__ import annotations

import _ctypes
import ctypes
import json
import os
import signal
import sys
from multiprocessing.connection import Connection
from typing import Any

import espeakng_loader

_RETRIEVAL, _PHONEME_EVENTS, _UTF8, _EVENT_WORD, _EVENT_PHONEME = 1, 1, 1, 1, 7
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4
_PR_SET_PDEATHSIG = 1
TEXTS = 100
"""After so many this process ends, and its client starts another: each text that is not English leaks 0.2 MB."""


class _EventId(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    """espeak_EVENT of speak_lib.h."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    )


_SynthCallback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class Espeak:
    """The library, speaking one text at a time into memory.

    It is loaded anew for each text, which takes about a millisecond: where it is in the flutter of its pitch is a
    static variable that nothing resets, and with it a text would sound a little otherwise each time.
    """

    def __init__(self) -> None:
        self.sample_rate = 0  # Hz, known once something was said
        self._sound = bytearray()
        self._phones: list[tuple[int, str, int]] = []
        self._words = 0
        self._callback = _SynthCallback(self._collect)  # C keeps only the pointer

    def _collect(self, wave: Any, count: int, events: Any) -> int:
        if wave and count > 0:
            self._sound += ctypes.string_at(wave, 2 * count)
        i = 0
        while events[i].type:
            if events[i].type == _EVENT_WORD:
                self._words += 1
            elif events[i].type == _EVENT_PHONEME:
                symbol = events[i].id.string.decode("utf8", "replace")
                self._phones.append((events[i].sample, symbol, self._words))
            i += 1
        return 0

    def speak(
        self, text: str, voice: str, rate: int, pitch: int, pitch_range: int
    ) -> tuple[bytes, list[tuple[int, str, int]]]:
        """The sound, and the sample at which each phone begins, the phone and the number of its word, from 1 on.

        Raises ValueError for a voice it does not have.
        """
        self._sound.clear()
        self._phones.clear()
        self._words = 0
        library = ctypes.CDLL(str(espeakng_loader.get_library_path()))
        try:
            folder = os.fsencode(str(espeakng_loader.get_data_path()))
            self.sample_rate = library.espeak_Initialize(_RETRIEVAL, 0, folder, _PHONEME_EVENTS)
            if self.sample_rate <= 0:
                raise RuntimeError("espeak-ng did not start")
            library.espeak_SetSynthCallback(self._callback)
            if library.espeak_SetVoiceByName(voice.encode()) != 0:
                raise ValueError(f"espeak-ng has no voice {voice!r}")
            for parameter, value in ((_RATE, rate), (_PITCH, pitch), (_RANGE, pitch_range), (_VOLUME, 100)):
                library.espeak_SetParameter(parameter, value, 0)
            raw = text.encode("utf8", "replace").replace(b"\0", b" ") + b"\0"
            library.espeak_Synth(raw, ctypes.c_size_t(len(raw)), 0, 0, 0, _UTF8, None, None)
            library.espeak_Synchronize()
        finally:
            library.espeak_Terminate()
            _ctypes.dlclose(library._handle)
        return bytes(self._sound), sorted(self._phones, key=lambda phone: phone[0])


def _die_with(parent: int) -> None:
    """Never outlive the worker, not even a killed one whose sockets another of its children still holds open."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(0)


def main() -> None:
    connection, parent = Connection(int(sys.argv[1])), int(sys.argv[2])
    _die_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the worker, which may still have a sentence to finish
    espeak = Espeak()
    for _ in range(TEXTS):
        try:
            request = json.loads(connection.recv_bytes())
        except EOFError:
            return
        try:
            sound, phones = espeak.speak(**request)
        except ValueError as error:
            connection.send_bytes(json.dumps({"error": str(error)}).encode())
            continue
        connection.send_bytes(json.dumps({"sample_rate": espeak.sample_rate, "phones": phones}).encode())
        connection.send_bytes(sound)


if __name__ == "__main__":
    main()
