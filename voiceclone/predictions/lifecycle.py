"""The life of a prediction. The one place where its status changes.

    created → processing → completed | failed | cancelled
    processing → created: only when the lease ran out, the worker was told to stop, or a failure is worth another try

Every move is a conditional UPDATE in a transaction that also counts one change for the owner. Final rows never change.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django_tasks import task

from voiceclone.accounts.models import User
from voiceclone.engines.base import Progress
from voiceclone.predictions.models import CLONE, Prediction
from voiceclone.predictions.remote import opening
from voiceclone.predictions.webhooks import outbox
from voiceclone.predictions.webhooks.outbox import Webhook
from voiceclone.samples.models import Sample
from voiceclone.voices import retention
from voiceclone.voices.models import Voice
from voiceclone.work.disk import require_room
from voiceclone.work.leases import LeaseLost, Pace, ShuttingDown, Status, heartbeat, stopping

log = logging.getLogger("predictions")

MAX_FAILURES = 3
"""How often an unexpected failure is tried again; a worker that dies does not count as one."""


def submit(
    owner: User,
    model: str,
    engine: str,
    voice: Voice,
    inputs: Mapping[str, Any],
    nonce: str | None = None,
    webhook: Webhook | None = None,
    take_of: Prediction | None = None,
    seed: int = 0,
) -> Prediction:
    """Make a prediction and tell the queue once this transaction is committed.

    `take_of`: the preview that it says once more, in the way that `seed` names (see takes.py).
    Raises NotUsable where nothing can be spoken with this voice now, or where nobody can pay for it (CannotPay), and
    OSError where the disk is full.
    """
    require_room()
    with transaction.atomic():
        if model != CLONE or take_of:
            retention.accept_use(voice)
        change = User.bump(owner.pk)
        prediction = Prediction.objects.create(
            owner=owner,
            model=model,
            engine=engine,
            voice=voice,
            sample=voice.sample if model == CLONE else None,
            input=dict(inputs),
            take_of=take_of,
            seed=seed,
            nonce=nonce,
            webhook=webhook.url if webhook else "",
            base_url=webhook.base_url if webhook else "",
            change=change,
        )
        if opening.is_hosted(prediction):
            opening.begin(prediction)
        announce(prediction)
    log.info("created prediction=%s model=%s engine=%s", prediction.pk, model, engine)
    return prediction


def announce(prediction: Prediction) -> None:
    transaction.on_commit(partial(run.enqueue, prediction.pk))


@task(priority=10)
def run(pk: str) -> None:
    """A worker's job: look at prediction `pk` and do what is to be done."""
    from voiceclone.predictions.runners import perform

    prediction = claim(pk)
    if prediction is not None:
        perform(prediction)


def claim(pk: str) -> Prediction | None:
    """Take a prediction, or None where there is nothing to take: a doubled message, a cancelled task."""
    with transaction.atomic():
        if not Prediction.objects.claim(pk):
            return None
        Prediction.objects.filter(pk=pk).exclude(parts=[]).update(parts=[])  # another attempt's, and not whole here
        prediction = Prediction.objects.select_related("voice__sample").get(pk=pk)
        _count(prediction)
    log.info("claimed prediction=%s attempt=%s", pk, prediction.attempts)
    return prediction


@contextmanager
def hold(prediction: Prediction) -> Iterator[Progress]:
    """Keep the lease while the work runs. Yields the function that reports progress.

    That function raises LeaseLost once the prediction was cancelled or taken over, and ShuttingDown once this
    process was told to end.
    """
    pace = Pace()
    with heartbeat(Prediction.objects.held(prediction)) as lost:

        def progress(stage: str, done: int, total: int) -> None:
            if lost.is_set():
                raise LeaseLost
            if stopping.is_set():
                raise ShuttingDown
            if pace.lets_pass(stage) and not _move(prediction, stage=stage, done=done, total=total):
                raise LeaseLost

        yield progress


def offer_parts(prediction: Prediction, lengths: Sequence[float]) -> None:
    """So many sentences can be heard already; their lengths in seconds. Raises LeaseLost."""
    if not _move(prediction, parts=[round(seconds, 2) for seconds in lengths]):
        raise LeaseLost


def show_stage(prediction: Prediction, stage: str) -> None:
    """Where a task stands that goes on elsewhere. Raises LeaseLost."""
    if prediction.stage != stage and not _move(prediction, stage=stage, done=0, total=0):
        raise LeaseLost
    prediction.stage = stage


def use_sample(prediction: Prediction, sample: Sample) -> None:
    """The sample that a clone's `audio` named has been fetched. Raises LeaseLost."""
    with transaction.atomic():
        if not _move(prediction, sample=sample):
            raise LeaseLost
        Voice.objects.filter(predictions=prediction, state=Voice.State.CLONING).update(sample=sample)


def complete(prediction: Prediction, and_then: Callable[[], None], **results: Any) -> bool:
    """Write the result; `and_then` runs in the same transaction. False where this attempt no longer holds it."""
    with transaction.atomic():
        final = {"status": Status.COMPLETED, "finished_at": now(), "lease_until": None, "error": "", **results}
        if not _move(prediction, **final):
            return False
        and_then()
        outbox.put(prediction)
    log.info("completed prediction=%s attempt=%s", prediction.pk, prediction.attempts)
    return True


def fail(prediction: Prediction, error: str, code: int) -> bool:
    """Write down in a sentence why it failed."""
    with transaction.atomic():
        final = {"status": Status.FAILED, "finished_at": now(), "lease_until": None, "error": error, "code": code}
        if not _move(prediction, **final):
            return False
        opening.close(prediction)
        _release_voice(prediction, Voice.State.FAILED, Voice.EndReason.FAILED)
        outbox.put(prediction)
    log.info("failed prediction=%s code=%s", prediction.pk, code)
    return True


def give_up(prediction: Prediction) -> None:
    """Worker after worker died of it."""
    text = gettext_noop(
        "This task stopped one worker after another, so it was given up. Try again with another sample or text."
    )
    with transaction.atomic():
        rows = Prediction.objects.unfinished().filter(pk=prediction.pk, attempts=prediction.attempts)
        if rows.update(status=Status.FAILED, finished_at=now(), lease_until=None, error=text, code=1403):
            opening.close(prediction)
            _release_voice(prediction, Voice.State.FAILED, Voice.EndReason.FAILED)
            _count(prediction)
            outbox.put(prediction)
            log.error("gave up prediction=%s attempts=%s", prediction.pk, prediction.attempts)


def retry_later(prediction: Prediction) -> None:
    """Hand it back and try again after a pause that grows, with jitter."""
    failures = prediction.failures + 1
    pause = timedelta(seconds=random.uniform(0.5, 1) * 2**failures)
    with transaction.atomic():
        if Prediction.objects.hand_back(prediction, not_before=now() + pause, failures=failures):
            _count(prediction)


def hand_back(prediction: Prediction) -> None:
    """This process ends: let another worker begin again."""
    with transaction.atomic():
        if Prediction.objects.hand_back(prediction):
            _count(prediction)


def cancel(prediction: Prediction) -> bool:
    """Stop it, wherever it is. False where it was finished already."""
    with transaction.atomic():
        rows = Prediction.objects.unfinished().filter(pk=prediction.pk)
        final = {"status": Status.CANCELLED, "finished_at": now(), "lease_until": None}
        if not rows.update(**final, error=gettext_noop("Cancelled.")):
            return False
        opening.close(prediction)
        _release_voice(prediction, Voice.State.DELETED, Voice.EndReason.CANCELLED)
        _count(prediction)
    log.info("cancelled prediction=%s", prediction.pk)
    return True


def retry(prediction: Prediction) -> Prediction:
    """The same again, as a new prediction: final rows never change. Where that was asked for already, it is that one.

    Raises NotUsable where the voice cannot be used now, or a clone's sample or voice ID is not there any more.
    """
    voice = prediction.voice
    if voice is None:
        raise retention.NotUsable(_("Its voice is not there any more."))
    with transaction.atomic():
        User.bump(prediction.owner_id)  # who clicks twice waits here, and finds what the first click has made
        same = Prediction.objects.unfinished().filter(owner=prediction.owner_id, model=prediction.model, voice=voice)
        for earlier in same.filter(created_at__gt=prediction.created_at, take_of=prediction.take_of_id):
            if earlier.input == prediction.input:
                return earlier
        if prediction.makes_voice:
            _clone_again(voice, prediction)
            voice.refresh_from_db()
        again = submit(
            prediction.owner,
            prediction.model,
            prediction.engine,
            voice,
            prediction.input,
            take_of=prediction.take_of,
            seed=prediction.seed,
        )
        opening.inherit(prediction, again)
        return again


def _clone_again(voice: Voice, prediction: Prediction) -> None:
    """A voice that was not made is being cloned again, with the consent that it has."""
    sample = prediction.sample
    if sample is None and not prediction.input.get("audio"):  # which a worker can fetch
        raise retention.NotUsable(_("Its sample is not there any more. Record or upload it again."))
    rows = Voice.objects.filter(pk=voice.pk, end_reason__in=(Voice.EndReason.FAILED, Voice.EndReason.CANCELLED))
    again = {"state": Voice.State.CLONING, "sample": sample, "ended_at": None, "end_reason": ""}
    try:
        with transaction.atomic():
            found = rows.update(**again)
    except IntegrityError as error:
        sentence = _("The voice ID “{id}” is taken by now. Choose another one.")
        raise retention.NotUsable(sentence.format(id=voice.voice_id)) from error
    if not found:
        raise retention.NotUsable(_("“{id}” was made already, or was deleted.").format(id=voice.voice_id))


def _move(prediction: Prediction, **changes: Any) -> bool:
    """Change a prediction that this attempt holds."""
    with transaction.atomic():
        if not Prediction.objects.held(prediction).update(**changes):
            return False
        _count(prediction)
    return True


def _count(prediction: Prediction) -> None:
    """Let the owner's pages know."""
    prediction.change = User.bump(prediction.owner_id)
    Prediction.objects.filter(pk=prediction.pk).update(change=prediction.change)


def _release_voice(prediction: Prediction, state: Voice.State, reason: Voice.EndReason) -> None:
    """A clone that came to nothing frees its voice ID; the sample stays for another try."""
    if prediction.makes_voice and prediction.voice_id:
        rows = Voice.objects.filter(pk=prediction.voice_id, state=Voice.State.CLONING)
        rows.update(state=state, sample=None, ended_at=now(), end_reason=reason)
