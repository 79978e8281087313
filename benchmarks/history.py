"""How fast the history is with many tasks: median milliseconds that the server needs for a page.

The first column is processor time, which other work on the machine does not change; the second is the clock's.

    python benchmarks/history.py [TASKS]

Makes a throw-away database with TASKS rows (10,000) of one person, then asks each page 15 times.
"""

# ruff: noqa: E402 - Django has to be told first where to look
from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import benchmarks  # noqa: F401

os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="history-")
os.environ["DJANGO_SETTINGS_MODULE"] = "voiceclone.settings"

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils.timezone import now

from voiceclone.accounts.models import User
from voiceclone.predictions.models import Prediction
from voiceclone.voices.models import Consent, Voice

WORDS = ("heron", "reeds", "evening", "mill", "river", "stands", "waits", "flies", "quiet", "grey")
PAGES = {
    "page 1": "",
    "a deep page": "?page=400",
    "search, many found": "?q=heron",
    "search, none found": "?q=flamingo",
    "filter by voice": "?voice=Voice-0007",
    "filter by status": "?status=failed",
    "filter by days": f"?since={now() - timedelta(days=20):%Y-%m-%d}&until={now() - timedelta(days=10):%Y-%m-%d}",
    "all at once": "?q=heron&voice=Voice-0007&model=speech&status=completed&since=2020-01-01",
    "page 2 for htmx": "?page=2",
}


def fill(tasks: int) -> User:
    person = User.objects.create_user("reader@example.org")
    voices = [
        Voice.objects.create(
            owner=person, voice_id=f"Voice-{n:04}", engine="builtin", consent=Consent.give(person),
            state="expired", ended_at=now(), end_reason="unused",
        )
        for n in range(20)
    ]  # fmt: skip
    Prediction.objects.bulk_create(
        Prediction(
            owner=person, voice=voices[n % 20], model="minimax/speech-02-hd", engine="builtin",
            input={"text": " ".join(WORDS[(n * k) % 10] for k in range(1, 60)), "speed": 1.0, "format": "mp3"},
            status="failed" if n % 10 == 0 else "completed", created_at=now() - timedelta(minutes=5 * n),
            started_at=now(), finished_at=now(), seconds=4.0, peaks=[50] * 160,
            audio="" if n % 10 == 0 else f"predictions/{n}/1.mp3", error="Only noise was heard." if n % 10 == 0 else "",
        )
        for n in range(tasks)
    )  # fmt: skip
    return person


def main() -> None:
    tasks = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    browser = Client()
    browser.force_login(fill(tasks), backend="allauth.account.auth_backends.AuthenticationBackend")
    print(f"{tasks:,} tasks, {settings.DATABASES['default']['ENGINE'].rpartition('.')[2]}: median ms of 15")
    for name, query in PAGES.items():
        headers = {"HX-Request": "true"} if "htmx" in name else {}
        worked, waited = [], []
        for _ in range(16):
            start = time.process_time(), time.perf_counter()
            answer = browser.get(f"/history/{query}", headers=headers)
            worked.append(1000 * (time.process_time() - start[0]))
            waited.append(1000 * (time.perf_counter() - start[1]))
            assert answer.status_code == 200
        # the first one loads the templates
        print(f"{name:22}{statistics.median(worked[1:]):7.0f}{statistics.median(waited[1:]):7.0f}")


if __name__ == "__main__":
    main()
