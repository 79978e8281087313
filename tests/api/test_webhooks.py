"""`?webhook=` on a submit, and the secret."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from tests.api.conftest import Program
from tests.predictions.receiver import Receiver
from voiceclone.accounts.models import User
from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import Prediction, WebhookDelivery
from voiceclone.predictions.webhooks import delivery, signing
from voiceclone.voices.models import Voice

pytestmark = pytest.mark.django_db(transaction=True)
SPEECH = "/api/v3/minimax/speech-02-hd"
BODY = {"text": "Hello there.", "voice_id": "AliceVoice-1"}


@pytest.fixture(autouse=True)
def voice(alice: User, make_voice: Callable[..., Voice]) -> Voice:
    return make_voice(alice)


def test_the_secret_has_the_contracts_shape(program: Program, alice: User) -> None:
    answer = program.get("/api/v3/webhook/secret").json()
    assert answer == {"code": 200, "message": "success", "data": {"secret": signing.secret_of(alice)}}
    assert Program().get("/api/v3/webhook/secret").status_code == 401


def test_a_finished_task_comes_to_the_address_that_was_asked_for(program: Program, settings: Any) -> None:
    settings.ALLOW_PRIVATE_HOSTS = ["127.0.0.1"]
    secret = program.get("/api/v3/webhook/secret").json()["data"]["secret"]
    with Receiver(secret) as there:
        made = program.post(f"{SPEECH}?webhook={quote(there.url, safe='')}", BODY).json()["data"]
        Prediction.objects.filter(pk=made["id"]).update(engine="nowhere", failures=2)
        lifecycle.run.call(made["id"])
        delivery.deliver.call(str(WebhookDelivery.objects.get().pk))
    [(_, body)] = there.received
    assert (body["id"], body["status"]) == (made["id"], "failed")
    assert body["urls"] == made["urls"]  # by the name with which the client called us
    assert body["input"]["text"] == "Hello there."


def test_a_webhook_that_cannot_be_is_a_400_that_names_it(program: Program) -> None:
    answer = program.post(f"{SPEECH}?webhook={quote('http://10.0.0.1/x')}", BODY)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith('field "webhook": Nothing can be sent to this webhook. ')
    assert not Prediction.objects.filter(model="minimax/speech-02-hd").exists()


def test_a_webhook_and_base64_do_not_go_together(program: Program) -> None:
    answer = program.post(
        "/api/v3/minimax/speech-2.6-hd?webhook=https%3A%2F%2Fexample.org", {**BODY, "enable_base64_output": True}
    )
    assert answer.status_code == 400
    assert "webhook does not support base64 output" in answer.json()["error"]
    assert answer.json()["message"] == answer.json()["error"]
