"""Prosody: the styles behind the emotions, and the F0 contour and tempo a sentence is spoken with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voiceclone.engines.builtin import rhythm
from voiceclone.engines.builtin.analysis import FRAME_PERIOD, FloatArray
from voiceclone.engines.builtin.base_voice import BaseSpeech
from voiceclone.engines.builtin.profile import Profile
from voiceclone.engines.builtin.variation import PLAIN, Variation

_LOWEST_F0, _HIGHEST_F0 = 50.0, 600.0  # Hz


@dataclass(frozen=True, slots=True)
class Style:
    """How speech departs from the speaker's neutral reading."""

    tempo: float = 1.0  # factor
    semitones: float = 0.0
    intonation: float = 1.0  # factor on the range of F0
    gain: float = 0.0  # dB
    tilt: float = 0.0  # dB, 3 kHz against 300 Hz
    breath: float = 0.0  # 0…1, whispered share


STYLES = {
    "neutral": Style(),
    "happy": Style(tempo=1.10, semitones=2.0, intonation=1.5, gain=1, tilt=3),
    "sad": Style(tempo=0.85, semitones=-1.5, intonation=0.55, gain=-3, tilt=-4),
    "angry": Style(tempo=1.14, semitones=0.0, intonation=1.25, gain=3, tilt=7),
    "fearful": Style(tempo=1.16, semitones=2.5, intonation=0.8, gain=-2, tilt=1, breath=0.35),
    "disgusted": Style(tempo=0.88, semitones=-2.0, intonation=1.2, gain=0, tilt=2, breath=0.15),
    "surprised": Style(tempo=1.04, semitones=3.5, intonation=1.8, gain=1, tilt=2),
}
"""The emotions of the v3 contract. They differ as sounds; nobody would call them acting."""


def f0_contour(
    profile: Profile, speech: BaseSpeech, style: Style, semitones: float = 0.0, take: Variation = PLAIN
) -> FloatArray:
    """A contour of F0 at the speaker's mean and range of log F0, shape (frames,), Hz, 0 where unvoiced."""
    voiced = speech.frames.voiced
    if not voiced.any():
        return np.zeros(len(speech))
    log_f0 = np.log(np.maximum(speech.frames.f0, 1.0))
    z = (log_f0 - log_f0[voiced].mean()) / max(0.05, log_f0[voiced].std())
    if speech.voice == rhythm.VOICE:
        z = rhythm.tune(speech, z)
        z = (z - z[voiced].mean()) / max(0.05, z[voiced].std())
    z = take.tune(z, voiced)
    centre = profile.log_f0_mean + (style.semitones + semitones) * np.log(2) / 12
    spread = profile.log_f0_deviation * style.intonation
    return np.where(voiced, np.clip(np.exp(centre + z * spread), _LOWEST_F0, _HIGHEST_F0), 0.0)


def durations(speech: BaseSpeech, tempo: float, take: Variation = PLAIN) -> FloatArray:
    """How long each base frame lasts, shape (frames,), seconds."""
    even = take.stretches(speech) * (FRAME_PERIOD / 1000 / tempo)
    return even * rhythm.stretches(speech) if speech.voice == rhythm.VOICE else even
