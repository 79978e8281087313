"""The scheduler: runs the periodic table. Any number of them may run at once."""

from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from voiceclone.work.leases import stopping
from voiceclone.work.periodic import run_due
from voiceclone.work.processes import watch_lifeline

LOOK = 1.0  # seconds


class Command(BaseCommand):
    help = "Run what is periodic: expiry, the reaper, pruning."

    def handle(self, *args: Any, **options: Any) -> None:
        watch_lifeline()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda number, frame: stopping.set())
        while not stopping.is_set():
            close_old_connections()
            run_due()
            stopping.wait(LOOK)
