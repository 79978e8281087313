"""Measuring how good a recording is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from voiceclone.audio import noise, pauses
from voiceclone.audio.quality import Quality, activity, clearest, defects, speakers
from voiceclone.audio.quality.activity import Waveform

ECHO_BELOW = 240.0  # dB a second; slower than every dry voice that was measured
_HEARD_ECHO = 10.0  # dB of SNR; in more noise than that nothing can be heard dying away
_OTHER_NOISE_DB, _NO_MATTER_DB = 8.0, 25.0  # between two backgrounds; between speech and one that does not matter
_LEAST_SPEECH = 2.0  # seconds; with less there is nothing to compare


def measure(waveform: Waveform, sample_rate: int) -> Quality:
    """Measure a recording, shape (n,), full scale ±1. A minute of it takes about a second of processor time."""
    speech = activity.speech(waveform, sample_rate)
    power = defects.block_power(waveform, sample_rate)[: len(speech)]
    speech = speech[: len(power)]
    spoken = float(speech.sum() * activity.BLOCK_SECONDS)
    clipped, level = defects.clipped(waveform), defects.level_db(power, speech)
    snr = defects.snr_db(power, speech)
    enough = spoken >= _LEAST_SPEECH
    decay = defects.decay_db_s(waveform, sample_rate) if enough and snr >= _HEARD_ECHO else np.inf
    heard = speakers.listen(waveform, sample_rate) if enough else speakers.NOBODY_ELSE
    if heard.count == speakers.Speakers.SEVERAL and _other_background(power, heard.others, level):
        heard = replace(heard, count=speakers.Speakers.UNSURE)
    size = sample_rate * activity.BLOCK // activity.RATE
    by_block = clipped[: len(power) * size].reshape(-1, size).mean(axis=1)
    clipping = float(clipped.mean()) if clipped.size else 0.0
    if clipping < 0.001:  # the highest peaks of any speech
        by_block = np.zeros(len(power))
    return Quality(
        seconds=len(waveform) / sample_rate,
        speech_seconds=spoken,
        level_db=level,
        clipping=clipping,
        snr_db=snr,
        spread_db=noise.noise_floor_spread_db(waveform, sample_rate),
        echo=decay < ECHO_BELOW,
        bandwidth_hz=defects.bandwidth_hz(waveform, sample_rate, speech),
        speakers=str(heard.count),
        heard_until=pauses.heard_until(waveform, sample_rate, clearest.LONGEST),
        clearest=clearest.clearest(power, speech, by_block, heard.others, level),
    )


def _other_background(power: defects.FloatArray, others: defects.FloatArray, level_db: float) -> bool:
    """Whether those who seem to be others speak before a noise of their own: noise makes one voice seem two."""
    middle = (np.arange(len(power)) + 0.5) * activity.BLOCK_SECONDS
    theirs = np.zeros(len(power), np.bool_)
    for start, end in others:
        theirs |= (middle >= start) & (middle <= end)
    backgrounds = defects.background_db(power[theirs]), defects.background_db(power[~theirs])
    return abs(backgrounds[0] - backgrounds[1]) > _OTHER_NOISE_DB and max(backgrounds) > level_db - _NO_MATTER_DB
