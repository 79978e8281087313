"""Learn the numbers in voiceclone/engines/builtin/rhythm.npz: `python -m benchmarks.learn_rhythm FOLDER`.

FOLDER has recordings of English readers; a file's name begins with the reader's and a hyphen. What they say is
transcribed, espeak-ng says it again, and phones are paired as when a voice is learnt. Prints how well the numbers
foretell readers who were left out of them; the numbers that are written are of all readers.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.learning import learn
from voiceclone.engines.base import SampleRejected
from voiceclone.engines.builtin import enrolment, reference, rhythm
from voiceclone.engines.builtin.analysis import Analysis, FloatArray, analyse, median_f0
from voiceclone.engines.builtin.base_voice import Sound
from voiceclone.engines.builtin.network import Float32Array, Network
from voiceclone.engines.builtin.phrasing import LONG_PAUSE, features
from voiceclone.engines.builtin.transcription import SAMPLE_RATE, recogniser

_RARE = 30  # phones heard less often have no weight of their own
_LONGEST = 20.0  # seconds of a recording
_SHORTEST = 6  # phones of a phrase
_EVERY = 5  # readers, of whom one is left out of the test
_PAUSE_INSIDE = 0.1  # seconds: espeak-ng made a pause where the reader made none


@dataclass(frozen=True, slots=True)
class Spoken:
    """A phrase as somebody read it."""

    sounds: list[Sound]
    lengths: FloatArray  # (phones,) frames
    heights: FloatArray  # (phones, 3) log F0 in deviations from the reader's median; nan where unvoiced
    base_heights: FloatArray  # (phones, 3) espeak-ng's
    pause: float  # seconds after it


def phrases_of(path: Path) -> list[Spoken]:
    """The phrases of a recording, as they were read."""
    waveform, rate = reference.read(path)
    waveform, rate, _ = reference.prepare(waveform[: int(_LONGEST * rate)], rate)
    middle = median_f0(waveform, rate)
    if middle is None or rate != SAMPLE_RATE:
        return []
    frames = analyse(waveform, rate, max(60.0, middle * 0.5), min(500.0, middle * 2))
    groups, own = enrolment.phrases_of(recogniser().transcribe(waveform)), _heights(frames)
    found = []
    for group, following in zip(groups, [*groups[1:], None], strict=True):
        after = following[0].start - group[-1].end if following else LONG_PAUSE
        for pair in enrolment.pair(enrolment.say_again([group], frames, _nothing), frames, _nothing)[0]:
            base, phrases = _heights(pair.phrase.base.frames), pair.phrase.base.phrases
            for phrase in phrases:
                if len(phrase) >= _SHORTEST:
                    at = [pair.reference[(pair.base >= s.first) & (pair.base < s.beyond)] for s in phrase]
                    found.append(
                        Spoken(
                            phrase,
                            np.array([float(len(rows)) for rows in at]),
                            np.array([_thirds(own[rows]) for rows in at]),
                            np.array([_thirds(base[s.first : s.beyond]) for s in phrase]),
                            after if phrase is phrases[-1] else _PAUSE_INSIDE,
                        )
                    )
    return found


def _nothing() -> None:
    """No progress to report."""


def _heights(frames: Analysis) -> FloatArray:
    """Log F0 in deviations from its median, nan where unvoiced."""
    log_f0 = np.where(frames.voiced, np.log(np.maximum(frames.f0, 1)), np.nan)
    centre = np.nanmedian(log_f0)
    near = log_f0[np.abs(log_f0 - centre) < 0.7]
    return np.clip((log_f0 - centre) / max(0.05, near.std()), -3.5, 3.5)


def _thirds(values: FloatArray) -> list[float]:
    """The medians of the beginning, the middle and the end."""
    voiced = [part[~np.isnan(part)] for part in np.array_split(values, len(rhythm.HEIGHTS))]
    return [float(np.median(part)) if len(part) else np.nan for part in voiced]


def _rows(read: list[Spoken], phones: tuple[str, ...]) -> tuple[Float32Array, Float32Array]:
    """What is looked at, and what is to be foretold: each phone's stretch and heights."""
    x, y = [], []
    for phrase in read:
        x.append(features(phrase.sounds, phones, phrase.pause))
        base = np.array([s.beyond - s.first for s in phrase.sounds], float)
        stretch = np.log((phrase.lengths + 1) / (base + 1)) - np.log(phrase.lengths.sum() / base.sum())
        y.append(np.column_stack([stretch / rhythm.STRETCH, phrase.heights]))
    return np.concatenate(x).astype(np.float32), np.concatenate(y).astype(np.float32)


def fit(read: list[Spoken], phones: tuple[str, ...]) -> Network:
    x, y = _rows(read, phones)
    importance = np.ones(y.shape[1], np.float32)
    return learn(x, y, phones, importance, hidden=64, dropped=0.3, epochs=20, batch=256, decay=1e-2)


def _alike(one: FloatArray, other: FloatArray) -> float:
    """The correlation of what both know."""
    known = ~np.isnan(one) & ~np.isnan(other)
    return float(np.corrcoef(one[known], other[known])[0, 1])


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
    count = Counter(sound.phone for phrase in everything for sound in phrase.sounds)
    phones = tuple(sorted(phone for phone, times in count.items() if times >= _RARE))
    names = sorted(readers)
    left_out = [phrase for name in names[::_EVERY] for phrase in readers[name]]
    network = fit([phrase for name in names if name not in names[::_EVERY] for phrase in readers[name]], phones)
    x, y = _rows(left_out, phones)
    foretold, base = network(x), np.concatenate([phrase.base_heights for phrase in left_out])
    print(f"{len(readers)} readers, {len(everything)} phrases, {sum(count.values())} phones; of readers left out:")
    print(f"length of phones against espeak-ng's: correlation {_alike(foretold[:, 0], y[:, 0]):.2f}")
    print(f"height of phones: {_alike(foretold[:, 1:], y[:, 1:]):.2f}, espeak-ng's own {_alike(base, y[:, 1:]):.2f}")
    fit(everything, phones).save(rhythm.NUMBERS)
    print(f"{rhythm.NUMBERS.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
