"""Hundreds of speeches wait at a slow vendor: does one worker carry them, and do its own speeches have to wait?

    python3 benchmarks/hosted_waiting.py [--count 600] [--seconds 60]

The vendor is a second real studio whose worker is stopped (SIGSTOP) once it has made the voice, and goes on at the end.
It shares this machine, so its web server's work is in the figures. Exits with 1 where a speech is lost or paid twice.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import benchmarks  # noqa: E402, F401

if TYPE_CHECKING:
    from tests.studio import Studio
    from voiceclone.accounts.models import User
    from voiceclone.predictions.models import Prediction
    from voiceclone.voices.models import Voice

AS_IS = {"MONTHLY_SPENDING": "0", "ALLOW_PRIVATE_HOSTS": "127.0.0.1"}
TEXT = "This one does not have to wait for anybody."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--seconds", type=float, default=60.0, help="for which they all wait")
    options = parser.parse_args()
    from benchmarks.hosted_chaos import books, share_the_data_of, studios

    with (
        tempfile.TemporaryDirectory(prefix="voiceclone-hosted-waiting-") as folder,
        studios(Path(folder), AS_IS, 1, 0.0, webhooks=False) as (vendor, _harm, ours, key),
    ):
        share_the_data_of(ours, AS_IS)
        user, own, hosted = two_voices()
        alone = [speak(user, own, TEXT) for _ in range(5)]
        for process in vendor.processes("worker"):
            process.suspend()
        began = time.monotonic()
        tasks = submit(user, hosted, options.count)
        wait(lambda: not in_state("queued", "submitting", "unknown"))
        print(f"{options.count} speeches: all taken by the vendor after {time.monotonic() - began:.0f} s")
        beside = watch(ours, user, own, options.seconds)
        print(
            f"a speech of our own engine: median {statistics.median(alone):.2f} s alone, "
            f"{statistics.median(beside):.2f} s beside them"
        )
        for process in vendor.processes("worker"):
            process.resume()
        wait(lambda: not in_state("waiting", "fetching"), 3600)
        problems = look(tasks, dict(books(vendor, key)))
        problems += [line for line in ours.output().splitlines() if " ERROR " in line or "Traceback" in line][:20]
    print("\n".join(problems) or "Everything is as it must be.")
    sys.exit(bool(problems))


def two_voices() -> tuple[User, Voice, Voice]:
    """A person with a voice of our own engine and one at the vendor, both used once."""
    from benchmarks.chaos import people_and_speech
    from voiceclone.cloning.submit import submit as clone
    from voiceclone.predictions.models import Prediction

    user, samples = people_and_speech(12.0)
    found = []
    for engine in ("builtin", "wavespeed"):
        wanted = {"text": "Hello there.", "language_boost": "auto", "custom_voice_id": f"Voice-{engine}"}
        task = clone(user, samples[0], wanted, engine=engine)
        wait(lambda task=task: not Prediction.objects.unfinished().filter(pk=task.pk).exists())
        task.refresh_from_db()
        assert task.status == "completed", task.error
        assert task.voice is not None
        found.append(task.voice)
    for voice in found:
        speak(user, voice, TEXT)
    return user, found[0], found[1]


def submit(user: User, voice: Voice, count: int) -> list[Prediction]:
    from voiceclone.predictions import lifecycle

    return [
        lifecycle.submit(user, "minimax/speech-02-turbo", voice.engine, voice, {"text": f"Number {n}."})
        for n in range(count)
    ]


def speak(user: User, voice: Voice, text: str) -> float:
    """Seconds from the request to the result."""
    from voiceclone.predictions import lifecycle

    task = lifecycle.submit(user, "minimax/speech-02-hd", voice.engine, voice, {"text": text})
    wait(lambda: not type(task).objects.unfinished().filter(pk=task.pk).exists())
    task.refresh_from_db()
    assert task.status == "completed", task.error
    assert task.duration is not None
    return task.duration


def watch(ours: Studio, user: User, own: Voice, seconds: float) -> list[float]:
    """Print how the waiting ones are looked after; meanwhile speak with our own engine. Returns those seconds."""
    from django.db.models import Min, Sum
    from django.utils.timezone import now

    from voiceclone.predictions.models import RemoteJob

    (worker,) = ours.processes("worker")
    rows = RemoteJob.objects.filter(state="waiting")
    looks, cpu, began = rows.aggregate(n=Sum("looks"))["n"], worker.cpu_times(), time.monotonic()
    late: list[float] = []
    beside: list[float] = []
    while time.monotonic() - began < seconds:
        beside.append(speak(user, own, TEXT))
        first = rows.aggregate(at=Min("not_before"))["at"]
        late.append(max(0.0, (now() - first).total_seconds()))
        time.sleep(1)
    took = time.monotonic() - began
    looks, used = rows.aggregate(n=Sum("looks"))["n"] - looks, worker.cpu_times()
    cores = (used.user + used.system - cpu.user - cpu.system) / took
    print(
        f"{rows.count()} wait: {looks / took:.0f} looks a second, the latest look {statistics.median(late):.1f} s late "
        f"(median; worst {max(late):.1f} s), the worker uses {cores:.2f} of a core and "
        f"{worker.memory_info().rss / 2**20:.0f} MB, {len(beside)} speeches of its own included"
    )
    return beside


def look(tasks: list[Prediction], bought: dict[str, int]) -> list[str]:
    from voiceclone.predictions.models import Prediction

    problems, completed = [], 0
    for row in Prediction.objects.filter(pk__in=[one.pk for one in tasks]):
        completed += row.status == "completed"
        if row.status != "completed" or bought.get(row.text) != 1:
            problems.append(f"{row.pk}: {row.status}, {bought.get(row.text, 0)} times at the vendor: {row.error}")
    print(f"{completed} of {len(tasks)} completed, each once on the vendor's books")
    return problems[:20]


def in_state(*states: str) -> bool:
    from voiceclone.predictions.models import RemoteJob

    return RemoteJob.objects.filter(state__in=states).exists()


def wait(condition: object, seconds: float = 600.0) -> None:
    from tests.studio import wait_for

    wait_for(condition, "the next step", seconds)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
