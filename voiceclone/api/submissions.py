"""From a client's request to a task: the same forms and the same functions as the pages use."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.timezone import now

from voiceclone.accounts.models import ApiKey
from voiceclone.api import bodies, inputs, results
from voiceclone.api.auth import ProgramRequest
from voiceclone.api.errors import Refused
from voiceclone.api.models import Submission
from voiceclone.cloning.consenting import READ_ALOUD
from voiceclone.cloning.forms import ContractForm
from voiceclone.cloning.submit import Duplicate
from voiceclone.cloning.submit import submit as clone
from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import CLONE, Prediction
from voiceclone.predictions.webhooks import outbox
from voiceclone.predictions.webhooks.outbox import Webhook
from voiceclone.samples import references
from voiceclone.samples.uploads import UploadRefused
from voiceclone.speech.forms import SpeechForm
from voiceclone.voices.models import Consent
from voiceclone.voices.retention import NotUsable
from voiceclone.work.leases import UNFINISHED

KEPT = timedelta(hours=24)
OLD_CLIENTS = re.compile(r"node|Go-http-client/\S+")
LONGEST_KEY = 255
BUSY_PAUSE = 5  # seconds
MUST_BE_READ = (
    "This site clones a voice only where its speaker has read a sentence aloud, which a request cannot do. Clone it at "
    "{site}{page}; every program may then speak with it."
)


@dataclass(frozen=True, slots=True)
class Request:
    """A submit, read but not checked."""

    key: ApiKey
    model: str
    body: dict[str, Any]
    webhook: Webhook | None
    idempotency_key: str | None
    is_old_client: bool
    """One that sends its request again by itself when the answer takes longer than 10 seconds."""
    fingerprint: str


def read(request: ProgramRequest, model: str, webhook: str, idempotency_key: str | None) -> Request:
    """Raises Refused where it is no JSON object, or its Idempotency-Key is too long."""
    if idempotency_key is not None and not 0 < len(idempotency_key) <= LONGEST_KEY:
        raise Refused(400, f"header Idempotency-Key: it has 1 to {LONGEST_KEY} characters.")
    unnamed = "X-Client-Name" not in request.headers
    old = unnamed and OLD_CLIENTS.fullmatch(request.headers.get("User-Agent", "")) is not None
    body = bodies.read_object(request)
    wanted = _webhook(request, body, webhook.strip() or inputs.text(body, "webhook_url"))
    sent = json.dumps([model, body, wanted.url if wanted else ""], sort_keys=True)
    fingerprint = hashlib.sha256(sent.encode()).hexdigest()
    return Request(request.auth, model, body, wanted, idempotency_key, old, fingerprint)


def _webhook(request: ProgramRequest, body: dict[str, Any], url: str) -> Webhook | None:
    """Raises Refused."""
    if not url:
        return None
    if inputs.switch(body, "enable_base64_output"):
        message = "A webhook does not support base64 output: leave out enable_base64_output or the webhook."
        raise Refused(400, message, error=message)
    try:
        return outbox.wanted(url, results.base_url(request))
    except ValueError as error:
        raise inputs.refusal({"webhook": str(error)}) from error


def submit(asked: Request) -> Prediction:
    """Make the task, or find the one that this very request has made before. Raises Refused."""
    earlier = _earlier(asked)
    if earlier:
        return earlier
    make = _clone(asked) if asked.model == CLONE else _speak(asked)
    with transaction.atomic():
        ApiKey.objects.select_for_update().get(pk=asked.key.pk)  # of two at once the second sees what the first made
        earlier = _earlier(asked)
        if earlier:
            return earlier
        _leave_room(asked.key)
        try:
            prediction = make()
        except Duplicate as error:
            raise inputs.refusal({"custom_voice_id": str(error)}) from error
        except NotUsable as error:
            raise inputs.refusal({"voice_id": str(error)}) from error
        Submission.objects.create(
            key=asked.key,
            prediction=prediction,
            fingerprint=asked.fingerprint,
            idempotency_key=asked.idempotency_key,
        )
    return prediction


def _earlier(asked: Request) -> Prediction | None:
    """The task of the same Idempotency-Key; for old clients also the unfinished one of the same body."""
    mine = Submission.objects.filter(key=asked.key).select_related("prediction")
    if asked.idempotency_key is not None:
        found = mine.filter(idempotency_key=asked.idempotency_key).first()
        if found and found.fingerprint != asked.fingerprint:
            raise Refused(
                422, "This Idempotency-Key was sent before with another model or body. Use a new one for a new task."
            )
        return found.prediction if found else None
    if asked.is_old_client:
        found = mine.filter(fingerprint=asked.fingerprint).unfinished().order_by("-pk").first()
        return found.prediction if found else None
    return None


def _leave_room(key: ApiKey) -> None:
    limit: int = settings.API_TASKS_IN_FLIGHT
    if limit and Submission.objects.filter(key=key).unfinished().count() >= limit:
        raise Refused(
            429,
            f"This key has {limit} unfinished tasks, which is the limit. Send this one again when one is done.",
            retry_after=BUSY_PAUSE,
        )


def _clone(asked: Request) -> Callable[[], Prediction]:
    """Check a clone. Returns what makes it."""
    user, body = asked.key.owner, asked.body
    if settings.CONSENT == READ_ALOUD:
        raise Refused(403, MUST_BE_READ.format(site=settings.BASE_URL, page=reverse("clone")))
    audio = inputs.text(body, "audio")
    form = ContractForm(user, inputs.for_form(ContractForm, body))
    errors = inputs.errors_of(form)
    if not audio:
        errors = {"audio": "The sample is required: an https address, an upload of yours, or base64.", **errors}
    if errors:
        raise inputs.refusal(errors)
    try:
        kept = {**form.inputs(), "audio": references.settle(user, audio), **_switches(body)}
    except UploadRefused as error:
        raise Refused(error.status, f'field "audio": {error}') from error
    except ValueError as error:
        raise inputs.refusal({"audio": str(error)}) from error
    return lambda: clone(user, None, kept, method=Consent.Method.API, webhook=asked.webhook)


def _speak(asked: Request) -> Callable[[], Prediction]:
    """Check a speech. Returns what makes it."""
    user, body = asked.key.owner, asked.body
    form = SpeechForm(user, {**inputs.for_form(SpeechForm, body), "model": asked.model})
    errors = inputs.errors_of(form)
    if errors:
        raise inputs.refusal(errors)
    kept = {**form.inputs(), **_switches(body)}
    return lambda: lifecycle.submit(user, asked.model, form.voice.engine, form.voice, kept, webhook=asked.webhook)


def _switches(body: dict[str, Any]) -> dict[str, bool]:
    """Kept with the task only where it was asked for."""
    return {"enable_base64_output": True} if inputs.switch(body, "enable_base64_output") else {}


def prune() -> None:
    """Periodic: forget what no retry will ask for any more."""
    Submission.objects.filter(created_at__lt=now() - KEPT).exclude(prediction__status__in=UNFINISHED).delete()
