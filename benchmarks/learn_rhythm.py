"""Learn the numbers in voiceclone/engines/builtin/rhythm.json: `python -m benchmarks.learn_rhythm FOLDER`.

FOLDER has recordings of English readers; a file's name begins with the reader's and a hyphen. What they say is
transcribed, espeak-ng says it again, and phones are paired as when a voice is learnt. Prints how well the numbers
foretell readers who were left out of them; the numbers that are written are of all readers.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

import numpy as np

from voiceclone.engines.base import SampleRejected
from voiceclone.engines.builtin import enrolment, reference, rhythm
from voiceclone.engines.builtin.analysis import Analysis, FloatArray, analyse, median_f0
from voiceclone.engines.builtin.base_voice import Sound
from voiceclone.engines.builtin.transcription import SAMPLE_RATE, recogniser

_RARE = 30  # phones heard less often have no weight of their own
_RIDGE = 30.0
_LONGEST = 12.0  # seconds of a recording

Spoken = tuple[list[Sound], FloatArray, FloatArray, FloatArray]
"""A phrase: its phones, what each lasts (frames), its height (deviations, or nan), espeak-ng's height."""


def phrases_of(path: Path) -> list[Spoken]:
    """The phrases of a recording, as they were read."""
    waveform, rate = reference.read(path)
    waveform, rate = reference.prepare(waveform[: int(_LONGEST * rate)], rate)
    middle = median_f0(waveform, rate)
    if middle is None or rate != SAMPLE_RATE:
        return []
    frames = analyse(waveform, rate, max(60.0, middle * 0.5), min(500.0, middle * 2))
    words = recogniser().transcribe(waveform)
    pairs, _ = enrolment.pair(enrolment.say_again(enrolment.phrases_of(words), frames, _nothing), frames, _nothing)
    own = _heights(frames)
    found = []
    for pair in pairs:
        base = _heights(pair.phrase.base.frames)
        for phrase in pair.phrase.base.phrases:
            if len(phrase) >= 6:
                at = [pair.reference[(pair.base >= s.first) & (pair.base < s.beyond)] for s in phrase]
                heights = np.array([_middle(own[rows]) for rows in at])
                said_by_base = np.array([_middle(base[s.first : s.beyond]) for s in phrase])
                found.append((phrase, np.array([float(len(rows)) for rows in at]), heights, said_by_base))
    return found


def _nothing() -> None:
    """No progress to report."""


def _heights(frames: Analysis) -> FloatArray:
    """Log F0 in deviations from its median, nan where unvoiced."""
    log_f0 = np.where(frames.voiced, np.log(np.maximum(frames.f0, 1)), np.nan)
    centre = np.nanmedian(log_f0)
    near = log_f0[np.abs(log_f0 - centre) < 0.7]
    return np.clip((log_f0 - centre) / max(0.05, near.std()), -3, 3)


def _middle(values: FloatArray) -> float:
    voiced = values[~np.isnan(values)]
    return float(np.median(voiced)) if len(voiced) > 1 else np.nan


def _goals(phrase: Spoken) -> tuple[FloatArray, FloatArray]:
    """What is to be foretold: the logarithm of each phone's stretch, and its height."""
    sounds, lengths, heights, _ = phrase
    base = np.array([s.beyond - s.first for s in sounds], float)
    return np.log((lengths + 1) / (base + 1)) - np.log(lengths.sum() / base.sum()), heights


def fit(read: list[Spoken], phones: tuple[str, ...]) -> tuple[FloatArray, FloatArray]:
    x = np.concatenate([rhythm.features(phrase[0], phones) for phrase in read])
    stretch, height = (np.concatenate(goal) for goal in zip(*map(_goals, read), strict=True))
    heard = ~np.isnan(height)
    return _ridge(x, stretch), _ridge(x[heard], height[heard])


def _ridge(x: FloatArray, y: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.solve(x.T @ x + _RIDGE * np.eye(x.shape[1]), x.T @ y))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    readers: dict[str, list[Spoken]] = {}
    for path in sorted(folder.glob("*.flac")):
        try:
            readers.setdefault(path.stem.split("-")[0], []).extend(phrases_of(path))
        except SampleRejected as error:
            print(f"{path.name}: {error}", file=sys.stderr)
    everything = [phrase for read in readers.values() for phrase in read]
    count = Counter(sound.phone for phrase in everything for sound in phrase[0])
    phones = tuple(phone for phone, times in count.most_common() if times >= _RARE)
    names = sorted(readers)
    left_out = [phrase for name in names[::4] for phrase in readers[name]]
    weights = fit([phrase for name in names if name not in names[::4] for phrase in readers[name]], phones)
    x = np.concatenate([rhythm.features(phrase[0], phones) for phrase in left_out])
    stretch, height = (np.concatenate(goal) for goal in zip(*map(_goals, left_out), strict=True))
    base = np.concatenate([phrase[3] for phrase in left_out])
    heard = ~np.isnan(height) & ~np.isnan(base)
    print(f"{len(readers)} readers, {len(everything)} phrases, {sum(count.values())} phones; of readers left out:")
    print(f"length of phones against espeak-ng's: correlation {np.corrcoef(x @ weights[0], stretch)[0, 1]:.2f}")
    print(f"height of phones: {np.corrcoef((x @ weights[1])[heard], height[heard])[0, 1]:.2f}", end="")
    print(f", espeak-ng's own {np.corrcoef(base[heard], height[heard])[0, 1]:.2f}")
    stretches, heights = fit(everything, phones)
    numbers = {"phones": phones, "stretch": stretches.round(3).tolist(), "height": heights.round(3).tolist()}
    rhythm.NUMBERS.write_text(json.dumps(numbers) + "\n")


if __name__ == "__main__":
    main()
