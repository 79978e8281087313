"""How a remote job ends without a result, and what that means for its prediction, its voice and the books."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_noop

from voiceclone.engines import registry
from voiceclone.engines.hosted import Meaning, Refused
from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import Prediction, RemoteJob
from voiceclone.predictions.remote import arriving, opening, spending
from voiceclone.predictions.remote.states import State, move
from voiceclone.said import Said, sentence_of
from voiceclone.voices.models import Voice
from voiceclone.work.leases import PARKED, UNFINISHED, LeaseLost, Status

log = logging.getLogger("remote")
OURS = gettext_noop(
    "Something went wrong on this machine, again and again. Its admin finds the reason in the log under the id {id}."
)


def fail(job: RemoteJob, prediction: Prediction, sentence: str, code: int, *, is_charged: bool) -> None:
    """In words. `is_charged`: the vendor has, or may have, something to be paid for. Raises LeaseLost."""
    if job.purpose == RemoteJob.Purpose.PREVIEW:
        _keep_voice(job, prediction)
        sentence = Said("The voice was made, and can be spoken with; only its preview was not. {why}", why=sentence)
    with transaction.atomic():
        move(job, State.FAILED, price=job.price if is_charged else 0)
        if not lifecycle.fail(prediction, sentence, code):
            raise LeaseLost


def refused(job: RemoteJob, prediction: Prediction, error: Refused) -> None:
    """The vendor has said no, and will not be asked again. Raises LeaseLost where the job is not ours any more."""
    sentence = sentence_of(error)
    if error.meaning == Meaning.LOST and job.purpose == RemoteJob.Purpose.SPEECH:
        if opening.made_with(prediction) == job.account:
            Voice.objects.filter(predictions=prediction).update(lost_at=now())
            sentence = Said("{why} Clone it again from the kept sample: its page has a button for it.", why=sentence)
        else:
            sentence = Said(
                "{why} It was made with another key: put that key back, or clone the voice again.", why=sentence
            )
    is_open = job.purpose == RemoteJob.Purpose.CLONE and job.submissions > 1 and not job.remote_id
    if is_open:  # this answer is about the last request only
        sentence = Said(
            "{why} An earlier request for it was never answered, so it may have been charged ({price}).",
            why=sentence,
            price=spending.dollars(job.price),
        )
    fail(job, prediction, sentence, error.code, is_charged=is_open)


def stay_unclear(job: RemoteJob, prediction: Prediction) -> None:
    """What it has become will not be known. Raises LeaseLost."""
    sentence = Said(
        "{vendor} did not say whether it has taken this, and does not show it. It may have been charged ({price}); if "
        "you try again, it may be charged twice.",
        vendor=_vendor(job),
        price=spending.dollars(job.price),
    )
    fail(job, prediction, sentence, 1405, is_charged=True)


def give_up(job: RemoteJob, prediction: Prediction) -> None:
    """The time is over. Raises LeaseLost."""
    facts: dict[str, object] = {"vendor": _vendor(job), "minutes": settings.HOSTED_LONGEST_MINUTES}
    if job.state == State.QUEUED:
        sentence = Said("{vendor} could not be reached for {minutes:g} minutes. Nothing was charged.", **facts)
        fail(job, prediction, sentence, 5003, is_charged=False)
    elif job.state == State.UNKNOWN:
        stay_unclear(job, prediction)
    else:
        what = Said("has made it, but it could not be fetched") if job.output else Said("was not done with it")
        sentence = Said(
            "{vendor} {what} within {minutes:g} minutes (its task {id}). To try again is to look again: it costs "
            "nothing.",
            **facts,
            what=what,
            id=job.remote_id,
        )
        fail(job, prediction, sentence, 5004, is_charged=True)


def _vendor(job: RemoteJob) -> str:
    return registry.hosted(job.engine).vendor


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


def end_orphans() -> int:
    """Periodic: a task whose job is gone would wait for ever."""
    alone = Prediction.objects.filter(status=Status.PROCESSING, lease_until=PARKED)
    found = list(alone.exclude(remote__status__in=UNFINISHED))
    for prediction in found:
        log.error("orphan prediction=%s", prediction.pk)
        lifecycle.fail(prediction, Said(OURS, id=prediction.pk), 5000)
    return len(found)
