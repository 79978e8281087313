"""Calibration: a voice that was learnt says some sentences, and is equalised to sound more like its recording.

How alike they are is the likeness that people are shown (`voiceclone.audio.speaker_embedding`). Nothing is said again
for it: what is heard is changed in mel bands, and some steps are taken along the gradient, by Adam (D. P. Kingma,
J. Ba, "Adam: a method for stochastic optimization", ICLR 2015).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from voiceclone.audio import speaker_embedding
from voiceclone.engines.builtin import equaliser, synthesis
from voiceclone.engines.builtin.analysis import FloatArray
from voiceclone.engines.builtin.profile import Profile
from voiceclone.engines.builtin.prosody import STYLES

TEXTS = (
    "My brother keeps his old guitar beside the kitchen door.",
    "Rachel got twelve dark houses.",
    "Would you like some water, or a cup of strong coffee?",
    "It rained all night, and this morning the garden looked fresh and green.",
)
RIDGE = 1e-4  # likeness that a square decibel away from where it began costs in each band
_EVERY = 3  # of the windows, which overlap by half, is listened to
_STEPS, _STEP = 4, 0.6  # dB
_KEPT, _KEPT_SQUARES = 0.8, 0.99  # of Adam's running means
_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Trial:
    """What a voice said, and whom it should sound like."""

    spectra: NDArray[np.float32]  # (windows, frames, mel bands), power
    person: speaker_embedding.Embedding

    def slope(self, change: FloatArray) -> tuple[float, FloatArray]:
        """How alike they are after a change of the equaliser, (2, BANDS) dB, and the gradient of that by the change."""
        bands = equaliser.on_bands(np.arange(speaker_embedding.MELS, dtype=np.float64))
        widths = speaker_embedding.band_widths()
        level = 10 * np.log10(self.spectra.sum(-1, dtype=np.float64) + _TINY)
        loud = equaliser.loud_share(level, float(np.percentile(level, equaliser.LOUD)))[..., None]
        changed = self.spectra * 10 ** ((loud * change[0] + (1 - loud) * change[1]) @ bands / 10)
        power = changed @ widths
        changed *= (self.spectra @ widths).sum() / power.sum()  # a clone is as loud as its recording
        likeness, gradient = speaker_embedding.slope(changed.astype(np.float32), self.person)
        along = gradient * changed
        along -= along.sum() * changed * widths / (changed @ widths).sum()
        of_band = along @ bands.T * (np.log(10) / 10)
        return likeness, np.stack([(share * of_band).sum((0, 1)) for share in (loud, 1 - loud)])


def trial(profile: Profile, person: speaker_embedding.Embedding) -> Trial:
    """Let a voice speak."""
    said = [synthesis.say(profile, text, "en-us", STYLES["neutral"]) for text in TEXTS]
    spectra = [speaker_embedding.spectra(waveform, synthesis.OUTPUT_RATE)[::_EVERY] for waveform in said]
    return Trial(np.concatenate(spectra), person)


def climb(
    slope: Callable[[FloatArray], tuple[float, FloatArray]], start: FloatArray, steps: int, step: float
) -> FloatArray:
    """An equaliser, (2, BANDS), further up than `start` by so many steps of some `step` dB in each band."""
    now, mean, squares = start.copy(), np.zeros_like(start), np.zeros_like(start)
    for number in range(1, steps + 1):
        gradient = slope(now)[1] - 2 * RIDGE * (now - start)
        mean += (1 - _KEPT) * (gradient - mean)
        squares += (1 - _KEPT_SQUARES) * (gradient**2 - squares)
        now += step * mean / (1 - _KEPT**number) / (np.sqrt(squares / (1 - _KEPT_SQUARES**number)) + _TINY)
    return now


def calibrate(profile: Profile, person: speaker_embedding.Embedding) -> Profile:
    """The voice with an equaliser of its own. `person` is the embedding of the recording, as loud as clones are."""
    change = climb(trial(profile, person).slope, np.zeros_like(profile.equaliser), _STEPS, _STEP)
    return replace(profile, equaliser=profile.equaliser + change)
