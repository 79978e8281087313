"""Calibration: a voice that was learnt says some sentences, and gets the tone that makes them more like its recording.

How alike they are is the likeness that people are shown (`voiceclone.audio.speaker_embedding`). Nothing is said again
for it: what is heard is changed in mel bands, and some steps are taken along the gradient, by Adam (D. P. Kingma,
J. Ba, "Adam: a method for stochastic optimization", ICLR 2015).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from voiceclone.audio import speaker_embedding
from voiceclone.engines.builtin import postfilter, synthesis
from voiceclone.engines.builtin.analysis import FloatArray
from voiceclone.engines.builtin.profile import Profile
from voiceclone.engines.builtin.prosody import STYLES

TEXTS = (
    "My brother keeps his old guitar beside the kitchen door.",
    "Rachel got twelve dark houses.",
    "Would you like some water, or a cup of strong coffee?",
    "It rained all night, and this morning the garden looked fresh and green.",
)
_RIDGE = 1e-4  # likeness that a square decibel of a tone costs in each band
_EVERY = 3  # of the windows, which overlap by half, is listened to
_STEPS, _STEP = 4, 0.6  # dB
_KEPT, _KEPT_SQUARES = 0.8, 0.99  # of Adam's running means
_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Trial:
    """What a voice said, before the postfilter, and whom it should sound like."""

    spectra: NDArray[np.float32]  # (windows, frames, MELS), power
    heard: postfilter.Heard
    person: speaker_embedding.Embedding

    def likeness(self, gains: FloatArray) -> tuple[float, FloatArray]:
        """How alike they are with a filter, (windows, frames, BANDS) dB, and the gradient of that by the filter."""
        bands, widths = postfilter.mel_shapes(), speaker_embedding.band_widths()
        changed = self.spectra * 10 ** (gains @ bands / 10)
        changed *= (self.spectra @ widths).sum() / (changed @ widths).sum()  # a clone is as loud as its recording
        likeness, gradient = speaker_embedding.slope(changed.astype(np.float32), self.person)
        along = gradient * changed
        along -= along.sum() * changed * widths / (changed @ widths).sum()
        return likeness, along @ bands.T * (np.log(10) / 10)

    def of_tone(self, tone: FloatArray) -> tuple[float, FloatArray]:
        """The same for a tone, (2, BANDS) dB, beside what the network does."""
        likeness, gradient = self.likeness(self.heard.gains(postfilter.network(), tone))
        gradient, loud = gradient * self.heard.speech, self.heard.loud
        return likeness, np.stack([(share * gradient).sum((0, 1)) for share in (loud, 1 - loud)])


def trial(profile: Profile, person: speaker_embedding.Embedding, texts: Sequence[str], every: int = 1) -> Trial:
    """Let a voice speak, and listen to one of `every` so many windows."""

    def heard(text: str) -> NDArray[np.float32]:
        said = synthesis.unfiltered(profile, text, "en-us", STYLES["neutral"])
        return speaker_embedding.spectra(said, profile.sample_rate)[::every]

    with ThreadPoolExecutor(2) as both:
        windows = np.concatenate(list(both.map(heard, texts)))
    return Trial(windows, postfilter.hear(windows, profile), person)


def climb(
    slope: Callable[[FloatArray], tuple[float, FloatArray]], start: FloatArray, steps: int, step: float
) -> FloatArray:
    """A tone, (2, BANDS), further up than `start` by so many steps of some `step` dB in each band."""
    now, mean, squares = start.copy(), np.zeros_like(start), np.zeros_like(start)
    for number in range(1, steps + 1):
        gradient = slope(now)[1] - 2 * _RIDGE * now
        mean += (1 - _KEPT) * (gradient - mean)
        squares += (1 - _KEPT_SQUARES) * (gradient**2 - squares)
        now += step * mean / (1 - _KEPT**number) / (np.sqrt(squares / (1 - _KEPT_SQUARES**number)) + _TINY)
    return now


def calibrate(profile: Profile, person: speaker_embedding.Embedding) -> Profile:
    """The voice with a tone of its own. `person` is the embedding of the recording, as loud as clones are."""
    heard = trial(profile, person, TEXTS, _EVERY)
    return replace(profile, tone=climb(heard.of_tone, np.zeros_like(profile.tone), _STEPS, _STEP))
