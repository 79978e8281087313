"""A voice: all that speaking needs, and how it is kept.

About 65 kB for each second of the recording. It contains the recording, so it is biometric data.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from voiceclone.engines.base import EngineError
from voiceclone.engines.builtin import postfilter
from voiceclone.engines.builtin.analysis import FloatArray, IntArray
from voiceclone.engines.builtin.reference import as_loud

VERSION = 2
LOUDNESS = (10 ** (-30 / 20), 10 ** (-18 / 20))  # -30 to -18 dBFS: neither lost nor shouted

_HALF_PRECISION = ("mel_cepstra", "context", "position", "cost")
_SINGLE_PRECISION = ("f0", "turn", "weights", "mean", "deviation", "mel_mean", "tone")
_INTEGERS = ("frame", "pitch_marks")


@dataclass(frozen=True, slots=True)
class Profile:
    """A learnt voice. "Exemplars" are the reference frames that were paired with a base frame, one row each."""

    sample_rate: int  # Hz, of everything here
    waveform: FloatArray  # (samples,) the reference; its grains are the voice
    f0: FloatArray  # (frames,) Hz of the reference, 0 where unvoiced
    pitch_marks: IntArray  # (marks,) sample numbers
    frame: IntArray  # (exemplars,) reference frame
    mel_cepstra: FloatArray  # (exemplars, CEPSTRAL_ORDER)
    context: FloatArray  # (exemplars, …) features of the paired base frame, NARROW
    phones: NDArray[np.str_]  # (exemplars,) of the paired base frame
    position: FloatArray  # (exemplars,) 0…1 inside that phone
    cost: FloatArray  # (exemplars,) of the alignment: low is trustworthy
    turn: FloatArray  # (CEPSTRAL_ORDER + 1, CEPSTRAL_ORDER), of the average voice
    weights: FloatArray  # (regressors, CEPSTRAL_ORDER)
    vocabulary: NDArray[np.str_]  # (phones,) sorted
    mean: FloatArray  # (CEPSTRAL_ORDER,) of the speaker's frames
    deviation: FloatArray  # (CEPSTRAL_ORDER,)
    log_f0_mean: float
    log_f0_deviation: float
    tempo: float  # the speaker's against the base voice's
    transcript: str  # what was heard
    loudness: float  # root mean square of the speech, as the recording has it, within LOUDNESS
    mel_mean: FloatArray  # (MELS,) dB, of the recording at that loudness in the speaker embedding's mel bands
    mel_middle: float  # dB, between its loud and its soft frames
    tone: FloatArray  # (2, BANDS) dB, what loud and soft frames get of the voice's own

    def dump(self) -> bytes:
        """The voice as bytes: an .npz archive without pickles."""
        packed = {field.name: getattr(self, field.name) for field in fields(self)}
        packed["waveform"] = np.round(np.clip(self.waveform, -1, 1) * 32767).astype(np.int16)
        packed |= {name: packed[name].astype(np.float16) for name in _HALF_PRECISION}
        packed |= {name: packed[name].astype(np.int32) for name in _INTEGERS}
        packed |= {name: packed[name].astype(np.float32) for name in _SINGLE_PRECISION}
        buffer = io.BytesIO()
        np.savez_compressed(buffer, version=np.array(VERSION), **packed)
        return buffer.getvalue()

    @classmethod
    def load(cls, data: bytes) -> Profile:
        """The voice that `dump` wrote. Raises EngineError for bytes that are none, or are of another version."""
        try:
            archive = np.load(io.BytesIO(data), allow_pickle=False)
            version = int(archive["version"])
            if version != VERSION:
                raise EngineError(
                    "This voice was learnt by another version of the built-in engine ({found}, this one reads "
                    "{wanted}). Clone it again from its sample.",
                    found=version,
                    wanted=VERSION,
                )
            older = {"loudness": np.array(0.09), "tone": np.zeros((2, postfilter.BANDS))}
            kept = older | {name: archive[name] for name in archive.files}
            if "mel_mean" not in kept:
                recorded = as_loud(kept["waveform"] / 32767.0, float(kept["loudness"]))
                mean, middle = postfilter.measure(recorded, int(kept["sample_rate"]))
                kept |= {"mel_mean": mean, "mel_middle": np.array(middle)}
            kept = {field.name: kept[field.name] for field in fields(cls)}
        except (ValueError, LookupError, TypeError, AttributeError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise EngineError("This is not a voice of the built-in engine. Clone it again from its sample.") from error
        kept["waveform"] = kept["waveform"] / 32767.0
        for name in (*_HALF_PRECISION, *_SINGLE_PRECISION):
            kept[name] = kept[name].astype(np.float64)
        for name in _INTEGERS:
            kept[name] = kept[name].astype(np.int64)
        for name in ("sample_rate", "log_f0_mean", "log_f0_deviation", "tempo", "transcript", "loudness", "mel_middle"):
            kept[name] = kept[name].item()
        return cls(**kept)
