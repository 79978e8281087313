"""Clones and speeches by a vendor, through a proxy that does harm, while our workers are killed: paid once, none lost?

    python3 benchmarks/hosted_chaos.py [--clones 200] [--speeches 40] [--chance 0.35] [--every 4] [--no-webhooks]

The vendor is a second real studio with the built-in engine; between it and ours stands tests/harm.py. Exits with 1
where anything was paid twice, is lost, or hangs.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import benchmarks  # noqa: E402, F401

if TYPE_CHECKING:
    from tests.harm import Harm
    from tests.studio import Studio
    from voiceclone.accounts.models import User
    from voiceclone.predictions.models import Prediction

QUICK = {
    "HOSTED_TIMEOUT": "4",
    "HOSTED_POLL": "0.5",
    "HOSTED_REST": "2",
    "HOSTED_WEBHOOK_WAIT": "4",
    "HOSTED_UNCLEAR_MINUTES": "1",
    "HOSTED_LONGEST_MINUTES": "30",
    "MONTHLY_SPENDING": "0",
    "ALLOW_PRIVATE_HOSTS": "127.0.0.1",
}
"""What takes minutes with a real vendor takes seconds here."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clones", type=int, default=200)
    parser.add_argument("--speeches", type=int, default=40)
    parser.add_argument("--chance", type=float, default=0.35, help="of harm, for each request")
    parser.add_argument("--every", type=float, default=4.0, help="seconds between kills")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--longest", type=float, default=1800.0, help="seconds until what is unfinished counts as hung")
    parser.add_argument("--no-webhooks", action="store_true", help="as on a machine that nobody can reach")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="voiceclone-hosted-chaos-") as folder,
        studios(Path(folder), QUICK, options.workers, options.chance, webhooks=not options.no_webhooks) as all_,
    ):
        vendor, harm, ours, key = all_
        share_the_data_of(ours, QUICK)
        user, tasks = ask_for_clones(options.clones)
        kills, took = storm(ours, user, options, harm)
        speeches, more_kills, more_took = ask_for_speeches(ours, user, options, harm)
        problems = look(vendor, key, harm, [*tasks, *speeches])
        print(f"{kills + more_kills} workers killed; {took:.0f} s for the clones, {more_took:.0f} s for the speeches")
        print("harm done:", ", ".join(f"{name} {count}" for name, count in sorted(harm.done.items())))
        problems += [line for line in ours.output().splitlines() if " ERROR " in line or "Traceback" in line][:20]
    print("\n".join(problems) or "Everything is as it must be.")
    sys.exit(bool(problems))


@contextlib.contextmanager
def studios(
    folder: Path, variables: dict[str, str], workers: int, chance: float, *, webhooks: bool
) -> Iterator[tuple[Studio, Harm, Studio, str]]:
    """The vendor, the harm before it, ours, and our key at the vendor."""
    from tests.harm import Harm
    from tests.studio import Studio

    quiet = {"API_REQUESTS_PER_MINUTE": "0", "API_TASKS_IN_FLIGHT": "0", "ALLOW_PRIVATE_HOSTS": "127.0.0.1"}
    with Studio(folder / "vendor", variables=quiet) as vendor:
        vendor.wait_until_healthy(120)
        command = [sys.executable, str(ROOT / "manage.py"), "createapikey", "customer@example.org"]
        made = subprocess.run(command, env=vendor.environment, check=True, capture_output=True, text=True)
        key = made.stdout.splitlines()[-1]
        with Harm(vendor.port, chance=chance, seconds=float(QUICK["HOSTED_TIMEOUT"])) as harm:
            own = {**variables, "WAVESPEED_API_KEY": key, "WAVESPEED_BASE_URL": harm.url, "WORKERS": str(workers)}
            studio = Studio(folder / "ours", variables=own)
            if webhooks:
                studio.environment["SITE_URL"] = studio.url
            with studio as ours:
                ours.wait_until_healthy(120)
                yield vendor, harm, ours, key


def share_the_data_of(ours: Studio, variables: dict[str, str]) -> None:
    """Django here, with the database and the settings of that studio."""
    os.environ.update({name: ours.environment[name] for name in ("DATA_DIR", *variables, "WAVESPEED_API_KEY")})
    os.environ.update(DJANGO_SETTINGS_MODULE="voiceclone.settings", ENGINES="builtin,wavespeed")
    import django

    django.setup()
    logging.disable(logging.INFO)


def ask_for_clones(count: int) -> tuple[User, list[Prediction]]:
    from benchmarks.chaos import people_and_speech
    from voiceclone.cloning.submit import submit

    user, samples = people_and_speech(12.0)
    wanted = {"text": "Hello there.", "language_boost": "auto"}
    return user, [
        submit(user, samples[n % 2], {**wanted, "custom_voice_id": f"ChaosVoice-{n:03d}"}, engine="wavespeed")
        for n in range(count)
    ]


def ask_for_speeches(
    ours: Studio, user: User, options: argparse.Namespace, harm: Harm
) -> tuple[list[Prediction], int, float]:
    from voiceclone.predictions import lifecycle
    from voiceclone.voices.models import Voice

    voices = list(Voice.objects.filter(owner=user, state="ready")[: options.speeches])
    made = [
        lifecycle.submit(user, "minimax/speech-02-hd", "wavespeed", voices[n % len(voices)], {"text": f"Number {n}."})
        for n in range(options.speeches if voices else 0)
    ]
    kills, took = storm(ours, user, options, harm)
    return made, kills, took


def storm(ours: Studio, user: User, options: argparse.Namespace, harm: Harm) -> tuple[int, float]:
    """Kill a random worker now and then until nothing is unfinished. Returns how many, and the seconds."""
    from benchmarks.chaos import kill, unfinished, workers_of

    kills, began = 0, time.monotonic()
    while unfinished(user) and time.monotonic() - began < options.longest:
        time.sleep(options.every * random.uniform(0.5, 1.5))
        victims = workers_of(ours.process.pid)
        if victims and unfinished(user):
            kill(random.choice(victims), whole_family=random.random() < 0.5)
            kills += 1
    return kills, time.monotonic() - began


def look(vendor: Studio, key: str, harm: Harm, tasks: list[Prediction]) -> list[str]:
    """Compare what people were told with what the vendor has on its books."""
    from voiceclone.predictions.models import Prediction

    bought = books(vendor, key)
    problems: list[str] = []
    for kind in ("clone", "speech"):
        rows = Prediction.objects.filter(pk__in=[one.pk for one in tasks]).select_related("remote", "voice")
        rows = (
            rows.filter(model="minimax/voice-clone") if kind == "clone" else rows.exclude(model="minimax/voice-clone")
        )
        count: Counter[str] = Counter()
        for row in rows:
            times = bought[row.remote.voice_name if kind == "clone" else row.text]
            unclear = row.outcome_is_unclear
            count[row.status] += 1
            count["exactly once"] += times == 1
            count["twice or more"] += times > 1
            count["never"] += times == 0
            count["unclear, said so"] += unclear
            count["previews by a speech"] += row.remote.purpose == "preview"
            count["with a webhook's help"] += bool(row.remote.hinted_id)
            count["in words"] += row.status == "failed" and bool(row.error)
            count["hung"] += row.is_unfinished
            paid_and_lost = times and row.status == "failed" and not unclear
            if times > 1 or row.is_unfinished or paid_and_lost or (row.status == "failed" and not row.error):
                problems.append(
                    f"{kind} {row.pk}: {row.status} {row.remote.state}, {times} times at the vendor: {row.error}"
                )
            if row.status == "completed" and not (times and row.audio and row.audio.size > 1000):
                problems.append(f"{kind} {row.pk}: completed without having been made")
        print(f"{kind}: {rows.count()} · " + " · ".join(f"{name} {number}" for name, number in count.items() if number))
        for row in rows:
            if row.status == "failed":
                print(f"  told: {row.error}")
    refused = sum(status != 200 for _, _, status in harm.submitted)
    print(f"submits that reached the vendor: {len(harm.submitted)}, of which it refused {refused}")
    if harm.leaked:
        problems.append(f"a key was sent where none belongs: {Counter(harm.leaked)}")
    return problems


def books(vendor: Studio, key: str) -> Counter[str]:
    """How often the vendor has taken each voice ID, and each text; asked directly, all pages."""
    import requests

    found: Counter[str] = Counter()
    headers, page = {"Authorization": f"Bearer {key}"}, 1
    while True:
        wanted = {"page": page, "page_size": 100, "include_inputs": True}
        answer = requests.post(f"{vendor.url}/api/v3/predictions", json=wanted, headers=headers, timeout=60)
        items: list[dict[str, Any]] = answer.json()["data"]["items"]
        for one in items:
            found[one["input"].get("custom_voice_id") or one["input"]["text"]] += 1
        if len(items) < 100:
            return found
        page += 1


if __name__ == "__main__":
    main()
