"""How good a recording is to learn a voice from: everything that the report card says, as numbers.

What was measured is kept and graded without scipy, which only `measuring` needs.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quality:
    """What was measured. Levels in dBFS, `clipping` is a share of all samples."""

    seconds: float
    speech_seconds: float
    level_db: float
    clipping: float
    snr_db: float
    spread_db: float
    """Of `noise_floor_spread_db`: where it is small, noise reduction helps."""
    echo: bool
    bandwidth_hz: float
    speakers: str
    """A value of `Speakers`."""
    heard_until: float
    """Where the first 60 seconds of it end, long pauses left out: an engine may hear no more."""
    clearest: tuple[float, float] | None
    """The best part, in seconds; None where that is everything."""
