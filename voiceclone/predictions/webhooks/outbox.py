"""What is to be delivered: written in the transaction that finishes a task, so that none is lost and none made up."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.utils.timezone import now

from voiceclone.outbound import targets
from voiceclone.predictions.models import Prediction, WebhookDelivery
from voiceclone.work.leases import UNFINISHED, Status

log = logging.getLogger("webhooks")
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where to send a finished task, and how its client reaches us (without a slash at the end)."""

    url: str
    base_url: str


def wanted(url: str, base_url: str) -> Webhook:
    """A webhook that may be asked for. Raises ValueError where it can be seen that nothing will be sent there."""
    try:
        targets.read(url.strip(), https_only=True)
    except targets.Unreachable as error:
        raise ValueError(f"Nothing can be sent to this webhook. {error}") from error
    return Webhook(url.strip(), base_url)


def put(prediction: Prediction) -> None:
    """A task is completed or has failed: call it in the transaction that says so."""
    if prediction.webhook:
        _add(prediction, f"evt_{secrets.token_hex(16)}")


def send_again(delivery: WebhookDelivery) -> WebhookDelivery | None:
    """A fresh row for the same event, which starts anew. None where one is under way already."""
    with transaction.atomic():
        Prediction.objects.select_for_update().get(pk=delivery.prediction_id)
        if WebhookDelivery.objects.filter(event=delivery.event, status__in=UNFINISHED).exists():
            return None
        return _add(delivery.prediction, delivery.event)


def _add(prediction: Prediction, event: str) -> WebhookDelivery:
    row = WebhookDelivery.objects.create(
        owner_id=prediction.owner_id, prediction=prediction, url=prediction.webhook, event=event
    )
    announce(row)
    return row


def announce(row: WebhookDelivery) -> None:
    from voiceclone.predictions.webhooks.delivery import deliver

    transaction.on_commit(partial(deliver.enqueue, str(row.pk)))


def prune() -> None:
    """Periodic: forget what was settled long ago."""
    settled = (Status.COMPLETED, Status.FAILED)
    WebhookDelivery.objects.filter(status__in=settled, finished_at__lt=now() - KEPT).delete()
