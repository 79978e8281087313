"""How fast the admin panel is with many rows: the median of each list, filter and search.

    python3 benchmarks/admin.py [--rows 100000] [--repeat 5]

Fills a data folder of its own with that many voices, samples, consents, tasks and audit events of a tenth as many
people (with DATABASE_URL: that database, which must be empty), then asks for each page as a browser would.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import benchmarks  # noqa: E402, F401

if TYPE_CHECKING:
    from django.test import Client

    from voiceclone.accounts.models import User

PAGES = {
    "people": ["", "?is_active__exact=1", "?q=person77@example.org", "?p=20"],
    "voices": ["", "?state__exact=failed", "?lasts=soon", "?lasts=frozen", "?engine=builtin", "?q=Voice-7777",
               "?q={voice}", "?q=person77@example.org", "?o=1", "?p=20", "?p=200"],
    "tasks": ["", "?queue=all", "?queue=waiting", "?status__exact=failed", "?kind=clone", "?q={task}", "?q={voice}",
              "?q=Voice-7777", "?q=person77@example.org", "?p=20", "?p=200"],
    "samples": ["", "?source__exact=demo", "?q={sample}", "?q=person77@example.org"],
    "consents": ["", "?method__exact=passport", "?q=person77@example.org"],
    "audit trail": ["", "?action__exact=voice.deleted", "?q={voice}", "?q=person77@example.org", "?p=200"],
}  # fmt: skip
WHERE = {
    "people": "accounts/user",
    "voices": "voices/voice",
    "tasks": "predictions/prediction",
    "samples": "samples/sample",
    "consents": "voices/consent",
    "audit trail": "audit/auditevent",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="voiceclone-admin-") as folder:
        os.environ.update(DATA_DIR=folder, DJANGO_SETTINGS_MODULE="voiceclone.settings")
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("release", verbosity=0)
        started = time.perf_counter()
        admin, ids = fill(options.rows)
        print(f"{connection.vendor}: {options.rows:,} rows each, filled in {time.perf_counter() - started:.0f} s\n")
        measure(admin, ids, options.repeat)


def fill(rows: int) -> tuple[User, dict[str, str]]:
    """An admin, and an id of each kind from somewhere in the middle."""
    from django.utils.timezone import now

    from voiceclone.accounts.models import User
    from voiceclone.audit.models import Action, AuditEvent
    from voiceclone.predictions.models import CLONE, Prediction
    from voiceclone.samples.models import Sample
    from voiceclone.voices.models import Consent, Voice

    dice = random.Random(7)
    first = now() - timedelta(days=300)
    moments = [first + timedelta(days=300 * place / rows) for place in range(rows)]
    count = max(100, rows // 10)
    User.objects.bulk_create([User(email=f"person{n}@example.org") for n in range(count)], 2000)
    people = list(User.objects.order_by("pk"))
    owners = [dice.choice(people) for _ in range(rows)]

    def keep(model: Any, made: list[Any]) -> list[Any]:
        model.objects.bulk_create(made, 2000)
        return made

    peaks = [dice.randrange(101) for _ in range(160)]
    words = {"sha256": "0" * 64, "statement": Consent.STATEMENT, "version": Consent.VERSION}
    consents = keep(Consent, [Consent(person=who, given_at=t, **words) for who, t in zip(owners, moments, strict=True)])
    samples = keep(
        Sample,
        [
            Sample(owner=who, file="none", seconds=12, sha256=f"{n:064}", peaks=peaks, created_at=t)
            for n, (who, t) in enumerate(zip(owners, moments, strict=True))
        ],
    )
    kinds = [
        {"state": "ready", "is_permanent": True, "first_used_at": first},
        {"state": "ready", "expires_at": now() + timedelta(days=3)},
        {"state": "expired", "ended_at": first, "end_reason": "unused"},
        {"state": "deleted", "ended_at": first, "end_reason": "owner"},
        {"state": "failed", "ended_at": first, "end_reason": "failed"},
    ]
    drawn = dice.choices(kinds, (60, 9, 20, 10, 1), k=rows)
    voices = keep(
        Voice,
        [
            Voice(
                owner=owners[n],
                voice_id=f"Voice-{n:06}",
                engine="builtin",
                consent=consents[n],
                sample=samples[n] if kind["state"] == "ready" else None,
                created_at=moments[n],
                **kind,
            )
            for n, kind in enumerate(drawn)
        ],
    )
    speech = {"text": "It was a bright cold day, and the clocks were striking. " * 6}
    tasks = [
        Prediction(
            owner=owners[n],
            model=CLONE if n % 4 == 0 else "minimax/speech-02-hd",
            engine="builtin",
            voice=voices[n],
            input=speech,
            peaks=peaks,
            created_at=moments[n],
            finished_at=moments[n],
            status=dice.choices(("completed", "failed", "cancelled"), (97, 2, 1))[0],
        )
        for n in range(rows)
    ]
    for task in tasks[-200:]:
        task.status, task.finished_at = "created", None
    keep(Prediction, tasks)
    acts = dice.choices(list(Action), k=rows)
    keep(
        AuditEvent,
        [AuditEvent(at=moments[n], actor=owners[n], action=acts[n], object_id=str(voices[n].pk)) for n in range(rows)],
    )
    middle = rows // 2
    ids = {"voice": str(voices[middle].pk), "task": tasks[middle].pk, "sample": str(samples[middle].pk)}
    return User.objects.create_superuser("admin@example.org", None), ids


def measure(admin: User, ids: dict[str, str], repeat: int) -> None:
    from django.test import Client

    browser = Client()
    browser.force_login(admin, backend="allauth.account.auth_backends.AuthenticationBackend")
    print("| page | median ms |\n|---|---|")
    for title, queries in PAGES.items():
        for query in queries:
            address = f"/admin/{WHERE[title]}/{query.format(**ids)}"
            look(browser, address)
            taken = statistics.median(look(browser, address) for _ in range(repeat))
            shown = query.replace("{", "").replace("}", "’s id")
            print(f"| {title} `{shown}` | {taken:.0f} |", flush=True)


def look(browser: Client, address: str) -> float:
    """Milliseconds."""
    started = time.perf_counter()
    answer = browser.get(address, headers={"host": "localhost"})
    assert answer.status_code == 200, (address, answer.status_code)
    return 1000 * (time.perf_counter() - started)


if __name__ == "__main__":
    main()
