"""How long the server takes for the library: `python -m benchmarks.library [--voices 2000] [--repeat 20]`.

Fills a database of its own, asks the view through Django's whole middleware, and prints medians in milliseconds and
the number of queries. What was measured is in docs/voices.md.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--voices", type=int, default=2000)
    parser.add_argument("--repeat", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="voiceclone-library-") as folder:
        os.environ.update(DATA_DIR=folder, DJANGO_SETTINGS_MODULE="voiceclone.settings")
        import django

        django.setup()
        measure(options.voices, options.repeat)


def measure(voices: int, repeat: int) -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from tests.library import crowd
    from voiceclone.accounts.models import User
    from voiceclone.library.listing import PAGE
    from voiceclone.samples.models import Sample

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    user = User.objects.create_user("many@example.org")
    sample = Sample.objects.create(owner=user, original_name="a.wav", sha256="0" * 64, seconds=12.0)
    crowd.make(user, sample, voices)
    browser = Client(headers={"host": "localhost"})
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    last = -(-voices // PAGE)
    pages = {
        "page 1": "",
        "search “narrator”": "?q=narrator",
        "search, nothing found": "?q=nobody",
        "temporary, ending soonest": "?show=temporary&sort=ending",
        "by name, in the middle": f"?sort=name&page={last // 2}",
        "last page": f"?page={last}",
    }
    print(f"{voices} voices; medians of {repeat}\n{'':28}{'wall ms':>9}{'CPU ms':>9}{'queries':>9}")
    for label, query in pages.items():
        with CaptureQueriesContext(connection) as queries:
            answer = browser.get(f"/voices/{query}")
        assert answer.status_code == 200, label
        asked, wall, busy = len(queries), [], []
        for _ in range(repeat):
            start, cpu = time.perf_counter(), time.process_time()
            browser.get(f"/voices/{query}")
            wall.append(1000 * (time.perf_counter() - start))
            busy.append(1000 * (time.process_time() - cpu))
        print(f"{label:28}{statistics.median(wall):9.1f}{statistics.median(busy):9.1f}{asked:9}")


if __name__ == "__main__":
    main()
