"""Learning voices from samples: started when a sample arrives, waited for or done at once when somebody clones."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import time
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.functional import lazy
from django.utils.timezone import now
from django.utils.translation import gettext_noop
from django_tasks import task

from voiceclone.engines import registry
from voiceclone.engines.base import EngineError, EnrolmentOptions, Progress, SampleRejected
from voiceclone.said import sentence_of
from voiceclone.samples.models import Sample
from voiceclone.voices import likeness
from voiceclone.voices.models import Enrolment
from voiceclone.work.files import erase_folder
from voiceclone.work.leases import Interrupted, LeaseLost, Pace, ShuttingDown, Status, heartbeat, stopping
from voiceclone.work.leases import reap as reap_rows

log = logging.getLogger("voices")
KEPT = timedelta(hours=24)
WAIT = 0.2  # seconds between looks at an enrolment that another worker is making


def start(sample: Sample, engine: str, options: EnrolmentOptions) -> None:
    """Have a worker learn this sample, unless that was done or is under way."""
    row, created = _row(sample, engine, options)
    if created:
        _announce(row)


def obtain(sample: Sample, engine: str, options: EnrolmentOptions, progress: Progress) -> bytes:
    """The profile of a sample: made before, being made by another worker (then this waits), or made here and now.

    Raises SampleRejected, EngineError, or whatever `progress` raises.
    """
    row, _ = _row(sample, engine, options)
    while True:
        row.refresh_from_db()
        if row.status == Status.COMPLETED:
            with row.profile.open("rb") as profile:
                return bytes(profile.read())
        if row.status == Status.FAILED:
            raise SampleRejected(lazy(lambda: row.reason, str)())
        if Enrolment.objects.claim(row.pk):
            _work(Enrolment.objects.get(pk=row.pk), progress)
        else:
            progress(row.stage or "learning", row.done, row.total)
            time.sleep(WAIT)


def _row(sample: Sample, engine: str, options: EnrolmentOptions) -> tuple[Enrolment, bool]:
    fields = asdict(options)
    fingerprint = hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
    return Enrolment.objects.get_or_create(
        sample=sample, engine=engine, fingerprint=fingerprint, defaults={"options": fields}
    )


def _announce(row: Enrolment) -> None:
    transaction.on_commit(partial(run.enqueue, str(row.pk)))


@task()
def run(pk: str) -> None:
    """A worker's job: learn one sample."""
    if not Enrolment.objects.claim(pk):
        return
    with contextlib.suppress(Interrupted, EngineError):  # handed back or written down: whoever clones it is told
        _work(Enrolment.objects.get(pk=pk))


def _work(row: Enrolment, outer: Progress | None = None) -> None:
    """Make the profile of a claimed row."""
    held = Enrolment.objects.held(row)
    started, pace = time.monotonic(), Pace()
    with heartbeat(held) as lost:

        def progress(stage: str, done: int, total: int) -> None:
            if lost.is_set():
                raise LeaseLost
            if stopping.is_set():
                raise ShuttingDown
            if outer:
                outer(stage, done, total)
            elif pace.lets_pass(stage):
                held.update(stage=stage, done=done, total=total)

        try:
            engine, options = registry.local(row.engine), EnrolmentOptions(**row.options)
            profile = engine.enrol(Path(row.sample.file.path), options, progress)
        except SampleRejected as error:
            held.update(status=Status.FAILED, error=sentence_of(error), lease_until=None, finished_at=now())
            raise
        except BaseException:  # stopped, cancelled by the clone that waits for it, or our own mistake: hand it back
            Enrolment.objects.hand_back(row)
            raise
    likeness.prepare(row.sample)
    name = default_storage.save(f"enrolments/{row.pk}/{row.attempts}.npz", ContentFile(profile))
    if not held.update(status=Status.COMPLETED, profile=name, lease_until=None, finished_at=now()):
        default_storage.delete(name)
        raise LeaseLost
    erase_folder(f"enrolments/{row.pk}", keep={name})
    log.info("learnt sample=%s engine=%s seconds=%.1f", row.sample_id, row.engine, time.monotonic() - started)


def reap() -> int:
    """Periodic: hand out again what a dead worker left."""
    return reap_rows(Enrolment.objects.all(), announce=_announce, give_up=_give_up)


def _give_up(row: Enrolment) -> None:
    text = gettext_noop(
        "Learning this sample stopped the worker again and again, so it was given up. Try another recording."
    )
    rows = Enrolment.objects.filter(pk=row.pk, status=row.status, attempts=row.attempts)
    rows.update(status=Status.FAILED, error=text, lease_until=None, finished_at=now())
    log.error("gave up sample=%s attempts=%s", row.sample_id, row.attempts)


def prune() -> None:
    """Periodic: a profile that no voice was made from is a recording of a person, so it does not stay."""
    for row in Enrolment.objects.filter(status__in=(Status.COMPLETED, Status.FAILED), finished_at__lt=now() - KEPT):
        erase(row)


def erase(row: Enrolment) -> None:
    folder = f"enrolments/{row.pk}"
    row.delete()
    erase_folder(folder)
