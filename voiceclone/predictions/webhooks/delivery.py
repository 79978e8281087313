"""Sending what is in the outbox: at least once, with pauses that grow, until the receiver says 2xx or it is given up.

A delivery is a leased row like a task: any number of workers may run, one that dies is replaced, and a receiver may
therefore see the same `webhook-id` twice.
"""

from __future__ import annotations

import json
import logging
import random
import time
from datetime import timedelta

from django.conf import settings
from django.utils.timezone import now
from django.utils.translation import gettext_noop
from django_tasks import task

from voiceclone.outbound import client
from voiceclone.outbound.targets import Unreachable
from voiceclone.predictions import wire
from voiceclone.predictions.models import WebhookDelivery
from voiceclone.predictions.webhooks import outbox, signing
from voiceclone.said import Said, sentence_of
from voiceclone.work.leases import MESSAGE_LOST_AFTER, Status, heartbeat
from voiceclone.work.leases import reap as reap_rows

log = logging.getLogger("webhooks")
PAUSES = (10, 30, 120, 600, 3600, 3 * 3600, 6 * 3600, 12 * 3600)
"""Seconds after each try that failed: about 22 hours in all."""
JITTER = 0.2
DEADLINE = 10.0  # seconds for one try
PER_MINUTE = 60  # tries for each person
AT_ONCE = 1  # for each person: a slow receiver holds one worker, not all of them
TURN = 5  # seconds until somebody who has had their share is looked at again
GONE = 410


@task(priority=-10)
def deliver(pk: str) -> None:
    """A worker's job: one try of one delivery."""
    if not _has_its_turn(pk) or not WebhookDelivery.objects.claim(pk):
        return
    row = WebhookDelivery.objects.select_related("owner", "prediction").get(pk=pk)
    with heartbeat(WebhookDelivery.objects.held(row)):
        answer, problem = _send(row)
    _settle(row, answer, problem)


def reap() -> int:
    """Periodic: what is due again, and what dead workers left."""
    return reap_rows(WebhookDelivery.objects.all(), announce=outbox.announce, give_up=_give_up)


def request(row: WebhookDelivery) -> tuple[bytes, dict[str, str]]:
    """The body of this try and its headers. Only the time, the signature and signed links differ between tries."""
    prediction, timestamp = row.prediction, int(time.time())
    base_url = prediction.base_url or settings.BASE_URL
    body = json.dumps(wire.as_dict(prediction, base_url, with_input=True), separators=(",", ":")).encode()
    secret = signing.secret_for_try(row.owner, row.tries)
    return body, {
        "Content-Type": "application/json",
        "webhook-id": row.event,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signing.sign(secret, row.event, timestamp, body),
    }


def _has_its_turn(pk: str) -> bool:
    """Whether its owner has not had their share; if they had, it is looked at again a little later."""
    row = WebhookDelivery.objects.filter(pk=pk, status=Status.CREATED).first()
    if row is None:
        return False
    t = now()
    others = WebhookDelivery.objects.filter(owner=row.owner_id)
    under_way = others.filter(status=Status.PROCESSING, lease_until__gt=t).count()
    in_a_minute = others.filter(started_at__gt=t - timedelta(minutes=1)).count()
    if under_way < AT_ONCE and in_a_minute < PER_MINUTE:
        return True
    later = {"not_before": t + timedelta(seconds=TURN), "announced_at": row.created_at - 2 * MESSAGE_LOST_AFTER}
    WebhookDelivery.objects.filter(pk=pk, status=Status.CREATED, not_before__lte=t).update(**later)
    return False


def _send(row: WebhookDelivery) -> tuple[int | None, str]:
    """The status of the answer, and what is wrong with it in a sentence: empty where nothing is."""
    body, headers = request(row)
    try:
        answer = client.post(row.url, body, headers, deadline=DEADLINE)
    except Unreachable as error:
        return None, sentence_of(error)
    if 200 <= answer < 300:
        return answer, ""
    if 300 <= answer < 400:
        return answer, Said(
            "The receiver answered {status}: it leads on to another address, which is not followed.", status=answer
        )
    return answer, Said("The receiver answered {status} instead of 2xx.", status=answer)


def _settle(row: WebhookDelivery, answer: int | None, problem: str) -> None:
    """Write down what came of a try. Whoever lost the lease meanwhile changes nothing."""
    tries = row.tries + 1
    tried = {"tries": tries, "answer": answer, "error": problem}
    final = {**tried, "finished_at": now(), "lease_until": None}
    if not problem:
        WebhookDelivery.objects.held(row).update(status=Status.COMPLETED, **final)
    elif answer == GONE or tries > len(PAUSES):
        WebhookDelivery.objects.held(row).update(status=Status.FAILED, **final)
    else:
        pause = timedelta(seconds=PAUSES[tries - 1] * random.uniform(1 - JITTER, 1 + JITTER))
        WebhookDelivery.objects.hand_back(row, not_before=now() + pause, **tried)
    log.info("tried delivery=%s prediction=%s try=%s answer=%s", row.pk, row.prediction_id, tries, answer or "none")


def _give_up(row: WebhookDelivery) -> None:
    problem = gettext_noop("Sending this stopped one worker after another, so it was given up.")
    rows = WebhookDelivery.objects.filter(pk=row.pk, status=row.status, attempts=row.attempts)
    rows.update(status=Status.FAILED, error=problem, lease_until=None, finished_at=now())
    log.error("gave up delivery=%s attempts=%s", row.pk, row.attempts)
