"""Forty clones while a random worker is killed every four seconds: each must be made, and none twice.

    python3 benchmarks/chaos.py [--clones 40] [--every 4] [--seconds 6] [--workers 2]

Starts a real `manage.py serve` on a data folder of its own (with DATABASE_URL: on that database, which must be empty),
submits real clones, and looks at rows, log and disk. Exits with 1 where anything is not as it must be.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import benchmarks  # noqa: E402, F401

if TYPE_CHECKING:
    from voiceclone.accounts.models import User
    from voiceclone.predictions.models import Prediction
    from voiceclone.samples.models import Sample

AT_MOST = 30.0  # seconds from `kill -9` in the middle of a clone to the finished clone


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clones", type=int, default=40)
    parser.add_argument("--every", type=float, default=4.0, help="seconds between kills")
    parser.add_argument("--seconds", type=float, default=6.0, help="of each sample")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="voiceclone-chaos-") as folder:
        os.environ.update(DATA_DIR=f"{folder}/data", DJANGO_SETTINGS_MODULE="voiceclone.settings")
        with serving(options.workers, Path(folder) / "log") as serve:
            import django

            django.setup()
            logging.disable(logging.INFO)  # here; what counts is the log of `serve`
            user, samples = people_and_speech(options.seconds)
            problems = kill_one_in_the_middle(serve, user, samples[0])
            problems += storm(serve, user, samples, options.clones, options.every)
            problems += look_at_what_is_left(user, (Path(folder) / "log").read_text())
    print("\n".join(problems) or "Everything is as it must be.")
    sys.exit(bool(problems))


@contextlib.contextmanager
def serving(workers: int, log: Path) -> Iterator[int]:
    """A studio that answers. Yields the process id of `serve`."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, str(ROOT / "manage.py"), "serve", f"--port={port}"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env={**os.environ, "WORKERS": str(workers)}, stdout=output, stderr=output, start_new_session=True
        )
    try:
        wait_for(lambda: answers(f"http://127.0.0.1:{port}/healthz"), "the studio answers", 60)
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def answers(url: str) -> bool:
    with contextlib.suppress(OSError):
        return bool(urllib.request.urlopen(url, timeout=5).status == 200)  # noqa: S310 - it is our own address
    return False


def wait_for(condition: Callable[[], object], what: str, seconds: float) -> float:
    """Returns how many seconds it took."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(0.1)
    return time.monotonic() - began


def people_and_speech(seconds: float) -> tuple[User, list[Sample]]:
    """Somebody, with some different samples cut from the demo speech."""
    from voiceclone.accounts.models import User
    from voiceclone.audio.encode import encode
    from voiceclone.engines.builtin.demo import demo_sample
    from voiceclone.samples.intake import take_in_bytes
    from voiceclone.samples.models import Sample

    user = User.objects.create_user(f"chaos-{time.time_ns()}@example.org", "a long enough password 42")
    waveform, rate, _ = demo_sample()
    length, step = int(seconds * rate), int(2.0 * rate)
    pieces = [waveform[first : first + length] for first in range(0, len(waveform) - length, step)]
    sounds = [encode(piece, rate, format="wav") for piece in pieces]
    return user, [take_in_bytes(user, sound, "chaos.wav", Sample.Source.UPLOAD) for sound in sounds]


def clone(user: User, sample: Sample, number: int) -> Prediction:
    """Submit a clone as the page does."""
    from voiceclone.cloning.forms import CloneForm
    from voiceclone.cloning.submit import submit

    wanted = {**CloneForm.initial_values(user), "custom_voice_id": f"ChaosVoice-{number:03d}"}
    form = CloneForm(user, {**wanted, "sample": str(sample.pk), "consent": "on"})
    assert form.is_valid(), form.errors
    return submit(user, sample, form.inputs())


def workers_of(serve: int) -> list[int]:
    import psutil

    children = psutil.Process(serve).children()
    return [child.pid for child in children if child.is_running() and child.cmdline()[-1:] == ["worker"]]


def kill(pid: int, whole_family: bool) -> None:
    """`kill -9` of a worker, alone or together with what it has started."""
    import psutil

    with contextlib.suppress(psutil.NoSuchProcess):
        worker = psutil.Process(pid)
        for process in [worker, *(worker.children(recursive=True) if whole_family else [])]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


def kill_one_in_the_middle(serve: int, user: User, sample: Sample) -> list[str]:
    """One clone, alone: its worker is killed while it speaks. It must be finished by itself, soon."""
    from django_tasks_db.models import DBTaskResult

    prediction = clone(user, sample, 0)

    def is_speaking() -> bool:
        prediction.refresh_from_db()
        return prediction.stage == "speaking" or not prediction.is_unfinished

    undisturbed = wait_for(is_speaking, "the first clone speaks", 60)
    running = DBTaskResult.objects.running().get(task_path="voiceclone.predictions.lifecycle.run")
    kill(int(running.worker_ids[-1].rpartition("-")[2]), whole_family=False)

    def is_final() -> bool:
        prediction.refresh_from_db()
        return not prediction.is_unfinished

    took = wait_for(is_final, "the killed clone ends", 120)
    print(
        f"kill -9 in the middle of a clone (after {undisturbed:.1f} s, while it spoke): "
        f"{prediction.status} by itself {took:.1f} s later, attempts {prediction.attempts}"
    )
    perfect = prediction.status == "completed" and took <= AT_MOST and prediction.attempts == 2
    return [] if perfect else [f"The clone whose worker was killed: {prediction.status}, {took:.1f} s."]


def storm(serve: int, user: User, samples: list[Sample], clones: int, every: float) -> list[str]:
    predictions = [clone(user, samples[n % len(samples)], n) for n in range(1, clones + 1)]
    kills, began = 0, time.monotonic()
    while unfinished(user) and time.monotonic() - began < 60 * clones:
        with contextlib.suppress(TimeoutError):
            wait_for(lambda: not unfinished(user), "the storm", every)
        victims = workers_of(serve)
        if victims and unfinished(user):
            kill(random.choice(victims), whole_family=random.random() < 0.5)
            kills += 1
    took = time.monotonic() - began
    for prediction in predictions:
        prediction.refresh_from_db()
    status = Counter(prediction.status for prediction in predictions)
    attempts = Counter(prediction.attempts for prediction in predictions)
    print(f"{clones} clones of {len(samples)} samples, {kills} kills: {took:.0f} s, {dict(status)}")
    print(f"attempts: {dict(sorted(attempts.items()))}")
    return [] if status == {"completed": clones} else [f"Not all were completed: {dict(status)}."]


def unfinished(user: User) -> bool:
    from voiceclone.predictions.models import Prediction

    return Prediction.objects.for_user(user).unfinished().exists()


def look_at_what_is_left(user: User, log: str) -> list[str]:
    """Of each clone: one result in the log, one file of sound, one profile, one voice that is ready."""
    from django.conf import settings

    from voiceclone.predictions.models import Prediction

    problems = []
    for prediction in Prediction.objects.for_user(user).select_related("voice"):
        voice = prediction.voice
        assert voice is not None
        results = log.count(f" completed prediction={prediction.pk} ")
        sound = [str(path) for path in Path(settings.MEDIA_ROOT, "predictions", prediction.pk).iterdir()]
        profiles = [str(path) for path in Path(settings.MEDIA_ROOT, "voices", str(voice.pk)).iterdir()]
        perfect = (
            results == 1 and voice.is_ready and sound == [prediction.audio.path] and profiles == [voice.profile.path]
        )
        if not perfect:
            problems.append(
                f"prediction {prediction.pk}: {results} results, {len(sound)} files of sound, "
                f"{len(profiles)} profiles, voice {voice.state}"
            )
    errors = [line for line in log.splitlines() if " ERROR " in line or "Traceback" in line]
    return problems + errors


if __name__ == "__main__":
    main()
