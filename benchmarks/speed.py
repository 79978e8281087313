"""How fast the built-in engine learns and speaks: `python -m benchmarks.speed [recording] [--repeat 3]`.

Without a recording it takes the sample voice that the project makes itself. Prints medians; CPU seconds are this
process's and its synthesiser's together. For comparable figures set OMP_NUM_THREADS=1, as a worker does.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import TypeVar

import psutil
import soundfile

from voiceclone.engines import registry
from voiceclone.engines.base import EnrolmentOptions, SpeechSettings
from voiceclone.engines.builtin.demo import demo_sample
from voiceclone.engines.builtin.espeak import espeak

T = TypeVar("T")

PREVIEW = "Hello, this is my new voice. How do you like it?"
TEXT = (
    "It was a bright cold day, and the clocks were striking. Most of the people in this country live near the sea. "
    "He asked me whether I had seen the money on the table. We will have to wait for the next train to the city."
)


def cpu() -> float:
    """Seconds of CPU that this process has used, its synthesiser, and what has helped it and ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = time.process_time() + ended.ru_utime + ended.ru_stime
    if espeak.pid:
        speaking = psutil.Process(espeak.pid).cpu_times()
        used += speaking.user + speaking.system
    return used


def measure(work: Callable[[], T]) -> tuple[float, float, T]:
    """Wall and CPU seconds, and what was made."""
    wall, busy = time.perf_counter(), cpu()
    made = work()
    return time.perf_counter() - wall, cpu() - busy, made


def together(workers: int, profile: bytes) -> float:
    """Seconds until each of so many processes has spoken TEXT three times, once all of them are warm."""
    context = multiprocessing.get_context("spawn")
    ready, go = context.Barrier(workers + 1), context.Barrier(workers + 1)
    processes = [context.Process(target=_worker, args=(profile, ready, go)) for _ in range(workers)]
    for process in processes:
        process.start()
    ready.wait()
    start = time.perf_counter()
    go.wait()
    for process in processes:
        process.join()
    return time.perf_counter() - start


def _worker(profile: bytes, ready: Barrier, go: Barrier) -> None:
    engine = registry.get("builtin")
    list(engine.speak(profile, PREVIEW, SpeechSettings()))
    ready.wait()
    go.wait()
    for _ in range(3):
        list(engine.speak(profile, TEXT, SpeechSettings()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recording", nargs="?", type=Path)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument(
        "--long", action="store_true", help="also speak 1,000 and 10,000 characters, for a minute or two"
    )
    parser.add_argument("--together", action="store_true", help="also two workers at once, against one alone")
    arguments = parser.parse_args()
    engine = registry.get("builtin")
    rows: dict[str, list[tuple[float, float]]] = {}

    with tempfile.TemporaryDirectory() as folder:
        transcript, sample = "", arguments.recording
        if sample is None:
            waveform, sample_rate, transcript = demo_sample()
            sample = Path(folder) / "demo.flac"
            soundfile.write(sample, waveform, sample_rate)
        seconds = soundfile.info(str(sample)).duration
        rows["warm up"] = [measure(engine.warm_up)[:2]]
        learnings = {"learn, free": ""} | ({"learn, with its text": transcript} if transcript else {})
        profile = b""
        for _, (label, text) in itertools.product(range(arguments.repeat), learnings.items()):
            wall, busy, profile = measure(partial(engine.enrol, sample, EnrolmentOptions(transcript=text)))
            rows.setdefault(label, []).append((wall, busy))

    spoken = 0.0
    for _ in range(arguments.repeat):
        first = measure(lambda: next(engine.speak(profile, TEXT, SpeechSettings())))
        preview = measure(lambda: list(engine.speak(profile, PREVIEW, SpeechSettings())))
        whole = measure(lambda: list(engine.speak(profile, TEXT, SpeechSettings())))
        spoken = sum(len(chunk.waveform) / chunk.sample_rate for chunk in whole[2])
        for label, (wall, busy, _) in (("first sentence", first), ("preview", preview), ("four sentences", whole)):
            rows.setdefault(label, []).append((wall, busy))

    print(f"{seconds:.1f} s recording; profile {len(profile) / 1e6:.1f} MB; medians of {arguments.repeat}")
    print(f"{'':24}{'wall s':>8}{'CPU s':>8}")
    for label, times in rows.items():
        print(f"{label:24}{statistics.median(t[0] for t in times):8.2f}{statistics.median(t[1] for t in times):8.2f}")
    busy = statistics.median(t[1] for t in rows["four sentences"])
    print(f"{'CPU s for a spoken s':24}{'':8}{busy / spoken:8.3f}")
    for length in (1000, 10_000) if arguments.long else ():
        text = (TEXT + " ") * (1 + length // len(TEXT))
        _, busy, chunks = measure(
            lambda text=text, length=length: list(engine.speak(profile, text[:length], SpeechSettings()))
        )
        seconds = sum(len(chunk.waveform) / chunk.sample_rate for chunk in chunks)
        print(f"{f'{length:,} characters':24}{seconds:8.0f}{busy:8.2f}{busy / length * 1000:8.2f} for each thousand")
    if arguments.together:
        one, two = (together(workers, profile) for workers in (1, 2))
        print(f"{'two workers at once':24}{two:8.2f}{'':8}{two / one:8.2f} times as long as one alone")
    print(f"{'peak memory, MB':24}{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:8.0f}")


if __name__ == "__main__":
    main()
