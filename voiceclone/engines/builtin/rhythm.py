"""How people time and intone what espeak-ng says, learnt once from readers.

espeak-ng gives every phone its rule's length and every sentence the same tune. A small network says of each phone how
much longer or shorter readers speak it, and how high at its beginning, in its middle and at its end. What it looks at
(`phrasing.py`) is English, so that only English is spoken so. `benchmarks/learn_rhythm.py` made the numbers;
rhythm-LICENSE.txt says from whom.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter1d

from voiceclone.engines.builtin.analysis import FRAME_PERIOD, FloatArray
from voiceclone.engines.builtin.base_voice import BaseSpeech, Sound
from voiceclone.engines.builtin.network import Network
from voiceclone.engines.builtin.phrasing import LONG_PAUSE, features

NUMBERS = Path(__file__).with_name("rhythm.npz")
VOICE = "en-us"
HEIGHTS = (1 / 6, 1 / 2, 5 / 6)  # of a phone, where its pitch is foretold
STRETCH = 0.45  # the network's unit of the logarithm of a stretch: about its deviation

_MOST = 0.6  # of a stretch, as a logarithm
_SMOOTH = 4  # frames, of the tune
_OWN_SHARE_OF_QUESTIONS = 1.2  # of espeak-ng's own tune, which alone knows a question


@cache
def network() -> Network:
    """From `features` to a phone's stretch and its heights, in deviations from the speaker's mean log F0."""
    return Network.load(NUMBERS)


def _foretold(speech: BaseSpeech) -> list[tuple[list[Sound], FloatArray]]:
    """Phrases, and for each of their phones the stretch and the heights."""
    found = []
    for phrase, following in zip(speech.phrases, [*speech.phrases[1:], None], strict=True):
        pause = (following[0].first - phrase[-1].beyond) * FRAME_PERIOD / 1000 if following else LONG_PAUSE
        rows = features(phrase, network().phones, pause).astype(np.float32)
        found.append((phrase, network()(rows).astype(np.float64)))
    return found


def stretches(speech: BaseSpeech) -> FloatArray:
    """How much longer than espeak-ng's each frame is to last, shape (frames,); 1 on average."""
    factors, spoken = np.ones(len(speech)), np.zeros(len(speech), bool)
    for phrase, foretold in _foretold(speech):
        logs = np.clip(STRETCH * foretold[:, 0], -_MOST, _MOST)
        for sound, log in zip(phrase, logs, strict=True):
            factors[sound.first : sound.beyond] = np.exp(log)
            spoken[sound.first : sound.beyond] = True
    return np.where(spoken, factors / factors[spoken].mean(), 1.0) if spoken.any() else factors


def tune(speech: BaseSpeech, own: FloatArray) -> FloatArray:
    """The course of log F0, in any scale, shape (frames,). `own` is espeak-ng's, in its deviations."""
    times: list[float] = []
    heights: list[float] = []
    for phrase, foretold in _foretold(speech):
        for sound, row in zip(phrase, foretold[:, 1:], strict=True):
            if speech.frames.voiced[sound.first : sound.beyond].any():
                times.extend(sound.first + (sound.beyond - sound.first) * along for along in HEIGHTS)
                heights.extend(row)
    if not times:
        return own
    learnt = gaussian_filter1d(np.interp(np.arange(len(own)), times, heights), _SMOOTH)
    return np.asarray(learnt + _OWN_SHARE_OF_QUESTIONS * own if speech.question else learnt)
