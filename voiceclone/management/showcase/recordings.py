"""Recordings with something wrong with them, of the project's own voice: what the report card warns of and refuses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from voiceclone.accounts.models import User
    from voiceclone.samples.models import Sample

QUIET, FAN = 0.25, 0.0045  # factor on the voice; RMS of a fan that runs beside it
TOO_LOUD, SECONDS = 14.0, 7  # factor on the voice, far above full scale; what there is of it


def samples(user: User) -> dict[str, str]:
    """Warned of, put right by one click, and refused: their ids."""
    from voiceclone.engines.builtin.demo import demo_sample
    from voiceclone.samples import fixes, report

    voice, rate, _ = demo_sample()
    fan = FAN * np.random.RandomState(7).randn(len(voice))
    warned = _take_in(user, QUIET * voice + fan, rate, "Kitchen table, Sunday.wav")
    refused = _take_in(user, np.clip(TOO_LOUD * voice[: SECONDS * rate], -1, 1), rate, "Voice memo 14.wav")
    fixed = fixes.cleaned(warned)
    report.obtain(fixed)
    return {
        "sample_warned": str(warned.pk),
        "sample_fixed": str(fixed.pk),
        "sample_refused": str(refused.pk),
    }


def microphone(folder: Path) -> str:
    """What a browser's microphone hears: the path of a WAV file."""
    from voiceclone.audio.encode import encode
    from voiceclone.engines.builtin.demo import demo_sample

    voice, rate, _ = demo_sample()
    path = folder / "microphone.wav"
    path.write_bytes(encode(voice, rate, format="wav", target_rate=48_000))
    return str(path)


def _take_in(user: User, waveform: Any, rate: int, name: str) -> Sample:
    from voiceclone.audio.encode import encode
    from voiceclone.samples import report
    from voiceclone.samples.intake import take_in_bytes
    from voiceclone.samples.models import Sample

    sound = encode(waveform.astype(np.float32), rate, format="wav")
    sample = take_in_bytes(user, sound, name, Sample.Source.UPLOAD)
    report.obtain(sample)  # a page would do it, while the browser waits
    return sample
