"""A background worker: takes tasks from the queue, one at a time, until it is told to end."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection
from django_tasks_db.management.commands.db_worker import Worker as QueueWorker

from voiceclone.cloning import demo
from voiceclone.engines import registry
from voiceclone.predictions.remote import courier
from voiceclone.work.leases import stopping
from voiceclone.work.models import Worker
from voiceclone.work.processes import share_heaps, watch_lifeline

log = logging.getLogger("work")
BEAT = 4.0  # seconds between signs of life
LOOK = 0.25  # seconds between looks at an empty queue


class PromptWorker(QueueWorker):
    """Ends within moments: a task under way is handed back instead of being finished."""

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        stopping.set()
        self.running = False
        if not self.running_task:
            raise SystemExit(0)


class Command(BaseCommand):
    help = "Run one background worker. Start as many as there are processor cores to spare."
    requires_system_checks = []  # `release` and `serve` make them once

    def handle(self, *args: Any, **options: Any) -> None:
        watch_lifeline()
        share_heaps()
        name = f"{socket.gethostname()[:40]}-{os.getpid()}"
        worker = PromptWorker(
            queue_names=["default"],
            interval=LOOK,
            batch=False,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=name,
            excluded_queue_names=[],
        )
        worker.configure_signals()
        threading.Thread(target=_show_life, args=(name,), daemon=True).start()
        threading.Thread(target=_warm_up, daemon=True).start()
        courier.start()
        log.info("worker started name=%s", name)
        try:
            worker.run()
        except DatabaseError as error:
            log.exception("the database is away")
            raise SystemExit(1) from error  # whoever supervises starts another after a pause
        finally:
            with contextlib.suppress(DatabaseError):
                Worker.objects.filter(name=name).delete()
            log.info("worker ended name=%s", name)


def _show_life(name: str) -> None:
    while not stopping.is_set():
        try:
            Worker.beat(name)
        except Exception:
            log.exception("worker could not show life name=%s", name)
        finally:
            connection.close()
        stopping.wait(BEAT)


def _warm_up() -> None:
    try:
        for name in settings.ENGINES:
            registry.get(name).warm_up()
        demo.prepare()
    except Exception:
        log.exception("the engines could not be warmed up")
