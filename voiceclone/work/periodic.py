"""The periodic table: `settings.PERIODIC` says what runs every so many seconds."""

from __future__ import annotations

import logging

from django.conf import settings
from django.utils.module_loading import import_string

from voiceclone.work.models import PeriodicRun

log = logging.getLogger("work")


def run_due() -> None:
    """Run what is due. What fails is logged and tried again at its next turn."""
    waiting = PeriodicRun.waiting()
    for seconds, path in settings.PERIODIC:
        if path in waiting or not PeriodicRun.claim(path, seconds):
            continue
        try:
            import_string(path)()
        except Exception:
            log.exception("periodic function=%s failed", path)
