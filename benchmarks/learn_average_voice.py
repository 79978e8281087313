"""Learn the numbers in voiceclone/engines/builtin/average_voice.npz: `python -m benchmarks.learn_average_voice FOLDER`.

FOLDER has recordings of English readers, a reader a file (16 kHz; some twelve seconds of each are enough). What they
say is transcribed, espeak-ng says it again, and frames are paired: at first with espeak-ng's own envelopes, then with
what the network has learnt by then. Prints how well it foretells the envelopes of readers who were left out; the
numbers that are written are of all readers.
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
from voiceclone.engines.builtin import average_voice, base_voice, enrolment, reference
from voiceclone.engines.builtin.alignment import Pairs, Phrase, align
from voiceclone.engines.builtin.analysis import CEPSTRAL_ORDER, SPECTRAL, Analysis, analyse, median_f0
from voiceclone.engines.builtin.average_voice import RATE
from voiceclone.engines.builtin.base_voice import BaseSpeech
from voiceclone.engines.builtin.network import Float32Array, Network
from voiceclone.engines.builtin.transcription import recogniser

_WIDE_RATE = 24000  # Hz: base speech is looked at in either rate
_ROUNDS = 3
_FINE, _FINE_WEIGHT = 24, 0.3  # coefficients from here on matter less
_TRUSTED = 88  # percent of the pairs
_EVERY = 2  # frames; those beside are nearly the same
_LONGEST, _RARE = 20.0, 200  # seconds of a recording; frames of a phone that is not worth an input


@dataclass(frozen=True, slots=True)
class Reader:
    """A recording, and espeak-ng saying the same at both rates."""

    frames: Analysis
    phrases: list[Phrase]
    wide: list[BaseSpeech]


def read(path: Path) -> Reader | None:
    waveform, rate = reference.read(path)
    waveform, rate, _ = reference.prepare(waveform[: int(_LONGEST * rate)], rate)
    middle = median_f0(waveform, rate)
    if middle is None or rate != RATE:
        return None
    frames = analyse(waveform, rate, max(60.0, middle * 0.5), min(500.0, middle * 2))
    reader = Reader(frames, [], [])
    for group in enrolment.phrases_of(recogniser().transcribe(waveform)):
        for phrase in enrolment.say_again([group], frames, lambda: None):
            reader.phrases.append(phrase)
            reader.wide.append(base_voice.say(" ".join(word.text for word in group), "en-us", _WIDE_RATE))
    return reader if reader.phrases else None


def pairs_of(reader: Reader, network: Network | None) -> list[tuple[Pairs, BaseSpeech]]:
    target, found = base_voice.features(reader.frames, base_voice.scale_of(reader.frames)), []
    for phrase, wide in zip(reader.phrases, reader.wide, strict=True):
        base = phrase.base
        average = average_voice.envelopes(base, network) if network else average_voice.unchanged(base)
        if (pairs := align(phrase, average, target)) is not None:
            found.append((pairs, wide))
    return found


def rows_of(reader: Reader, network: Network | None, phones: tuple[str, ...]) -> tuple[Float32Array, Float32Array]:
    """Inputs and standardised envelopes of the pairs that are trusted, from base speech of both rates."""
    scale, pairs = base_voice.scale_of(reader.frames), pairs_of(reader, network)
    if not pairs:
        return np.zeros((0, 0), np.float32), np.zeros((0, CEPSTRAL_ORDER), np.float32)
    limit = np.percentile(np.concatenate([p.cost for p, _ in pairs]), _TRUSTED)
    x, y = [], []
    for p, wide in pairs:
        kept = np.flatnonzero(p.cost < limit)[::_EVERY]
        envelopes = (reader.frames.mel_cepstra[p.reference[kept]] - scale.mean) / scale.deviation
        for speech in (p.phrase.base, wide):
            x.append(average_voice.inputs(speech, phones)[np.minimum(p.base[kept], len(speech) - 1)])
            y.append(envelopes.astype(np.float32))
    return np.concatenate(x), np.concatenate(y)


def fit(x: Float32Array, y: Float32Array, phones: tuple[str, ...]) -> Network:
    importance = np.ones(y.shape[1], np.float32)
    importance[_FINE:] = _FINE_WEIGHT
    return learn(x, y, phones, importance, hidden=256, dropped=0.2, epochs=9, batch=1024, decay=1e-3)


def left_over(network: Network, x: Float32Array, y: Float32Array) -> float:
    """The share of the envelopes' variance that the network does not foretell."""
    error = (network(x) - y)[:, SPECTRAL]
    return float((error**2).mean() / (y[:, SPECTRAL] ** 2).mean())


def rows_of_all(
    readers: list[Reader], network: Network | None, phones: tuple[str, ...]
) -> tuple[Float32Array, Float32Array]:
    x, y = zip(*(rows for reader in readers if len((rows := rows_of(reader, network, phones))[0])), strict=True)
    return np.concatenate(x), np.concatenate(y)


def learn_in_rounds(readers: list[Reader], phones: tuple[str, ...]) -> Network:
    network: Network | None = None
    for _ in range(_ROUNDS):
        network = fit(*rows_of_all(readers, network, phones), phones)
    assert network is not None
    return network


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--leave-out", type=int, default=10, help="one reader in so many is left out of the test")
    parser.add_argument(
        "--only-test", action="store_true", help="write nothing; the numbers are of the readers not left out"
    )
    a = parser.parse_args()
    readers = []
    for path in sorted(a.folder.glob("*.flac")):
        try:
            if (reader := read(path)) is not None:
                readers.append(reader)
        except SampleRejected as error:
            print(f"{path.name}: {error}", file=sys.stderr)
    count = Counter(phone for reader in readers for phrase in reader.phrases for phone in phrase.base.phones.tolist())
    phones = tuple(sorted(phone for phone, times in count.items() if times >= _RARE))
    left_out, known = readers[:: a.leave_out], [r for i, r in enumerate(readers) if i % a.leave_out]
    print(f"{len(readers)} readers, {len(phones)} phones; of {len(left_out)} readers left out:")
    network: Network | None = None
    for number in range(_ROUNDS):
        before, network = network, fit(*rows_of_all(known, network, phones), phones)
        share = left_over(network, *rows_of_all(left_out, before, phones))
        print(f"round {number + 1}: {100 * share:.0f} % of their envelopes' variance is not foretold", flush=True)
    if a.only_test:
        return
    learn_in_rounds(readers, phones).save(average_voice.NUMBERS)
    print(f"{average_voice.NUMBERS.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
