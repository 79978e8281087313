"""Keeping the lease of a row while its work runs, and saying how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from voiceclone.engines.base import Progress
from voiceclone.portability.models import Erasure, Export
from voiceclone.work.leases import LeasedQuerySet, LeaseLost, Pace, ShuttingDown, heartbeat, stopping

FIRST_PAUSE = 2.0  # seconds before an unexpected failure is tried again; it doubles each time


@contextmanager
def hold(rows: LeasedQuerySet[Export] | LeasedQuerySet[Erasure], row: Export | Erasure) -> Iterator[Progress]:
    """Yields the function that reports progress.

    That function raises LeaseLost once the row was deleted or taken over, and ShuttingDown once this process was told
    to end.
    """
    held, pace = rows.held(row), Pace()
    with heartbeat(held) as lost:

        def progress(stage: str, done: int, total: int) -> None:
            if lost.is_set():
                raise LeaseLost
            if stopping.is_set():
                raise ShuttingDown
            if pace.lets_pass(stage) and not held.all().update(stage=stage, done=done, total=total):
                raise LeaseLost

        yield progress


def pause(attempts: int) -> float:
    """Seconds until the next attempt."""
    return float(FIRST_PAUSE * 2 ** min(attempts, 9))
