"""What has to be done once before a new version runs: the database's shape, the shared cache, the static files."""

from __future__ import annotations

import fcntl
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError


class Command(BaseCommand):
    help = "Check the settings, migrate the database and collect the static files."
    requires_system_checks = []  # made below, with the database

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        with (settings.DATA_DIR / ".release.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # two first starts at once: the second waits, then finds it done
            try:
                self.check(databases=["default"], display_num_errors=verbosity > 0)
                call_command("migrate", interactive=False, skip_checks=True, verbosity=verbosity)
                call_command("createcachetable", verbosity=verbosity)
            except OperationalError as error:
                raise CommandError(f"The database cannot be used: {' '.join(str(error).split())}") from error
            call_command("collectstatic", interactive=False, verbosity=verbosity)
