"""Learn voiceclone/engines/builtin/equaliser.npz: `python -m benchmarks.learn_equaliser FOLDER`.

FOLDER has a recording of each of many readers, `*.flac`. Every reader's voice is learnt and says some sentences; the
usual equaliser is the one with which all of them together are most like their readers.
"""

from __future__ import annotations

import argparse
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # as a worker does

import numpy as np  # noqa: E402
import soundfile  # noqa: E402

from voiceclone.engines.base import EngineError, EnrolmentOptions  # noqa: E402
from voiceclone.engines.builtin import calibration, enrolment, equaliser, reference  # noqa: E402
from voiceclone.engines.builtin.analysis import FloatArray  # noqa: E402
from voiceclone.engines.builtin.calibration import Trial  # noqa: E402

STEPS, STEP = 8, 0.4  # dB
FLAT = np.zeros((2, equaliser.BANDS))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--least", type=float, default=10, help="seconds of a recording that is used")
    a = parser.parse_args()
    paths = [path for path in sorted(a.folder.glob("*.flac")) if soundfile.info(path).duration >= a.least]
    with ProcessPoolExecutor() as pool:
        trials = [trial for trial in pool.map(tried, paths) if trial]
        usual = learnt(trials, pool)
    np.savez(equaliser.NUMBERS, allow_pickle=False, usual=usual)
    print(f"{len(trials)} readers; dB for loud and for soft frames, low to high:\n{np.round(usual, 1)}")


def tried(path: Path) -> Trial | None:
    """What a reader's voice says without any equaliser."""
    try:
        profile, person = enrolment.learn(*reference.read(path), EnrolmentOptions())
    except EngineError:
        return None
    return calibration.trial(replace(profile, equaliser=FLAT), person)


def learnt(trials: list[Trial], pool: ProcessPoolExecutor) -> FloatArray:
    """The equaliser, (2, BANDS) dB, that suits all of them best."""

    def slope(change: FloatArray) -> tuple[float, FloatArray]:
        likeness, gradients = zip(*pool.map(Trial.slope, trials, [change] * len(trials)), strict=True)
        print(f"likeness to the recordings {np.mean(likeness):.4f}", flush=True)
        return float(np.mean(likeness)), np.mean(gradients, 0)

    return calibration.climb(slope, FLAT, STEPS, STEP)


if __name__ == "__main__":
    main()
