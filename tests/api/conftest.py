"""A program with a key of Alice's, and one with a key of Bob's."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from voiceclone.accounts import keys
from voiceclone.accounts.models import User
from voiceclone.api import limits
from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import Prediction


class Program:
    """Calls the API as a client does: a key, JSON, no cookies."""

    def __init__(self, token: str = "", **headers: str) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"User-Agent": "python-requests/2.32", **headers}
        if token:
            self.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> Any:
        return self.client.get(path, query or {}, headers={**self.headers, **headers})

    def delete(self, path: str) -> Any:
        return self.client.delete(path, headers=self.headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        sent = body if isinstance(body, str | bytes) else json.dumps(body)
        kind = headers.pop("content_type", "application/json")
        return self.client.post(path, sent, content_type=kind, headers={**self.headers, **headers})

    def speak(self, model: str = "speech-02-hd", headers: dict[str, str] | None = None, **inputs: Any) -> Any:
        body = {"text": "Hello there.", "voice_id": "AliceVoice-1", **inputs}
        return self.post(f"/api/v3/minimax/{model}", body, **(headers or {}))

    def task(self, pk: str) -> Any:
        return self.get(f"/api/v3/predictions/{pk}/result").json()["data"]


@pytest.fixture(autouse=True)
def cache_table(db: None) -> None:
    call_command("createcachetable", verbosity=0)
    limits.forget()


@pytest.fixture
def program(alice: User) -> Program:
    return Program(keys.make(alice)[1])


@pytest.fixture
def bobs(bob: User) -> Program:
    return Program(keys.make(bob)[1])


@pytest.fixture
def run_all() -> Callable[[], None]:
    """What a worker does, now."""

    def run() -> None:
        for prediction in Prediction.objects.unfinished():
            lifecycle.run.call(prediction.pk)

    return run
