"""Learn voiceclone/engines/builtin/postfilter.npz: `python -m benchmarks.learn_postfilter FOLDER`.

FOLDER has a recording of each of many readers, `*.flac`. Every reader's voice is learnt and says some sentences; the
network is the one with which all of them together are most like their readers, for as few decibels as possible. Prints
how alike readers are who were left out of it; the numbers that are written are of all readers.
"""

from __future__ import annotations

import argparse
import os
from concurrent.futures import ProcessPoolExecutor
from itertools import chain, pairwise
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # as a worker does

import numpy as np  # noqa: E402
import soundfile  # noqa: E402

from voiceclone.audio.speaker_embedding import MELS  # noqa: E402
from voiceclone.engines.base import EngineError, EnrolmentOptions  # noqa: E402
from voiceclone.engines.builtin import calibration, enrolment, postfilter, reference  # noqa: E402
from voiceclone.engines.builtin.calibration import Trial  # noqa: E402
from voiceclone.engines.builtin.network import Float32Array, Network  # noqa: E402

TEXTS = (
    *calibration.TEXTS,
    "The captain showed us an old map of the northern islands.",
    "Nobody expected such a quiet evening after the festival.",
    "Why did she leave her umbrella under the chair?",
    "A small boat crossed the wide river before sunrise.",
)
FOLDS = 2
HIDDEN = 32
STEPS, READERS = 400, 24  # of Adam, and how many readers one of them hears a sentence of
RATE, LAST = 8e-3, 0.1  # of learning: at first, and how much of it is left in the end
NO_TONE = np.zeros((2, postfilter.BANDS))
PRICE = 3e-4  # likeness that a square decibel costs on average over all bands and frames


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--least", type=float, default=10, help="seconds of a recording that is used")
    a = parser.parse_args()
    paths = [path for path in sorted(a.folder.glob("*.flac")) if soundfile.info(path).duration >= a.least]
    with ProcessPoolExecutor() as pool:
        readers = [trials for trials in pool.map(tried, paths) if trials]
        print(f"{len(readers)} readers", flush=True)
        left_out(readers, pool)
        learnt(readers, pool).save(postfilter.NUMBERS)


def tried(path: Path) -> list[Trial]:
    """What a reader's voice says, a trial for each sentence; none where it cannot be learnt."""
    try:
        profile, person = enrolment.learn(*reference.read(path), EnrolmentOptions())
    except EngineError:
        return []
    return [calibration.trial(profile, person, [text]) for text in TEXTS]


def left_out(readers: list[list[Trial]], pool: ProcessPoolExecutor) -> None:
    """Print what the filter does for readers it was not learnt from, in sentences that calibration does not use."""
    gained = []
    for fold in range(FOLDS):
        network = learnt([r for i, r in enumerate(readers) if i % FOLDS != fold], pool)
        tests = list(chain.from_iterable(r[len(calibration.TEXTS) :] for r in readers[fold::FOLDS]))
        before = pool.map(score, [silent()] * len(tests), tests)
        after = pool.map(score, [network] * len(tests), tests)
        gained += list(zip(before, after, strict=True))
    before, after = np.array(gained).reshape(-1, len(TEXTS) - len(calibration.TEXTS), 2).mean(1).T
    error = (after - before).std() / np.sqrt(len(before))
    print(f"likeness of readers left out {before.mean():.4f}, {(after - before).mean():+.4f} ± {error:.4f}", flush=True)


def score(network: Network, trial: Trial) -> float:
    return trial.likeness(trial.heard.gains(network, NO_TONE))[0]


def silent() -> Network:
    """A network that changes nothing yet."""
    chance = np.random.default_rng(0)
    sizes = ((2 * postfilter.AROUND + 1) * (MELS + 1), HIDDEN, postfilter.BANDS)
    weights = [chance.uniform(-1, 1, (a, b)).astype(np.float32) / np.float32(np.sqrt(a)) for a, b in pairwise(sizes)]
    return Network((), ((weights[0], np.zeros(HIDDEN, np.float32)), (weights[1] * 0, np.zeros(sizes[2], np.float32))))


def learnt(readers: list[list[Trial]], pool: ProcessPoolExecutor) -> Network:
    """By Adam (D. P. Kingma, J. Ba, ICLR 2015); the rate of learning falls in a straight line."""
    chance, network = np.random.default_rng(1), silent()
    first = [np.zeros_like(p) for layer in network.layers for p in layer]
    second = [np.zeros_like(p) for p in first]
    for step in range(1, STEPS + 1):
        some = chance.permutation(len(readers))[:READERS]
        trials = [readers[i][chance.integers(len(TEXTS))] for i in some]
        found = list(pool.map(slope, [network] * len(trials), trials))
        rate = RATE * (1 - (1 - LAST) * (step - 1) / STEPS)
        parameters = [p for layer in network.layers for p in layer]
        for i, p in enumerate(parameters):
            gradient = np.mean([gradients[i] for _, gradients in found], 0)
            first[i] += 0.1 * (gradient - first[i])
            second[i] += 0.001 * (gradient**2 - second[i])
            change = first[i] / (1 - 0.9**step) / (np.sqrt(second[i] / (1 - 0.999**step)) + 1e-8)
            parameters[i] = (p + rate * change).astype(np.float32)
        network = Network((), tuple(zip(parameters[::2], parameters[1::2], strict=True)))
        if step % 10 == 0:
            print(f"{step:4} {np.mean([likeness for likeness, _ in found]):.4f}", flush=True)
    return network


def slope(network: Network, trial: Trial) -> tuple[float, list[Float32Array]]:
    """How alike a reader and a clone are, and the gradient of that, less its price, by the network's parameters."""
    (weights, bias), (last, _) = network.layers
    inputs = trial.heard.inputs
    hidden = np.maximum(inputs @ weights + bias, 0)
    gains = trial.heard.gains(network, NO_TONE)
    likeness, back = trial.likeness(gains)
    back = ((back - PRICE * 2 * (gains - gains.mean()) / gains.size) * trial.heard.speech).astype(np.float32)
    behind = (back @ last.T) * (hidden > 0)
    inputs, hidden, back, behind = (rows.reshape(-1, rows.shape[-1]) for rows in (inputs, hidden, back, behind))
    return likeness, [inputs.T @ behind, behind.sum(0), hidden.T @ back, back.sum(0)]


if __name__ == "__main__":
    main()
