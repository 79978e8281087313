"""The moves of a remote job. The one place where its state changes.

    queued → submitting | failed | cancelled
    submitting → waiting | queued | unknown | failed | done
    unknown → waiting | submitting (a clone only) | failed | done
    waiting → fetching | queued (a clone whose preview is spoken anew) | failed
    fetching → done | waiting | failed
    done, failed, cancelled: final (whoever cancels a task cancels its job, in whatever state)

Every move is one UPDATE that holds only for the worker that has the row, and for the state that it saw.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.utils.timezone import now

from voiceclone.predictions.models import RemoteJob
from voiceclone.work.leases import LeaseLost, Status

log = logging.getLogger("remote")
State = RemoteJob.State
MOVES: dict[str, set[str]] = {
    State.QUEUED: {State.QUEUED, State.SUBMITTING, State.FAILED, State.CANCELLED},
    State.SUBMITTING: {State.WAITING, State.QUEUED, State.UNKNOWN, State.FAILED, State.DONE},
    State.UNKNOWN: {State.UNKNOWN, State.WAITING, State.SUBMITTING, State.FAILED, State.DONE},
    State.WAITING: {State.WAITING, State.FETCHING, State.QUEUED, State.FAILED},
    State.FETCHING: {State.FETCHING, State.DONE, State.WAITING, State.FAILED},
    State.DONE: set(),
    State.FAILED: set(),
    State.CANCELLED: set(),
}
FINAL = {State.DONE: Status.COMPLETED, State.FAILED: Status.FAILED, State.CANCELLED: Status.CANCELLED}


class NoSuchMove(RuntimeError):
    """A mistake of ours."""


def move(job: RemoteJob, to: str, *, pause: float | None = None, **changes: Any) -> None:
    """Write the next state. With `pause` (seconds) the row is let go until then; without, this worker keeps it.

    Raises LeaseLost where this worker does not hold it any more, or it is in another state.
    """
    if to not in MOVES[job.state]:
        raise NoSuchMove(f"{job.state} to {to}")
    if job.state == State.UNKNOWN and to == State.SUBMITTING and job.purpose != RemoteJob.Purpose.CLONE:
        raise NoSuchMove("a speech is never sent again")
    fields: dict[str, Any] = {"state": to, **changes}
    if to in FINAL:
        fields |= {"status": FINAL[State(to)], "lease_until": None, "finished_at": now()}
    elif pause is not None:
        fields |= {"status": Status.CREATED, "lease_until": None, "not_before": now() + timedelta(seconds=pause)}
    if not RemoteJob.objects.held(job).filter(state=job.state).update(**fields):
        raise LeaseLost
    if to != job.state:
        log.info("remote job=%s %s to %s prediction=%s", job.pk, job.state, to, job.prediction_id)
    for name, value in fields.items():
        setattr(job, name, value)
