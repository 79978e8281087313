"""How an unclear outcome becomes clear: by what a webhook has said, or by the vendor's own list.

What is found there is only believed where it cannot be somebody else's: the vendor shows the inputs, and they are ours;
or, where it shows none, it is the only task of that model that began at that time, and nobody else of us is looking
for one. A wrong guess would give one person what another one said.
"""

from __future__ import annotations

from datetime import timedelta

from voiceclone.engines.hosted import Report, Run, UnknownTask, Vendor
from voiceclone.predictions.models import RemoteJob

AROUND = timedelta(minutes=2)  # of the time of our request
CLOCKS_DIFFER = timedelta(hours=25)  # what is asked for, where the inputs will tell
NAMES = ("custom_voice_id", "voice_id")


def find(job: RemoteJob, run: Run, vendor: Vendor) -> Report | None:
    """The vendor's task of this job, if it is there for sure. Raises Unavailable, Refused."""
    return _hinted(job, run, vendor) or _listed(job, run, vendor)


def _hinted(job: RemoteJob, run: Run, vendor: Vendor) -> Report | None:
    """The webhook's address was known to the vendor alone; still it is the vendor who is asked."""
    if not job.hinted_id or _is_known(job, job.hinted_id):
        return None
    try:
        found = vendor.report(job.hinted_id)
    except UnknownTask:
        return None
    return found if _is_of_model(found, run) and _shows(found, run) is not False else None


def _listed(job: RemoteJob, run: Run, vendor: Vendor) -> Report | None:
    assert job.submitted_at
    new = _new(job, run, vendor, AROUND)
    ours = [one for one in new if _shows(one, run)]
    if not ours and (any(one.inputs for one in new) or not new):  # is its clock wrong?
        ours = [one for one in _new(job, run, vendor, CLOCKS_DIFFER) if _shows(one, run)]
    if ours or any(one.inputs for one in new):
        return ours[0] if len(ours) == 1 else None
    began = [one for one in new if one.created_at and abs(one.created_at - job.submitted_at) <= AROUND]
    return began[0] if len(began) == 1 and not _others_look(job) else None


def _new(job: RemoteJob, run: Run, vendor: Vendor, around: timedelta) -> list[Report]:
    """What began about then and belongs to no job of ours; a vendor's list has the newest hundred of them."""
    assert job.submitted_at
    found = vendor.recent(run.model, job.submitted_at - around, job.submitted_at + around)
    return [one for one in found if _is_of_model(one, run) and not _is_known(job, one.id)]


def _is_of_model(found: Report, run: Run) -> bool:
    return found.model in ("", run.model)


def _shows(found: Report, run: Run) -> bool | None:
    """Whether the inputs are those of this run; None where the vendor shows none."""
    if not found.inputs:
        return None
    return all(found.inputs.get(name) == run.inputs[name] for name in (*NAMES, "text") if name in run.inputs)


def _is_known(job: RemoteJob, remote_id: str) -> bool:
    rows = RemoteJob.objects.filter(engine=job.engine, account=job.account, remote_id=remote_id)
    return rows.exists()


def _others_look(job: RemoteJob) -> bool:
    """Whether another job of the same kind was sent at that time and is unclear, too."""
    rows = RemoteJob.objects.filter(engine=job.engine, account=job.account, remote_id="").exclude(pk=job.pk)
    assert job.submitted_at
    return rows.filter(submitted_at__range=(job.submitted_at - 2 * AROUND, job.submitted_at + 2 * AROUND)).exists()
