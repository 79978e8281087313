"""*Download my data*: the archive is made by a worker, kept for a day, and deleted for real."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_noop
from django_tasks import task

from voiceclone.accounts.models import User
from voiceclone.audit.models import Action, record
from voiceclone.engines.base import Progress
from voiceclone.portability import archive
from voiceclone.portability.holding import hold, pause
from voiceclone.portability.models import Export
from voiceclone.said import Said, sentence_of
from voiceclone.work.disk import is_full
from voiceclone.work.files import erase_folder, sweep_folders
from voiceclone.work.leases import Interrupted, LeaseLost, ShuttingDown, Status
from voiceclone.work.leases import reap as reap_rows

log = logging.getLogger("portability")
MAX_ATTEMPTS = 4
NO_ROOM = gettext_noop(
    "This site's disk is full, so your archive could not be written. Tell its admin, then try again."
)
GIVEN_UP = gettext_noop(
    "Your archive could not be made. The admin of this site finds the reason in the log under the id {id}."
)
OUTLIVED = gettext_noop(
    "A voice in your archive was deleted or expired since, so the archive was deleted, too. Make another one."
)


def start(owner: User) -> Export:
    """Have a worker make the archive; one that is being made already is as good, an older one is deleted."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=owner.pk)  # so that two clicks at once are one task
        earlier = Export.objects.for_user(owner).first()
        if earlier and earlier.is_unfinished:
            return earlier
        if earlier:
            erase(earlier)
        row = Export.objects.create(owner=owner)
        _announce(row)
    log.info("export asked for export=%s", row.pk)
    return row


def _announce(row: Export) -> None:
    transaction.on_commit(partial(run.enqueue, str(row.pk)))


@task(priority=-10)  # whoever clones or speaks comes first
def run(pk: str) -> None:
    """A worker's job: make one archive."""
    row = Export.objects.select_related("owner").filter(pk=pk).first() if Export.objects.claim(pk) else None
    if row is None:
        return
    try:
        with hold(Export.objects.all(), row) as progress:
            _make(row, progress)
    except ShuttingDown:
        Export.objects.hand_back(row)
    except Interrupted:
        log.info("let go export=%s attempt=%s", row.pk, row.attempts)
    except archive.NoRoom as error:
        _fail(row, sentence_of(error))
    except Exception as error:
        if is_full(error):
            _fail(row, NO_ROOM)
            return
        log.exception("unexpected failure export=%s attempt=%s", row.pk, row.attempts)
        if row.attempts < MAX_ATTEMPTS:
            Export.objects.hand_back(row, not_before=now() + timedelta(seconds=pause(row.attempts)))
        else:
            _fail(row, Said(GIVEN_UP, id=row.pk))


def _make(row: Export, progress: Progress) -> None:
    name = f"{row.folder}/{row.attempts}.zip"
    path = Path(default_storage.path(name))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        path.touch(mode=0o600)
        made = archive.write(row.owner, path, progress)
        _complete(row, name, path.stat().st_size, len(made.entries), len(made.missing))
    except BaseException:
        default_storage.delete(name)
        raise
    erase_folder(row.folder, keep={name})  # what killed attempts left


def _complete(row: Export, name: str, size: int, files: int, missing: int) -> None:
    final = {"status": Status.COMPLETED, "lease_until": None, "finished_at": now(), "error": "", "stage": ""}
    result = {"archive": name, "size": size, "files": files, "missing": missing, "expires_at": now() + Export.KEPT}
    with transaction.atomic():
        if not Export.objects.held(row).update(**final, **result):
            raise LeaseLost
        record(Action.DATA_EXPORTED, row.pk, row.owner)
    log.info("exported export=%s files=%s bytes=%s missing=%s", row.pk, files, size, missing)


def _fail(row: Export, error: str) -> None:
    Export.objects.held(row).update(status=Status.FAILED, lease_until=None, finished_at=now(), error=error)
    log.warning("not exported export=%s", row.pk)


def erase(row: Export) -> None:
    """Delete an export and its archive; a worker that is at it notices and stops."""
    folder = row.folder
    row.delete()
    transaction.on_commit(partial(erase_folder, folder))


def reap() -> int:
    """Periodic: hand out again what a dead worker left."""
    return reap_rows(Export.objects.all(), announce=_announce, give_up=_give_up)


def _give_up(row: Export) -> None:
    rows = Export.objects.filter(pk=row.pk, status=row.status, attempts=row.attempts)
    rows.update(status=Status.FAILED, lease_until=None, finished_at=now(), error=Said(GIVEN_UP, id=row.pk))
    log.error("gave up export=%s attempts=%s", row.pk, row.attempts)


def prune() -> None:
    """Periodic: delete the archives whose time is up, and those that hold a voice which is gone by now."""
    for row in Export.objects.over():
        erase(row)
    for row in Export.objects.outlived():
        gone = {"status": Status.CANCELLED, "archive": "", "finished_at": now(), "error": OUTLIVED}
        if Export.objects.filter(pk=row.pk, status=Status.COMPLETED).update(**gone):
            erase_folder(row.folder)


def sweep() -> int:
    """Periodic: delete the archives that belong to no row, as a process leaves them that was killed."""
    return sweep_folders("exports", Export.objects.all())
