"""Measure the numbers in voiceclone/engines/builtin/base_voice.npz: `python -m benchmarks.measure_base_voice`.

They are of espeak-ng's own voice, so they are measured again when its package brings another one.
"""

from __future__ import annotations

import numpy as np

from voiceclone.engines.builtin.analysis import CEPSTRAL_ORDER, FloatArray
from voiceclone.engines.builtin.base_voice import NUMBERS, say, scale_of

RATES = (16000, 24000)  # Hz, narrow and wide
RIDGE = 10.0
PANGRAMS = (
    "The quick brown fox jumps over the lazy dog. She sells sea shells by the shore, while we were away. "
    "How much would you charge for a good boy's thin blue cheese? Many young people measure joy."
)
"""Sentences with every English phone."""


def measured() -> dict[str, FloatArray]:
    """The scale of either rate, and how mel-cepstra of the narrow band become those of the wide one."""
    numbers, standardised = {}, []
    for rate in RATES:
        frames = say(PANGRAMS, "en-us", rate).frames
        scale = scale_of(frames)
        numbers[f"mean_{rate}"], numbers[f"deviation_{rate}"] = scale.mean, scale.deviation
        numbers[f"loudness_{rate}"] = np.array(scale.loudness)
        standardised.append((frames.mel_cepstra - scale.mean) / scale.deviation)
    count = min(map(len, standardised))
    x, y = (rows[:count] for rows in standardised)
    numbers[f"recoding_{RATES[1]}"] = np.linalg.solve(x.T @ x + RIDGE * np.eye(CEPSTRAL_ORDER), x.T @ y)
    return numbers


if __name__ == "__main__":
    np.savez(NUMBERS, allow_pickle=False, **measured())
