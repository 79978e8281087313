"""The web server: gunicorn with threads."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from voiceclone.work.processes import watch_lifeline

THREADS = 8


class Command(BaseCommand):
    help = "Run the web server."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 for all of this machine's addresses")
        parser.add_argument("--port", type=int, default=settings.PORT)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        from gunicorn.app.wsgiapp import WSGIApplication

        watch_lifeline()
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        sys.argv = [
            "gunicorn",
            f"--bind={address}",
            f"--workers={settings.WEB_WORKERS}",
            "--worker-class=gthread",
            f"--threads={THREADS}",
            "--no-control-socket",
            "--graceful-timeout=5",
            "--timeout=60",
            "--max-requests=20000",
            "--max-requests-jitter=2000",
            "--log-level=warning",
            "--worker-tmp-dir=/dev/shm",
            *(["--forwarded-allow-ips=*"] if settings.BEHIND_PROXY else []),
            "voiceclone.wsgi",
        ]
        WSGIApplication("%(prog)s [OPTIONS] [APP_MODULE]", prog="gunicorn").run()
