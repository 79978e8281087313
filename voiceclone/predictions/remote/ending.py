"""How a remote job ends without a result, and what that means for its prediction, its voice and the books."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.timezone import now

from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import Prediction, RemoteJob
from voiceclone.predictions.remote import arriving, opening
from voiceclone.predictions.remote.states import State, move
from voiceclone.voices.models import Voice
from voiceclone.work.leases import UNFINISHED, LeaseLost, Status


def fail(job: RemoteJob, prediction: Prediction, sentence: str, code: int, *, is_charged: bool) -> None:
    """In words. `is_charged`: the vendor has, or may have, something to be paid for. Raises LeaseLost."""
    if job.purpose == RemoteJob.Purpose.PREVIEW:
        _keep_voice(job, prediction)
        sentence = f"The voice was made, and can be spoken with; only its preview was not. {sentence}"
    with transaction.atomic():
        move(job, State.FAILED, price=job.price if is_charged else 0)
        if not lifecycle.fail(prediction, sentence, code):
            raise LeaseLost


def cancel(job: RemoteJob) -> None:
    """Nobody wants it any more: its prediction was cancelled or deleted."""
    rows = RemoteJob.objects.filter(pk=job.pk, status__in=UNFINISHED)
    rows.filter(state=State.QUEUED).update(price=0)
    rows.update(status=Status.CANCELLED, state=State.CANCELLED, lease_until=None, finished_at=now())


def turn_to_preview(job: RemoteJob, **changes: Any) -> None:
    """A clone that is known to be made: what is left to do is its preview, by a speech. Raises LeaseLost."""
    if job.state == State.UNKNOWN:
        move(job, State.SUBMITTING)
    move(job, State.QUEUED, pause=0, **changes, remote_id="", hinted_id="", unknown_since=None, failures=0)


def _keep_voice(job: RemoteJob, prediction: Prediction) -> None:
    """It was paid for, so it stays, whatever has become of its preview."""
    if prediction.voice_id is None:
        return
    name = f"voices/{prediction.voice_id}/{prediction.attempts}.json"
    name = default_storage.save(name, ContentFile(opening.profile(job.voice_name, job.account)))
    rows = Voice.objects.filter(pk=prediction.voice_id)
    made = {"state": Voice.State.READY, "profile": name, "expires_at": Voice.expiry(now())}
    with transaction.atomic():
        if rows.filter(state=Voice.State.CLONING).update(**made) or rows.filter(state="ready").update(profile=name):
            job.purpose = RemoteJob.Purpose.CLONE  # for the vendor, it was not used yet
            arriving.note_use(job, prediction)
            job.purpose = RemoteJob.Purpose.PREVIEW
