"""The vendor is a second, real studio with the built-in engine; between it and us stands a proxy that does harm."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from tests.harm import Harm
from tests.studio import ROOT, Studio, empty_database
from voiceclone.accounts.models import User
from voiceclone.cloning.submit import submit
from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import Prediction, RemoteJob
from voiceclone.predictions.remote import access, machine
from voiceclone.samples.models import Sample
from voiceclone.voices.models import Voice

TIMEOUT = 1.0  # seconds; enough for a vendor on the same machine, whose submit takes some milliseconds
INPUTS = {"custom_voice_id": "HostedVoice-1", "text": "Hello there.", "language_boost": "auto", "accuracy": 0.7}


class Vendor:
    """The second studio, and one account there."""

    def __init__(self, studio: Studio, key: str) -> None:
        self.studio, self.key = studio, key

    def tasks(self, **inputs: Any) -> list[dict[str, Any]]:
        """What the vendor itself has on its books, asked directly."""
        answer = requests.post(
            f"{self.studio.url}/api/v3/predictions",
            json={"page_size": 100, "include_inputs": True},
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=120,
        )
        items = answer.json()["data"]["items"]
        return [one for one in items if all(one["input"].get(name) == value for name, value in inputs.items())]


@pytest.fixture(scope="package")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vendor]:
    unlimited = {"API_REQUESTS_PER_MINUTE": "0", "API_TASKS_IN_FLIGHT": "0", "ALLOW_PRIVATE_HOSTS": "127.0.0.1"}
    data = tmp_path_factory.mktemp("vendor") / "data"
    with empty_database() as database, Studio(data, variables={**database, **unlimited}) as studio:
        studio.wait_until_healthy(120)
        command = [sys.executable, str(ROOT / "manage.py"), "createapikey", "customer@example.org"]
        made = subprocess.run(command, env=studio.environment, check=True, capture_output=True, text=True)
        yield Vendor(studio, made.stdout.splitlines()[-1])


@pytest.fixture
def harm(vendor: Vendor, settings: Any) -> Iterator[Harm]:
    """Our settings lead through the proxy, and everything that takes minutes takes moments."""
    with Harm(vendor.studio.port, seconds=TIMEOUT) as proxy:
        settings.ENGINES = ["builtin", "wavespeed"]
        settings.VENDOR_KEYS = {"wavespeed": vendor.key}
        settings.VENDOR_ADDRESSES = {"wavespeed": proxy.url}
        settings.ALLOW_PRIVATE_HOSTS = ["127.0.0.1"]
        settings.HOSTED_TIMEOUT, settings.HOSTED_POLL, settings.HOSTED_REST = TIMEOUT, 0.2, 0.5
        settings.HOSTED_WEBHOOK_WAIT, settings.HOSTED_UNCLEAR_MINUTES = 0.5, 3 / 60
        settings.MONTHLY_SPENDING = 0
        access._accounts.clear()
        yield proxy
        access._accounts.clear()


@pytest.fixture
def clone(alice: User, make_sample: Callable[..., Sample], harm: Harm) -> Callable[..., Prediction]:
    def make(voice_id: str = "HostedVoice-1", **inputs: Any) -> Prediction:
        sample = make_sample(alice, 12.0)
        return submit(alice, sample, {**INPUTS, "custom_voice_id": voice_id, **inputs}, engine="wavespeed")

    return make


@pytest.fixture
def speech(alice: User, harm: Harm) -> Callable[..., Prediction]:
    def make(voice: Voice, text: str, **inputs: Any) -> Prediction:
        return lifecycle.submit(alice, "minimax/speech-02-hd", voice.engine, voice, {"text": text, **inputs})

    return make


def work(*predictions: Prediction, seconds: float = 180.0, until: Callable[[], bool] | None = None) -> list[Prediction]:
    """Be the worker and its couriers until these predictions are over. Returns them as they are then."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        found = list(
            Prediction.objects.select_related("voice", "remote").filter(pk__in=[one.pk for one in predictions])
        )
        if not any(one.is_unfinished for one in found) or (until and until()):
            return sorted(found, key=lambda one: [each.pk for each in predictions].index(one.pk))
        for one in found:
            if one.status == "created":
                lifecycle.run.call(one.pk)
        for pk in RemoteJob.objects.due().values_list("pk", flat=True):
            machine.carry(pk)
        time.sleep(0.05)
    raise AssertionError([(one.status, one.stage, one.remote.state) for one in found])


@pytest.fixture
def hosted_voice(clone: Callable[..., Prediction]) -> Voice:
    voice = work(clone())[0].voice
    assert voice is not None
    return voice
