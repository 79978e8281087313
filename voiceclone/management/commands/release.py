"""What has to be done once before a new version runs: the database's shape, the shared cache, the static files."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Migrate the database and collect the static files."

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        call_command("check", databases=["default"])
        call_command("migrate", interactive=False, verbosity=verbosity)
        call_command("createcachetable", verbosity=verbosity)
        call_command("collectstatic", interactive=False, verbosity=verbosity)
