"""How a remote job begins with its prediction, is handed over to the couriers, and ends when its prediction does."""

from __future__ import annotations

import json
import secrets
from typing import Any

from django.db import transaction
from django.utils.timezone import now

from voiceclone.accounts import vendor_keys
from voiceclone.engines import registry
from voiceclone.predictions.models import Prediction, RemoteJob
from voiceclone.predictions.remote import spending
from voiceclone.voices.models import Voice
from voiceclone.work.leases import PARKED, UNFINISHED, LeaseLost, Status

State = RemoteJob.State


def begin(prediction: Prediction) -> None:
    """Reserve what it costs; nothing happens until `hand_over`. Call it in the transaction that makes the prediction.

    Raises CannotPay.
    """
    price = spending.estimate(prediction)
    key = _key(prediction)
    key = spending.check(prediction.owner, key, prediction.engine, price)
    RemoteJob.objects.create(
        owner_id=prediction.owner_id,
        prediction=prediction,
        engine=prediction.engine,
        purpose=RemoteJob.Purpose.CLONE if prediction.is_clone else RemoteJob.Purpose.SPEECH,
        is_own_key=key.is_own,
        account=key.account,
        token=secrets.token_urlsafe(32),
        price=price,
        not_before=PARKED,
    )


def _key(prediction: Prediction) -> vendor_keys.Key | None:
    """A voice is spoken with by the key that made it, where that is still there."""
    owner, engine = prediction.owner_id, prediction.engine
    account = "" if prediction.is_clone else made_with(prediction)
    return (account and vendor_keys.of_account(owner, engine, account)) or vendor_keys.find(owner, engine)


def hand_over(prediction: Prediction) -> None:
    """A worker has made sure that there is something to ask for; the couriers go on. Raises LeaseLost."""
    with transaction.atomic():
        if not Prediction.objects.park(prediction):
            raise LeaseLost
        RemoteJob.objects.unfinished().filter(prediction=prediction, not_before=PARKED).update(not_before=now())


def inherit(earlier: Prediction, again: Prediction) -> None:
    """What was paid for and was not done in time is looked for again, instead of being paid for again.

    Call it in the transaction that makes `again`.
    """
    old = RemoteJob.objects.select_for_update().filter(prediction=earlier, state=State.FAILED).first()
    if old is None or not old.remote_id or not old.price:
        return
    kept = ("purpose", "account", "is_own_key", "voice_name", "sample_url", "remote_id", "submissions", "submitted_at")
    found = {name: getattr(old, name) for name in (*kept, "price", "settled")}
    RemoteJob.objects.filter(pk=old.pk).update(remote_id="", price=0, settled=0)
    RemoteJob.objects.filter(prediction=again).update(state=State.WAITING, **found)


def close(prediction: Prediction) -> None:
    """The prediction was cancelled or has failed before its job did. What was sent may be charged all the same."""
    rows = RemoteJob.objects.unfinished().filter(prediction=prediction)
    rows.filter(state=State.QUEUED).update(price=0)
    rows.update(status=Status.CANCELLED, state=State.CANCELLED, lease_until=None, finished_at=now())


def profile(voice_name: str, account: str) -> bytes:
    """All that is needed to speak with a voice at a vendor."""
    return json.dumps({"voice_id": voice_name, "account": account}).encode()


def made_with(prediction: Prediction) -> str:
    """The account at the vendor that made its voice; empty where that is not there."""
    voice = prediction.voice
    return str(read_profile(voice).get("account")) if voice and voice.is_ready and voice.profile else ""


def read_profile(voice: Voice) -> dict[str, Any]:
    with voice.profile.open("rb") as file:
        found = json.loads(file.read())
    assert isinstance(found, dict)
    return found


def is_parked(prediction: Prediction) -> bool:
    return prediction.status in UNFINISHED and prediction.lease_until == PARKED


def is_hosted(prediction: Prediction) -> bool:
    return registry.is_hosted(prediction.engine)
