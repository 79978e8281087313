"""Recordings of the project's own synthesised voice, in every kind that a person may bring."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import soxr

from tests.conftest import speech
from voiceclone.audio.encode import encode
from voiceclone.engines.builtin.demo import SAMPLE_RATE, demo_sample, read_aloud

SECONDS = 12


@dataclass(frozen=True)
class Recordings:
    folder: Path

    def of(self, kind: str) -> Path:
        """Twelve seconds as wav, mp3, m4a or webm."""
        return self.folder / f"otter.{kind}"

    @property
    def long(self) -> Path:
        return self.folder / "otter-long.mp3"

    @property
    def quiet(self) -> Path:
        """Twelve seconds, about 20 dB below what is fine."""
        return self.folder / "otter-quiet.wav"

    @property
    def too_short(self) -> Path:
        return self.folder / "otter-too-short.wav"

    @property
    def microphone(self) -> Path:
        """What whoever opens the microphone hears from then on, again and again."""
        return self.folder / "microphone.wav"

    def read_into_microphone(self, text: str) -> float:
        """Instead of the usual: silence for the countdown, then the text read aloud. Returns its seconds."""
        waveform = read_aloud(text)
        pause = np.zeros(5 * SAMPLE_RATE, np.float32)
        heard = np.concatenate([pause, waveform, *8 * [pause]])
        self.microphone.write_bytes(encode(heard, SAMPLE_RATE, format="wav", target_rate=48_000))
        return len(waveform) / SAMPLE_RATE


def make(folder: Path) -> Recordings:
    recordings = Recordings(folder)
    waveform, rate, _ = demo_sample()
    for kind in ("wav", "mp3"):
        recordings.of(kind).write_bytes(speech(kind, SECONDS))
    for kind, codec in (("m4a", "aac"), ("webm", "libopus")):
        write(recordings.of(kind), codec, waveform[: SECONDS * rate], rate)
    recordings.long.write_bytes(speech("mp3", 24))
    recordings.quiet.write_bytes(encode(waveform[: SECONDS * rate] * 0.1, rate, format="wav"))
    recordings.too_short.write_bytes(speech("wav", 1.5))
    recordings.microphone.write_bytes(encode(waveform, rate, format="wav", target_rate=48_000))
    return recordings


def write(path: Path, codec: str, waveform: np.ndarray, rate: int) -> None:
    """As phones and browsers write it: mono, 48 kHz, lossy."""
    samples = (np.clip(soxr.resample(waveform, rate, 48_000), -1, 1) * 32767).astype("<i2")
    frame = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
    frame.sample_rate = 48_000
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=48_000, layout="mono")
        for part in (frame, None):
            container.mux(stream.encode(part))
