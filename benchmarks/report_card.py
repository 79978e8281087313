"""How often the report card finds a fault that was made, and how often it sees one where there is none.

    python -m benchmarks.report_card FOLDER [FOLDER...] [--half 0|1] [--limit N]

Each file is a speaker. Limits were chosen on half 0 of a folder; report half 1. A fault counts as found where its own
row is not fine. A false alarm is such a row on the untouched recording, brought to -23 dBFS; recordings from LibriVox
and the like have true faults of their own, so those whose pauses are quiet (`noise_floor_spread_db` of 35 dB and more)
are counted apart, and an alarm of clipping is not counted where `was_limited` finds that it is true.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, sosfilt

from voiceclone.audio.quality.grades import grades
from voiceclone.audio.quality.measuring import measure

RATE = 24000  # Hz, of every recording we keep
SHORTEST, CLEAN_SPREAD = 8.0, 35.0  # seconds; dB
Sound = NDArray[np.float64]
Fault = Callable[[Sound, Sound, np.random.Generator], Sound]


def white(snr: float) -> Fault:
    return lambda voice, _, random: _added(voice, random.standard_normal(len(voice)), snr)


def pink(snr: float) -> Fault:
    def make(voice: Sound, _: Sound, random: np.random.Generator) -> Sound:
        spectrum = np.fft.rfft(random.standard_normal(len(voice)))
        spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
        noise = sosfilt(butter(4, 100, "highpass", fs=RATE, output="sos"), np.fft.irfft(spectrum, len(voice)))
        return _added(voice, noise, snr)

    return make


def music(snr: float) -> Fault:
    return lambda voice, _, random: _added(voice, _band_plays(len(voice), random), snr)


def only_music(voice: Sound, _: Sound, random: np.random.Generator) -> Sound:
    return 0.07 * _band_plays(len(voice), random)


def clipped(share: float) -> Fault:
    """At full scale, as a recorder's converter does it."""
    return lambda voice, *_: np.clip(voice / np.quantile(np.abs(voice), 1 - share), -1, 1)


def clipped_elsewhere(share: float) -> Fault:
    """At 44.1 kHz, then turned down and resampled."""

    def make(voice: Sound, *_: Any) -> Sound:
        wide = soxr.resample(voice, RATE, 44100)
        cut = np.clip(wide / np.quantile(np.abs(wide), 1 - share), -1, 1)
        return np.asarray(0.7 * soxr.resample(cut, 44100, RATE))

    return make


def room(seconds: float, direct_db: float) -> Fault:
    """A room that takes `seconds` to fall silent (T60); the direct sound is `direct_db` above its echoes."""

    def make(voice: Sound, _: Sound, random: np.random.Generator) -> Sound:
        time_ = np.arange(int(1.2 * seconds * RATE)) / RATE
        echoes = random.standard_normal(len(time_)) * 10 ** (-3 * time_ / seconds) * (time_ > 0.003)
        echoes *= np.sqrt(10 ** (-direct_db / 10) / np.sum(echoes**2))
        echoes[0] = 1
        heard = fftconvolve(voice, echoes)[: len(voice)]
        return np.asarray(heard * np.sqrt(np.mean(voice**2) / np.mean(heard**2)))

    return make


def band(highest: float) -> Fault:
    rate = round(2 * highest)
    return lambda voice, *_: np.asarray(soxr.resample(soxr.resample(voice, RATE, rate), rate, RATE))


def one_after_the_other(voice: Sound, other: Sound, _: Any) -> Sound:
    return _talk([voice[: 8 * RATE], other[: 8 * RATE]])


def in_turns(voice: Sound, other: Sound, _: Any) -> Sound:
    turns = [part for at in (0, 4) for part in (voice[at * RATE :][: 4 * RATE], other[at * RATE :][: 4 * RATE])]
    return _talk(turns)


def quieter(decibels: float) -> Fault:
    return lambda voice, *_: voice * 10 ** (-decibels / 20)


FAULTS: dict[str, tuple[tuple[str, ...], Fault]] = {
    "white noise, SNR 15 dB": (("noise",), white(15)),
    "white noise, SNR 8 dB": (("noise",), white(8)),
    "pink noise, SNR 15 dB": (("noise",), pink(15)),
    "pink noise, SNR 2 dB": (("noise", "speech"), pink(2)),
    "music behind it, 10 dB": (("noise",), music(10)),
    "nothing but music": (("noise", "speech"), only_music),
    "clipped, 0.3 % of samples": (("clipping",), clipped(0.003)),
    "clipped, 2 % of samples": (("clipping",), clipped(0.02)),
    "clipped 2 %, then turned down": (("clipping",), clipped_elsewhere(0.02)),
    "room, T60 0.6 s": (("echo",), room(0.6, 0)),
    "room, T60 0.9 s": (("echo",), room(0.9, 0)),
    "band to 4 kHz": (("bandwidth",), band(4000)),
    "band to 5.5 kHz": (("bandwidth",), band(5500)),
    "two people, one after the other": (("speakers",), one_after_the_other),
    "two people in turns of 4 s": (("speakers",), in_turns),
    "quiet, -40 dBFS": (("level",), quieter(17)),
    "nearly silent, -55 dBFS": (("level", "speech"), quieter(32)),
}


def _added(voice: Sound, noise: Sound, snr: float) -> Sound:
    return np.asarray(voice + noise * np.sqrt(np.mean(voice**2) / np.mean(noise**2) / 10 ** (snr / 10)))


def _talk(turns: list[Sound]) -> Sound:
    return np.concatenate([part for turn in turns for part in (turn, np.zeros(RATE // 4))])


def _band_plays(length: int, random: np.random.Generator) -> Sound:
    """Chords over a bass and a drum, made up by `random`; RMS 1."""
    sound, beat = np.zeros(length), int(RATE * 60 / random.integers(80, 130))
    for number, start in enumerate(range(0, length, beat)):
        time_ = np.arange(min(2 * beat, length - start)) / RATE
        root = 55 * 2 ** ((int(random.choice([0, 3, 5, 7])) if number % 4 == 0 else 0) / 12)
        for step in (0, 12, 16, 19, 24, 28):
            for partial in range(1, 7):
                tone = np.sin(2 * np.pi * root * 2 ** (step / 12) * partial * time_ + random.uniform(0, 6))
                sound[start : start + len(time_)] += tone * np.exp(-2.5 * time_) / partial**1.3
        hit = np.arange(min(RATE // 8, length - start)) / RATE
        sound[start : start + len(hit)] += 2 * random.standard_normal(len(hit)) * np.exp(-40 * hit)
    return np.asarray(sound / np.sqrt(np.mean(sound**2)))


def read(path: Path) -> Sound:
    """At RATE and -23 dBFS."""
    sound, rate = soundfile.read(path, dtype="float64", always_2d=True)
    voice = soxr.resample(sound.mean(axis=1), rate, RATE)[: 60 * RATE]
    return np.asarray(voice * 10 ** (-23 / 20) / np.sqrt(np.mean(voice**2)))


def kept(sound: Sound) -> NDArray[np.float32]:
    """As a sample is kept: 16 bit."""
    return (np.round(np.clip(sound, -1, 1) * 32767) / 32768).astype(np.float32)


def was_limited(path: Path) -> bool:
    """Whether a published recording has twice as many samples near the top of each half of its wave as a little below:
    speech has no such tops. Each half is judged by itself, so this is not how the card looks for them."""
    sound = soundfile.read(path, dtype="float64", always_2d=True)[0].mean(axis=1)

    def piles_up(half: Sound) -> bool:
        counts = np.histogram(half, half.max() * np.exp(np.arange(-30, 1) * 0.02))[0]
        here, below = counts[4:-1] + counts[5:], counts[:-5] + counts[1:-4]
        return bool(np.any((here > 2e-4 * sound.size) & (here > 2 * below)))

    return piles_up(sound) and piles_up(-sound)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--half", type=int, choices=(0, 1), help="every second speaker only")
    parser.add_argument("--limit", type=int, help="so many speakers at most")
    options = parser.parse_args()
    paths = sorted(path for folder in options.folders for path in folder.glob("*.flac") if "heldout" not in path.name)
    paths = [path for path in paths if soundfile.info(path).duration >= SHORTEST]
    paths = paths[options.half :: 2] if options.half is not None else paths
    paths = paths[: options.limit]
    voices = [read(path) for path in paths]
    clean, alarms, quiet_alarms, spent, length = 0, Counter[str](), Counter[str](), 0.0, 0.0
    any_alarm = any_quiet = 0
    for path, voice in zip(paths, voices, strict=True):
        started = time.process_time()
        quality = measure(kept(voice), RATE)
        spent, length = spent + time.process_time() - started, length + quality.seconds
        rows = set(grades(quality)) - ({"speech"} if quality.speech_seconds > 3 else set())
        if "clipping" in rows and was_limited(path):
            print(f"  {path.stem} was clipped before it was published")
            rows.remove("clipping")
        alarms.update(rows)
        any_alarm += bool(rows)
        if quality.spread_db >= CLEAN_SPREAD:
            clean, any_quiet = clean + 1, any_quiet + bool(rows)
            quiet_alarms.update(rows)
            if rows:
                print(f"  {path.stem}: {', '.join(sorted(rows))}")
    print(f"{len(paths)} speakers, {clean} of them with quiet pauses; {spent / length * 60:.2f} s CPU for 60 s\n")
    print(f"{'false alarms':34} {'all':>8} {'quiet pauses':>14}")
    for row in ("level", "clipping", "noise", "echo", "bandwidth", "speakers"):
        print(f"{row:34} {alarms[row] / len(paths):8.1%} {quiet_alarms[row] / max(clean, 1):14.1%}")
    print(f"{'any of them':34} {any_alarm / len(paths):8.1%} {any_quiet / max(clean, 1):14.1%}\n")
    print(f"{'fault':34} {'found':>8} {'of these stop':>14}")
    for name, (rows, make) in FAULTS.items():
        found = stopped = 0
        for number, voice in enumerate(voices):
            other = voices[(number + 7) % len(voices)]
            sound = make(voice, other, np.random.default_rng(number))
            given = grades(measure(kept(sound), RATE))
            hit = [given[row] for row in rows if row in given and not (row == "speech" and given[row] != "stop")]
            found, stopped = found + bool(hit), stopped + ("stop" in hit)
        print(f"{name:34} {found / len(voices):8.1%} {stopped / len(voices):14.1%}", flush=True)


if __name__ == "__main__":
    main()
