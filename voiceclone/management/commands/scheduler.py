"""The scheduler: runs the periodic table. Any number of them may run at once."""

from __future__ import annotations

import logging
import signal
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

from voiceclone.work.periodic import run_due
from voiceclone.work.processes import watch_lifeline

log = logging.getLogger("work")
LOOK = 1.0  # seconds
STOP = {signal.SIGINT, signal.SIGTERM}


class Command(BaseCommand):
    help = "Run what is periodic: expiry, the reaper, pruning."
    requires_system_checks = []  # `release` and `serve` make them once

    def handle(self, *args: Any, **options: Any) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP)  # first, so that every thread has it: they are waited for below
        watch_lifeline()
        while not signal.sigtimedwait(STOP, LOOK):
            close_old_connections()
            try:
                run_due()
            except DatabaseError:
                log.exception("the database is away")
