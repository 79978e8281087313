"""The reference: a sample made ready to be learnt from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
import soxr
from scipy.signal import butter, sosfilt, welch

from voiceclone.audio import pauses
from voiceclone.engines.base import SampleRejected
from voiceclone.engines.builtin.analysis import FloatArray

LONGEST = 60.0  # seconds that are learnt from; more would not be heard
_RMS = 0.06
_SILENT = 1e-4  # RMS, -80 dBFS


def read(sample: Path) -> tuple[FloatArray, int]:
    """The sound of a sample, mono, shape (n,), and its rate in Hz. Raises SampleRejected for what is no sound."""
    try:
        samples, sample_rate = soundfile.read(str(sample), dtype="float64", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise SampleRejected("The recording cannot be read. Upload it again, or record another.") from error
    return np.asarray(samples.mean(1)), int(sample_rate)


def prepare(waveform: FloatArray, sample_rate: int) -> tuple[FloatArray, int, float]:
    """At most LONGEST seconds of speech without long pauses, at one loudness, at 24 kHz — or at 16 kHz where there is
    nothing above 8 kHz; and how loud that was, as root mean square. Raises SampleRejected for silence."""
    rms = float(np.sqrt(np.mean(waveform**2))) if len(waveform) else 0.0
    if not np.isfinite(rms) or rms < _SILENT:
        raise SampleRejected("The recording is silent. Check the microphone and record again.")
    rate = 24000 if sample_rate > 16000 and _has_treble(waveform, sample_rate) else 16000
    waveform = _without_long_pauses(waveform, sample_rate)[: int(LONGEST * sample_rate)]
    if sample_rate != rate:
        waveform = soxr.resample(waveform, sample_rate, rate)
    waveform = sosfilt(butter(4, 60, "highpass", fs=rate, output="sos"), waveform)
    gain = _RMS / float(np.sqrt(np.mean(waveform**2)))
    waveform = waveform * gain
    loudness = active_rms(waveform) / gain  # what counts as silence does not depend on how loud it was
    # The faintest noise keeps digital silence out of logarithms.
    return np.asarray(waveform + 1e-5 * np.random.RandomState(0).randn(len(waveform))), rate, loudness


def active_rms(waveform: FloatArray) -> float:
    """Root mean square of all but near-silence."""
    active = waveform[np.abs(waveform) > 1e-3]
    return float(np.sqrt(np.mean(active**2))) if len(active) else 1.0


def as_loud(waveform: FloatArray, loudness: float) -> FloatArray:
    """The same so loud, as `active_rms` measures."""
    return np.asarray(waveform * (loudness / active_rms(waveform)))


def _has_treble(waveform: FloatArray, sample_rate: int) -> bool:
    frequency, power = welch(waveform, sample_rate, nperseg=2048)
    treble, voice = (frequency > 8500) & (frequency < 11000), (frequency > 300) & (frequency < 3000)
    return bool(power[treble].mean() >= 1e-6 * power[voice].mean())


def _without_long_pauses(waveform: FloatArray, sample_rate: int) -> FloatArray:
    kept, size = pauses.kept(waveform, sample_rate), int(pauses.BLOCK_SECONDS * sample_rate)
    return np.asarray(waveform[: len(kept) * size][np.repeat(kept, size)]) if len(kept) else waveform
