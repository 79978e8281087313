"""*Delete my account*: everything goes, a receipt stays.

`begin` ends the account in the moment: nobody can sign in, no key works, nothing of it runs any more. A worker then
deletes what there is, item by item, each safe to repeat. The account's own row goes last, in the transaction that
completes the receipt, so an erasure that is killed half way knows what is left to do.
"""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django_tasks import task

from voiceclone.accounts import letters
from voiceclone.accounts.models import User
from voiceclone.audit.models import Action, record
from voiceclone.engines.base import Progress
from voiceclone.portability import exports, inventory, traces
from voiceclone.portability.holding import hold, pause
from voiceclone.portability.models import Erasure, Export
from voiceclone.predictions import erasure as predictions
from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import Prediction
from voiceclone.samples.models import Sample, Upload
from voiceclone.voices import retention
from voiceclone.voices.models import Approval, Consent, Enrolment, Evidence, Voice
from voiceclone.work.files import erase_folder
from voiceclone.work.leases import LEASE, UNFINISHED, Interrupted, LeaseLost, Status
from voiceclone.work.leases import reap as reap_rows

log = logging.getLogger("portability")
GIVEN_UP = gettext_noop(
    "It stopped half way, and is tried again every hour. The admin finds the reason in the log under the receipt."
)


class LastAdmin(ValueError):
    """Nobody could administer the site any more; the message is a sentence."""


def is_last_admin(user: User) -> bool:
    admins = User.objects.filter(is_superuser=True, is_active=True)
    return user.is_superuser and not admins.exclude(pk=user.pk).exists()


def begin(user: User, by: User, *, even_the_last_admin: bool = False) -> Erasure:
    """End an account and have a worker erase everything of it. Called again for the same account: the same receipt.

    `by`: the person themself, or an admin. Raises LastAdmin, so that nobody does that by accident.
    """
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=user.pk)
        earlier = Erasure.objects.filter(person=person.pk).first()
        if earlier:
            _again(earlier)
            return earlier
        if is_last_admin(person) and not even_the_last_admin:
            raise LastAdmin(_("This is the only admin of this site. Make somebody else an admin first."))
        User.objects.filter(pk=person.pk).update(is_active=False)
        row = Erasure.objects.create(person=person.pk, by_admin=by.pk != person.pk, late=_being_written(person))
        for prediction in Prediction.objects.for_user(person).unfinished():
            lifecycle.cancel(prediction)
        traces.sign_out(person)
        _announce(row)
    log.info("erasure begins receipt=%s", row.pk)
    return row


def _being_written(person: User) -> list[str]:
    """The folders that a worker may still write to, until it notices that its work is not wanted any more."""
    tasks = Prediction.objects.for_user(person).unfinished()
    enrolments = Enrolment.objects.filter(sample__owner=person, status__in=UNFINISHED)
    export = Export.objects.for_user(person).filter(status__in=UNFINISHED)
    folders = [f"predictions/{task.pk}" for task in tasks]
    folders += [f"voices/{task.voice_id}" for task in tasks if task.is_clone and task.voice_id]
    folders += [f"enrolments/{row.pk}" for row in enrolments]
    return folders + [row.folder for row in export]


def _announce(row: Erasure) -> None:
    transaction.on_commit(partial(run.enqueue, row.pk))


@task()
def run(pk: str) -> None:
    """A worker's job: erase one account."""
    if not Erasure.objects.claim(pk):
        return
    row = Erasure.objects.get(pk=pk)
    try:
        with hold(Erasure.objects.all(), row) as progress:
            _work(row, progress)
    except Interrupted:
        Erasure.objects.hand_back(row)
    except Exception:
        log.exception("unexpected failure receipt=%s attempt=%s", row.pk, row.attempts)
        Erasure.objects.hand_back(row, not_before=now() + timedelta(seconds=pause(row.attempts)))


def _work(row: Erasure, progress: Progress) -> None:
    assert row.person is not None  # a constraint says so
    person = User.objects.get(pk=row.person)
    held = Erasure.objects.held(row)
    if not row.found:  # counted once, before the first deletion: the receipt says what there was
        row.found = asdict(inventory.take(person))
        held.update(found=row.found)
    _erase_everything(person, progress)
    progress("traces", 0, 1)
    traces.forget(person)
    if row.late and not row.looked_again:
        Erasure.objects.hand_back(row, looked_again=True, not_before=now() + LEASE, stage="checking", done=0, total=0)
        return
    for folder in row.late:
        erase_folder(folder)
    _tell(row, person)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=person.pk)
        if _is_left(person):  # a request that was under way when the account ended has kept something: once more
            raise LeaseLost
        person.delete()
        record(Action.ACCOUNT_ERASED, row.pk)
        final = {"status": Status.COMPLETED, "lease_until": None, "finished_at": now(), "stage": "", "error": ""}
        if not held.update(**final, person=None, late=[]):
            raise LeaseLost
    traces.forget_journal()
    log.info("erased receipt=%s voices=%s bytes=%s", row.pk, row.found["voices"], row.found["size"])


def _erase_everything(person: User, progress: Progress) -> None:
    """Files first, then their row: what is killed between the two is found again."""
    tasks, voices = Prediction.objects.for_user(person), Voice.objects.for_user(person)
    samples = Sample.objects.for_user(person)
    done, total = 0, tasks.count() + voices.count() + samples.count()
    for prediction in tasks.only("owner_id", "voice_id", "model", "take_of_id"):
        progress("speeches", done, total)
        lifecycle.cancel(prediction)
        predictions.erase(prediction)
        done += 1
    for voice in voices.only("pk"):
        progress("voices", done, total)
        erase_folder(f"voices/{voice.pk}")
        voice.delete()
        done += 1
    for evidence in Evidence.objects.for_user(person).only("pk", "kind"):
        evidence.erase()
    Approval.objects.for_user(person).delete()
    Consent.objects.filter(person=person).delete()
    for sample in samples.only("pk"):
        progress("samples", done, total)
        retention.erase_sample(sample)
        done += 1
    for upload in Upload.objects.for_user(person).only("pk"):
        upload.erase()
    for export in Export.objects.for_user(person):
        exports.erase(export)


def _is_left(person: User) -> bool:
    return any(
        model.objects.for_user(person).exists() for model in (Prediction, Voice, Sample, Upload, Export, Evidence)
    )


def _tell(row: Erasure, person: User) -> None:
    """Mail the receipt, once, before the address is forgotten. A mail that cannot be sent holds nothing up."""
    if not settings.EMAIL_URL or not Erasure.objects.filter(pk=row.pk, mailed_at=None).update(mailed_at=now()):
        return
    if not letters.send(person, "portability/email/erased", {"receipt": row}):
        Erasure.objects.filter(pk=row.pk).update(mailed_at=None)


def reap() -> int:
    """Periodic: hand out again what a dead worker left, and what was given up an hour ago."""
    for row in Erasure.objects.given_up():
        _again(row)
    return reap_rows(Erasure.objects.all(), announce=_announce, give_up=_give_up)


def _again(row: Erasure) -> None:
    """One that was given up begins anew."""
    anew = {"status": Status.CREATED, "attempts": 0, "error": "", "finished_at": None, "announced_at": now()}
    if Erasure.objects.filter(pk=row.pk, status=Status.FAILED).update(**anew):
        _announce(row)


def _give_up(row: Erasure) -> None:
    rows = Erasure.objects.filter(pk=row.pk, status=row.status, attempts=row.attempts)
    rows.update(status=Status.FAILED, lease_until=None, finished_at=now(), error=GIVEN_UP)
    log.error("gave up receipt=%s attempts=%s", row.pk, row.attempts)
