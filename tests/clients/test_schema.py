"""Our own OpenAPI document holds for what a key holder sends: 700 cases, no 5xx, no answer that it does not allow.

Voices are made up by chance, so nearly no case is worth a task; two of each model's get the voice that there is and a
short text, so that what is accepted is checked as well, and the one worker is not asked to speak for an hour.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.clients.conftest import Account

pytestmark = pytest.mark.clients
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
CASES = 700
REAL = 2
FEW, MANY = 4, 14  # of each operation and kind: the speech models are many and alike
WAITS = ("/audio/speech", "/stream")


class Caller:
    """Sends cases with a key, and keeps what breaks the document."""

    def __init__(self, account: Account, voice: str) -> None:
        self.voice, self.session = voice, requests.Session()
        self.headers = {"Authorization": f"Bearer {account.key}", "User-Agent": "schemathesis"}
        self.sent: Counter[str] = Counter()
        self.accepted: Counter[str] = Counter()
        self.breaches: dict[str, str] = {}

    def send(self, case: Case) -> None:
        label = case.operation.label
        if case.meta and case.meta.generation.mode == GenerationMode.POSITIVE and self.sent[label] < REAL:
            self._make_real(case.body)
        self.sent[label] += 1
        answer = case.call(session=self.session, headers=self.headers)
        self.accepted[label] += answer.status_code == 200
        try:
            case.validate_response(answer, checks=CHECKS)
        except (Failure, FailureGroup) as failure:
            self.breaches.setdefault(f"{label} {answer.status_code}", str(failure))

    def _make_real(self, body: Any) -> None:
        if isinstance(body, dict) and "voice_id" in body:
            body |= {"voice_id": self.voice, "text": "Hi.", "language_boost": "English"}
        elif isinstance(body, dict) and "voice" in body:
            body |= {"voice": self.voice, "input": "Hi.", "model": "tts-1"}


def test_seven_hundred_cases(account: Account, voice: str) -> None:
    document = requests.get(f"{account.url}/api/openapi.json", timeout=30).json()
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=account.url)
    caller = Caller(account, voice)
    for found in schema.get_all_operations():
        operation = found.ok()
        few = operation.path.startswith("/api/v3/minimax/")
        for mode in GenerationMode:

            @settings(
                max_examples=FEW if few else MANY,
                derandomize=True,
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def send(case: Case) -> None:
                caller.send(case)

            send()
    assert not caller.breaches, "\n\n".join(f"{name}\n{told}" for name, told in caller.breaches.items())
    assert caller.sent.total() >= CASES, caller.sent
    speaking = [name for name in caller.sent if "/minimax/speech" in name or name.endswith("/audio/speech")]
    assert all(caller.accepted[name] for name in speaking), caller.accepted
