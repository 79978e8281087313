"""Rows that a worker holds while it works on them.

The row is the truth and a queue message only says "look at row N", so a lost or doubled message is harmless. A worker
*claims* a row by a conditional UPDATE, *renews* its lease by a heartbeat, and its results are *fenced* by the number
of its attempt: whoever lost the lease changes nothing any more. After `kill -9` the lease runs out and the row is
handed out again. (Gray & Cheriton, "Leases", SOSP 1989; fencing as in Kleppmann, "Designing Data-Intensive
Applications", ch. 8.)
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Self, TypeVar

from django.db import connection, models
from django.db.models import F, Q
from django.utils.timezone import now
from django.utils.translation import get_language

from voiceclone.work.telling import in_each_language

log = logging.getLogger("work")

LEASE = timedelta(seconds=10)  # longer than any step that keeps the heartbeat from running
BEAT = 2.5  # seconds between renewals
MESSAGE_LOST_AFTER = timedelta(seconds=20)
PROGRESS_PAUSE = 0.4  # seconds between two writes of progress
MAX_ATTEMPTS = 12  # so that a row that kills its worker each time is given up in the end

PARKED = datetime(9000, 1, 1, tzinfo=UTC)
"""The lease of a row that no worker holds, because somebody elsewhere works for it: another row keeps track."""

stopping = threading.Event()
"""Set when this process was told to end: work is handed back at the next step."""


class Status(models.TextChoices):
    CREATED = "created"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNFINISHED = (Status.CREATED, Status.PROCESSING)


class Interrupted(Exception):
    """Stop working on this row, and leave it alone."""


class LeaseLost(Interrupted):
    """The row was cancelled, or another worker has taken it over."""


class ShuttingDown(Interrupted):
    """This process ends; the row is to be handed back."""


class LeasedQuerySet(models.QuerySet["_Row"]):
    max_attempts = MAX_ATTEMPTS

    def update(self, **changes: Any) -> int:
        """Whoever writes `error` writes it in each language."""
        if "error" in changes:
            changes["error"], changes["error_in"] = in_each_language(changes["error"])
        return super().update(**changes)

    def claim(self, pk: object) -> bool:
        """Take the row if it is there to be taken: waiting and due, or abandoned by a worker that died."""
        t = now()
        free = Q(status=Status.CREATED, not_before__lte=t) | Q(status=Status.PROCESSING, lease_until__lt=t)
        taken = self.filter(free, pk=pk, attempts__lt=self.max_attempts).update(
            status=Status.PROCESSING, lease_until=t + LEASE, attempts=F("attempts") + 1, started_at=t
        )
        return taken == 1

    def held(self, row: Leased) -> Self:
        """The row, if this attempt still holds it: every result is written through this."""
        return self.filter(pk=row.pk, status=Status.PROCESSING, attempts=row.attempts)

    def park(self, row: Leased, **changes: object) -> bool:
        """Let go of a row that goes on elsewhere; its results are still fenced by this attempt's number."""
        return self.held(row).update(lease_until=PARKED, **changes) == 1

    def abandoned(self) -> Self:
        return self.filter(status=Status.PROCESSING, lease_until__lt=now())

    def in_work(self) -> Self:
        """In a worker's hands now; not what was parked."""
        return self.filter(status=Status.PROCESSING, lease_until__gt=now(), lease_until__lt=PARKED)

    def unheard(self) -> Self:
        """Waiting and due, but the message about it seems to be lost.

        It may only be far back in a long queue, so each message waits about twice as long as the one before: a
        hundred waiting rows must not make thousands of messages.
        """
        t = now()
        due = self.filter(status=Status.CREATED, not_before__lte=t, announced_at__lt=t - MESSAGE_LOST_AFTER)
        return due.annotate(age=F("announced_at") - F("created_at")).filter(announced_at__lte=t - F("age"))

    def announced(self, pk: object) -> None:
        self.filter(pk=pk).update(announced_at=now())

    def hand_back(self, row: Leased, **changes: object) -> bool:
        """Give up the lease unfinished. The reaper announces the row again at its next turn."""
        at_once = F("created_at") - MESSAGE_LOST_AFTER - timedelta(seconds=1)
        fields = {"status": Status.CREATED, "lease_until": None, "announced_at": at_once, **changes}
        return self.held(row).update(**fields) == 1


class Leased(models.Model):
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.CREATED)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(default=now)
    announced_at = models.DateTimeField(default=now, help_text="When the queue was last told of it.")
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    stage = models.CharField(max_length=20, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    error_in = models.JSONField(default=dict, blank=True, help_text="The same in the other languages of the pages.")

    class Meta:
        abstract = True

    @property
    def is_unfinished(self) -> bool:
        return self.status in UNFINISHED

    @property
    def reason(self) -> str:
        """`error` in the language of whoever looks."""
        return str(self.error_in.get(get_language(), self.error))


_Row = TypeVar("_Row", bound=Leased)


class Pace:
    """Lets the same thing happen again only after PROGRESS_PAUSE seconds; a change of stage always passes."""

    def __init__(self) -> None:
        self.stage, self.at = "", 0.0

    def lets_pass(self, stage: str) -> bool:
        t = time.monotonic()
        if stage == self.stage and t - self.at < PROGRESS_PAUSE:
            return False
        self.stage, self.at = stage, t
        return True


@contextmanager
def heartbeat(held: models.QuerySet[_Row]) -> Iterator[threading.Event]:
    """Renew a lease from a thread while the work runs. Yields an event that is set once the lease is lost."""
    ended, lost = threading.Event(), threading.Event()

    def beat() -> None:
        try:
            while not ended.wait(BEAT):
                if not held.all().update(lease_until=now() + LEASE):
                    lost.set()
                    return
        except Exception:  # the database is away: the lease runs out, and somebody else takes over
            log.exception("a lease could not be renewed")
            lost.set()
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield lost
    finally:
        ended.set()
        thread.join()


def reap(rows: LeasedQuerySet[_Row], *, announce: Callable[[_Row], None], give_up: Callable[[_Row], None]) -> int:
    """Hand out again what dead workers left, and repeat lost messages. Returns how many rows it touched.

    Safe to run twice at once: every step is a conditional UPDATE.
    """
    touched = 0
    for row in rows.filter(
        Q(status=Status.CREATED) | Q(lease_until__lt=now()), status__in=UNFINISHED, attempts__gte=rows.max_attempts
    ):
        give_up(row)
        touched += 1
    for row in rows.abandoned():
        if (
            rows.held(row)
            .filter(lease_until__lt=now())
            .update(status=Status.CREATED, lease_until=None, announced_at=now())
        ):
            announce(row)
            touched += 1
    for row in rows.unheard():
        rows.announced(row.pk)
        announce(row)
        touched += 1
    return touched
