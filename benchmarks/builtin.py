"""How good the built-in engine is, on a folder of speakers: `python3 benchmarks/builtin.py FOLDER`.

FOLDER has two recordings of every speaker, in any format that soundfile reads: `NAME_ref*.flac`, which is learnt (its
beginning, where a row says how long), and `NAME_heldout*.flac`, other speech of the same person, which is never learnt.
`NAME_ref*.txt`, where there is one, is what was read. At least two speakers; six or more make figures worth reading.

    cos    cosine of GE2E embeddings of the clone and of the person's held-out speech (docs/likeness.md)
    id     how often that person is the nearest of all in the folder
    WER    wrong words of matrix sentences, heard by pocketsphinx with their grammar
    fWER   wrong words of other sentences, heard by pocketsphinx without one: harsh, espeak-ng itself has more than half
    RTF    seconds of CPU for a second of speech
    learn  seconds of CPU to learn the voice
    first  seconds of wall time until the first of two sentences is there
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # as a worker does
sys.path.insert(0, str(Path(__file__).parent.parent))
__import__("benchmarks")  # before what only `.venv` has

import numpy as np  # noqa: E402
import soundfile  # noqa: E402
import soxr  # noqa: E402

from benchmarks.hearing import free_errors, matrix_errors, matrix_sentence  # noqa: E402
from benchmarks.speed import cpu  # noqa: E402
from voiceclone.audio.noise import reduce_noise  # noqa: E402
from voiceclone.audio.speaker_embedding import RATE, Embedding, embed  # noqa: E402
from voiceclone.engines import registry  # noqa: E402
from voiceclone.engines.base import EngineError, EnrolmentOptions, SpeechSettings  # noqa: E402
from voiceclone.engines.builtin.analysis import FloatArray  # noqa: E402
from voiceclone.engines.builtin.espeak import espeak  # noqa: E402
from voiceclone.work.processes import share_heaps  # noqa: E402

SENTENCES = (
    "The birch canoe slid on the smooth planks.",
    "Please call me back tomorrow morning before nine o'clock.",
    "It was a bright cold day and the clocks were striking.",
    "We will have to wait for the next train to the city.",
    "Most of the people in this country live near the sea.",
    "He asked me whether I had seen the money on the table.",
)
LENGTHS, NOISES = (5, 10, 30, 45), (20, 10)  # seconds; dB of speech over noise
PIECE = 2.5  # seconds, as long as a sentence that is scored

Speak = Callable[[str], FloatArray]
"""Says a text at RATE."""


@dataclass(frozen=True)
class Speaker:
    """A person of the folder."""

    name: str
    reference: FloatArray
    sample_rate: int
    transcript: str
    held_out: FloatArray  # at RATE


@dataclass
class Row:
    """What was measured under one condition; every list has an entry for each thing said."""

    cosines: list[float] = field(default_factory=list)
    nearest: list[bool] = field(default_factory=list)
    matrix: list[tuple[int, int]] = field(default_factory=list)
    free: list[tuple[int, int]] = field(default_factory=list)
    spoken: list[tuple[float, float]] = field(default_factory=list)  # seconds of CPU, of speech
    learnt: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    refused: int = 0

    def __str__(self) -> str:
        def rate(errors: list[tuple[int, int]]) -> float:
            wrong, words = np.sum(errors, 0) if errors else (np.nan, 1)
            return float(100 * wrong / words)

        speed = rate(self.spoken) / 100
        cells = [
            f"{np.mean(self.cosines or np.nan):6.3f}{100 * np.mean(self.nearest or np.nan):6.0f} %",
            f"{rate(self.matrix):6.1f} %{rate(self.free):6.1f} %{speed:7.3f}",
            f"{np.median(self.learnt or np.nan):8.2f}{np.median(self.first or np.nan):8.2f}",
            f"   {self.refused} refused" if self.refused else "",
        ]
        return "".join(cells)


HEADER = f"{'':34}{'cos':>6}{'id':>8}{'WER':>8}{'fWER':>8}{'RTF':>7}{'learn':>8}{'first':>8}"


def speakers_of(folder: Path) -> list[Speaker]:
    """Everybody in a folder who has both recordings."""
    found = []
    for path in sorted(folder.glob("*_ref*")):
        name, _, _ = path.stem.rpartition("_ref")
        held = sorted(folder.glob(f"{name}_heldout*"))
        if path.suffix != ".txt" and held:
            reference, rate = soundfile.read(path, always_2d=True)
            text = path.with_suffix(".txt")
            said = text.read_text() if text.exists() else ""
            found.append(Speaker(name, reference.mean(1), rate, said, at_scoring_rate(*soundfile.read(held[0]))))
    return found


def at_scoring_rate(waveform: FloatArray, rate: int) -> FloatArray:
    mono = waveform.mean(1) if waveform.ndim > 1 else waveform
    return np.asarray(mono if rate == RATE else soxr.resample(mono, rate, RATE), np.float64)


def score(row: Row, people: dict[str, Embedding], name: str, speak: Speak, seed: str, times: tuple[int, int]) -> None:
    """Add to a row what one voice is like: `times[0]` sentences for likeness, `times[1]` of the matrix."""
    chance, names = random.Random(seed), list(people)
    matrix = [matrix_sentence(chance) for _ in range(times[1])]
    for text in [*SENTENCES[: times[0]], *matrix]:
        start = cpu()
        waveform = speak(text)
        row.spoken.append((cpu() - start, len(waveform) / RATE))
        alike = np.array([person @ embed(waveform, RATE) for person in people.values()])
        row.cosines.append(float(alike[names.index(name)]))
        row.nearest.append(names[int(alike.argmax())] == name)
        (row.matrix if text in matrix else row.free).append(
            (matrix_errors if text in matrix else free_errors)(waveform, text)
        )


def condition(
    speakers: list[Speaker],
    people: dict[str, Embedding],
    seconds: float,
    times: tuple[int, int],
    seed: int,
    noise: float | None = None,
    reduce: bool = False,
    read: bool = False,
) -> Row:
    """Learn everybody from `seconds` of speech with `noise` dB of signal to noise, and score what they say."""
    row, engine = Row(), registry.get("builtin")
    with tempfile.TemporaryDirectory() as folder:
        for speaker in speakers:
            reference = speaker.reference[: int(seconds * speaker.sample_rate)]
            if noise is not None:
                level = np.sqrt(np.mean(reference**2)) * 10 ** (-noise / 20)
                reference = reference + level * np.random.RandomState(seed).randn(len(reference))
            sample = Path(folder) / "sample.flac"
            soundfile.write(sample, np.clip(reference, -1, 1), speaker.sample_rate)
            try:
                start = cpu()
                options = EnrolmentOptions(noise_reduction=reduce, transcript=speaker.transcript if read else "")
                profile = engine.enrol(sample, options)
                row.learnt.append(cpu() - start)
            except EngineError:
                row.refused += 1
                continue
            start = time.perf_counter()
            next(engine.speak(profile, " ".join(SENTENCES[-2:]), SpeechSettings()))
            row.first.append(time.perf_counter() - start)

            def speak(text: str, profile: bytes = profile) -> FloatArray:
                chunks = list(engine.speak(profile, text, SpeechSettings()))
                return at_scoring_rate(np.concatenate([chunk.waveform for chunk in chunks]), chunks[0].sample_rate)

            score(row, people, speaker.name, speak, f"{seed} {speaker.name}", times)
    return row


def scale(speakers: list[Speaker], people: dict[str, Embedding], times: tuple[int, int], seed: int) -> Iterator[str]:
    """What the figures mean: those of the synthesiser alone, of other people, and of the people themselves."""
    row = Row()
    for speaker in speakers:

        def speak(text: str) -> FloatArray:
            said = espeak.speak(text)
            return at_scoring_rate(said.waveform, said.sample_rate)

        score(row, people, speaker.name, speak, f"{seed} {speaker.name}", times)
    yield f"{'espeak-ng as it is':34}{row}"
    real = {s.name: embed(at_scoring_rate(s.reference, s.sample_rate)[: 5 * RATE], RATE) for s in speakers}
    between = np.array([[real[a] @ people[b] for b in people] for a in people])
    others = between[~np.eye(len(people), dtype=bool)].mean()
    nearest = 100 * (between.argmax(1) == np.arange(len(people))).mean()
    yield f"{'another person, 5 s':34}{others:6.3f}"
    yield f"{'the same person, 5 s':34}{between.diagonal().mean():6.3f}{nearest:6.0f} %"
    everybody = np.array(list(people.values())).T
    for reduce in (False, True):
        alike = [(i, row) for i, speaker in enumerate(speakers) for row in _pieces(speaker, reduce) @ everybody]
        cosine, nearest = np.mean([(row[i], 100 * (row.argmax() == i)) for i, row in alike], 0)
        what = f"the same, {PIECE:g} s" + (", reduced" if reduce else "")
        yield f"{what:34}{cosine:6.3f}{nearest:6.0f} %"


def _pieces(speaker: Speaker, reduce: bool) -> FloatArray:
    """Embeddings of half a minute in pieces as long as a sentence, (pieces, 256), maybe with noise reduction."""
    speech = at_scoring_rate(speaker.reference, speaker.sample_rate)[: 30 * RATE]
    if reduce:
        speech = np.asarray(reduce_noise(speech.astype(np.float32), RATE), np.float64)
    size = int(PIECE * RATE)
    return np.array([embed(speech[at : at + size], RATE) for at in range(0, len(speech) - size + 1, size)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("speakers"))
    parser.add_argument("--sentences", type=int, default=3, help="for likeness and free decoding, at most 6")
    parser.add_argument("--matrix", type=int, default=8, help="sentences of the matrix")
    parser.add_argument("--seconds", type=float, nargs="*", default=LENGTHS, help="lengths of the references")
    parser.add_argument("--noise", type=float, nargs="*", default=NOISES, help="dB of signal to noise")
    parser.add_argument("--seed", type=int, default=1)
    a = parser.parse_args()
    speakers = speakers_of(a.folder) if a.folder.is_dir() else []
    if len(speakers) < 2:
        parser.error(f"{a.folder} has {len(speakers)} speakers with NAME_ref*.flac and NAME_heldout*.flac; give two.")
    share_heaps()  # as a worker does
    registry.get("builtin").warm_up()
    people, times = {s.name: embed(s.held_out, RATE) for s in speakers}, (a.sentences, a.matrix)
    print(
        f"{len(speakers)} speakers; {a.sentences} sentences and {a.matrix} of the matrix each; seed {a.seed}\n{HEADER}"
    )
    for line in scale(speakers, people, times, a.seed):
        print(line, flush=True)
    for seconds in a.seconds:
        row = condition(speakers, people, seconds, times, a.seed)
        print(f"{f'{seconds:.0f} s learnt':34}{row}", flush=True)
        if any(speaker.transcript for speaker in speakers):
            row = condition(speakers, people, seconds, times, a.seed, read=True)
            print(f"{f'{seconds:.0f} s learnt, with its text':34}{row}", flush=True)
    for noise in a.noise:
        for reduce in (False, True):
            row = condition(speakers, people, 30, times, a.seed, noise, reduce)
            print(f"{f'30 s, noise at -{noise:.0f} dB' + (', reduced' if reduce else ''):34}{row}", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB, with the scorer's 120")


if __name__ == "__main__":
    main()
