"""The vendor tells us that a task is done: signed as the contract has it, believed only after asking."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from tests.harm import Harm
from tests.hosted.conftest import Vendor, work
from voiceclone.accounts import vendor_keys
from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import Prediction, RemoteJob
from voiceclone.predictions.remote import access, opening
from voiceclone.predictions.webhooks import signing
from voiceclone.voices.models import Voice

Make = Callable[..., Prediction]
BODY = json.dumps(
    {"id": "0123456789abcdef0123456789abcdef", "status": "completed", "outputs": ["https://x/1"]}
).encode()
SECRET = "whsec_of_the_vendor"


def signed(body: bytes, secret: str = SECRET, at: float | None = None) -> dict[str, Any]:
    timestamp = int(at or time.time())
    return {
        "HTTP_WEBHOOK_ID": "evt_1",
        "HTTP_WEBHOOK_TIMESTAMP": str(timestamp),
        "HTTP_WEBHOOK_SIGNATURE": signing.sign(secret, "evt_1", timestamp, body),
    }


@pytest.fixture
def job(db: None, alice: Any, make_voice: Callable[..., Voice], settings: Any) -> RemoteJob:
    """A speech that was sent, and of which nobody knows whether it was taken."""
    settings.VENDOR_KEYS = {"wavespeed": "a key"}
    voice = make_voice(alice, engine="wavespeed")
    voice.profile.save("1.json", ContentFile(opening.profile("v1", "x")))
    task = lifecycle.submit(alice, "minimax/speech-02-hd", "wavespeed", voice, {"text": "Hello."})
    job = RemoteJob.objects.get(prediction=task)
    RemoteJob.objects.update(state="unknown")
    cache.set(access._key(job), vendor_keys.seal(SECRET))
    return job


@pytest.mark.django_db
def test_only_the_right_address_and_signature_are_believed(job: RemoteJob, client: Client) -> None:
    right = reverse("vendor-webhook", args=["wavespeed", job.pk, job.token])
    wrong = reverse("vendor-webhook", args=["wavespeed", job.pk, "guessed"])
    send = {"data": BODY, "content_type": "application/json"}
    assert client.get(right).status_code == 405
    assert client.post(wrong, **send, **signed(BODY)).status_code == 404
    assert client.post(right, **send).status_code == 403
    assert client.post(right, **send, **signed(BODY, "whsec_other")).status_code == 403
    assert client.post(right, **send, **signed(BODY, at=time.time() - 301)).status_code == 403
    assert client.post(right, **send, **signed(BODY + b" ")).status_code == 403
    nonsense = b'{"id": null}'
    assert client.post(right, nonsense, "application/json", **signed(nonsense)).status_code == 400
    job.refresh_from_db()
    assert (job.hinted_id, job.state) == ("", "unknown")
    for _ in range(2):  # it may come twice
        assert client.post(right, **send, **signed(BODY)).status_code == 204
    job.refresh_from_db()
    assert (job.hinted_id, job.state, job.remote_id) == ("0123456789abcdef0123456789abcdef", "unknown", "")


@pytest.mark.django_db
def test_nothing_is_asked_to_call_back_where_nobody_can_reach_us(job: RemoteJob, settings: Any) -> None:
    for url, is_reachable in (
        ("", False),
        ("http://voices.example.org", False),
        ("https://voices.lan", False),
        ("https://192.168.1.5", False),
        ("https://voices.example.org", True),
    ):
        settings.SITE_URL, settings.SITE, settings.HTTPS = url, urlsplit(url), url.startswith("https")
        assert access.webhook(job).startswith(f"{url}/vendors/wavespeed/") == is_reachable, url
        assert bool(access.webhook(job)) == is_reachable


@pytest.mark.django_db(transaction=True)
def test_a_lost_answer_is_healed_by_the_vendors_webhook(
    vendor: Vendor, harm: Harm, hosted_voice: Voice, speech: Make, live_server: LiveServer, settings: Any
) -> None:
    """A speech whose answer was lost, at a vendor whose list is broken: without the webhook it would be given up."""
    url = live_server.url.replace("localhost", "127.0.0.1")  # the host that both studios allow each other
    settings.SITE_URL, settings.SITE = url, urlsplit(url)
    settings.HOSTED_UNCLEAR_MINUTES = 1
    harm.script["submit"].append("drop after")
    harm.script["list"].extend(["data null"] * 100)
    said = work(speech(hosted_voice, "Somebody will call you back."))[0]
    assert (said.status, said.error) == ("completed", "")
    assert said.remote.hinted_id == said.remote.remote_id != ""
    assert len(vendor.tasks(text="Somebody will call you back.")) == 1
    assert access.secret(said.remote).startswith("whsec_")
