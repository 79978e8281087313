"""Threads beside a worker's own work that carry remote jobs on: so a slow vendor keeps no built-in task waiting.

A job is in hand only for a step, and lies in the database until its next: one worker carries hundreds.
"""

from __future__ import annotations

import logging
import queue
import random
import threading
from uuid import UUID

from django.db import close_old_connections

from voiceclone.predictions.models import RemoteJob
from voiceclone.predictions.remote import machine
from voiceclone.work.leases import stopping

log = logging.getLogger("remote")
SEATS = 8  # steps at once in one worker
BUSY_LOOK, IDLE_LOOK = 0.1, 0.5  # seconds between looks at what is due


def start() -> None:
    """Begin, in threads that end with the process."""
    due: queue.Queue[UUID] = queue.Queue(maxsize=SEATS)
    in_hand: set[UUID] = set()
    for number in range(SEATS):
        threading.Thread(target=_carry, args=(due, in_hand), name=f"courier-{number}", daemon=True).start()
    threading.Thread(target=_deal, args=(due, in_hand), name="couriers", daemon=True).start()


def _deal(due: queue.Queue[UUID], in_hand: set[UUID]) -> None:
    """Look for what is due and hand it out."""
    while not stopping.is_set():
        dealt = 0
        try:
            found = list(RemoteJob.objects.due().order_by("not_before").values_list("pk", flat=True)[: 4 * SEATS])
            random.shuffle(found)  # other workers look at the same rows
            for pk in found:
                if pk not in in_hand and not due.full():
                    in_hand.add(pk)
                    due.put(pk)
                    dealt += 1
        except Exception:
            log.exception("could not look for remote jobs")
        finally:
            close_old_connections()
        stopping.wait(BUSY_LOOK if dealt else IDLE_LOOK)


def _carry(due: queue.Queue[UUID], in_hand: set[UUID]) -> None:
    while not stopping.is_set():
        try:
            pk = due.get(timeout=1)
        except queue.Empty:
            continue
        try:
            if not stopping.is_set():
                machine.carry(pk)
        except Exception:
            log.exception("remote job=%s could not be carried", pk)
        finally:
            in_hand.discard(pk)
            close_old_connections()
