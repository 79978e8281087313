"""The table of the report card: what is fine, what is worth a warning, and what no voice can be made of."""

from __future__ import annotations

from enum import StrEnum

from voiceclone.audio.quality import Quality
from voiceclone.audio.quality.speakers import Speakers


class Grade(StrEnum):
    FINE = "fine"
    WARN = "warn"
    STOP = "stop"


LEAST_SPEECH, ENOUGH_SPEECH, MOST_SPEECH = 3.0, 10.0, 60.0  # seconds
NO_LEVEL, LOWEST_LEVEL, HIGHEST_LEVEL = -45.0, -30.0, -14.0  # dBFS
SOME_CLIPPING, MUCH_CLIPPING = 0.001, 0.01  # share of samples
NO_SNR, GOOD_SNR = 5.0, 20.0  # dB
PHONE_BELOW = 7000.0  # Hz
NOISE_REDUCTION_HELPS = 27.0  # dB of `noise_floor_spread_db`


def grades(quality: Quality) -> dict[str, Grade]:
    """The grade of each check that is not fine."""
    found = {
        "speech": _speech(quality),
        "level": _level(quality.level_db),
        "clipping": _above(quality.clipping, SOME_CLIPPING, MUCH_CLIPPING),
        "noise": _noise(quality.snr_db),
        "echo": Grade.WARN if quality.echo else Grade.FINE,
        "bandwidth": Grade.WARN if quality.bandwidth_hz < PHONE_BELOW else Grade.FINE,
        "speakers": _speakers(quality.speakers),
    }
    if found["speech"] == Grade.STOP:  # what is said of the voice in it would be a guess
        for check in ("echo", "bandwidth", "speakers"):
            found[check] = Grade.FINE
    return {check: grade for check, grade in found.items() if grade != Grade.FINE}


def noise_reduction_helps(quality: Quality) -> bool:
    return _noise(quality.snr_db) != Grade.FINE and quality.spread_db < NOISE_REDUCTION_HELPS


def _speech(quality: Quality) -> Grade:
    if quality.speech_seconds < LEAST_SPEECH:
        return Grade.STOP
    short, long = quality.speech_seconds < ENOUGH_SPEECH, quality.speech_seconds > MOST_SPEECH
    return Grade.WARN if short or long else Grade.FINE


def _level(level_db: float) -> Grade:
    if level_db < NO_LEVEL:
        return Grade.STOP
    return Grade.FINE if LOWEST_LEVEL <= level_db <= HIGHEST_LEVEL else Grade.WARN


def _above(value: float, some: float, much: float) -> Grade:
    return Grade.STOP if value > much else Grade.WARN if value >= some else Grade.FINE


def _noise(snr_db: float) -> Grade:
    return Grade.STOP if snr_db < NO_SNR else Grade.WARN if snr_db <= GOOD_SNR else Grade.FINE


def _speakers(count: str) -> Grade:
    return {Speakers.ONE: Grade.FINE, Speakers.UNSURE: Grade.WARN}.get(Speakers(count), Grade.STOP)
