"""What a likeness score calls: `clone_file(reference, text, out)` speaks a text in the voice of a recording.

Run from the repository's root; the last voice learnt is kept, so that a score tells learning from speaking.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import soundfile

from voiceclone.engines import registry
from voiceclone.engines.base import EnrolmentOptions, SpeechSettings


@lru_cache(maxsize=1)
def _voice(reference: str) -> bytes:
    return registry.get("builtin").enrol(Path(reference), EnrolmentOptions())


def clone_file(reference: str, text: str, out: str) -> None:
    """Write a WAV of the text in the voice of the reference recording."""
    chunks = list(registry.get("builtin").speak(_voice(reference), text, SpeechSettings()))
    soundfile.write(out, np.concatenate([chunk.waveform for chunk in chunks]), chunks[0].sample_rate)
