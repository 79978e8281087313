"""A request that is sent again is one task; a key has limits; sync mode waits, but not for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tests.api.conftest import Program
from voiceclone.accounts import keys
from voiceclone.accounts.models import User
from voiceclone.api import limits, submissions, waiting
from voiceclone.api.models import Submission
from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import CLONE, Prediction
from voiceclone.voices.models import Voice

MakeVoice = Callable[..., Voice]
NODE, GO, PYTHON = {"User-Agent": "node"}, {"User-Agent": "Go-http-client/1.1"}, {"User-Agent": "python-requests/2"}
NEW_NODE = {"User-Agent": "node", "X-Client-Name": "wavespeed-js"}


@pytest.fixture
def voice(alice: User, make_voice: MakeVoice) -> Voice:
    return make_voice(alice)


def made(answer: Any) -> str:
    assert answer.status_code == 200, answer.content
    return str(answer.json()["data"]["id"])


@pytest.mark.django_db
@pytest.mark.parametrize(("client", "again"), [(NODE, True), (GO, True), (NEW_NODE, False), (PYTHON, False)])
def test_an_old_client_that_sends_again_gets_its_first_task(
    program: Program, voice: Voice, client: dict[str, str], again: bool
) -> None:
    first, second = (made(program.speak(headers=client)) for _ in range(2))
    assert (first == second) is again


@pytest.mark.django_db
def test_that_holds_for_clones_too_whose_id_is_taken_by_then(program: Program) -> None:
    body = {"audio": "https://example.org/me.wav", "custom_voice_id": "FromAfar-1"}
    first, second = (made(program.post("/api/v3/minimax/voice-clone", body, **NODE)) for _ in range(2))
    assert first == second


@pytest.mark.django_db
def test_another_body_another_key_or_a_finished_task_is_a_new_one(program: Program, voice: Voice, alice: User) -> None:
    first = made(program.speak(headers=NODE))
    assert made(program.speak(headers=NODE, text="Other words.")) != first
    assert made(Program(keys.make(alice)[1]).speak(headers=NODE)) != first
    lifecycle.cancel(Prediction.objects.get(pk=first))
    assert made(program.speak(headers=NODE)) != first


@pytest.mark.django_db
def test_an_idempotency_key_makes_one_task_also_when_it_is_done(program: Program, voice: Voice) -> None:
    header = {"Idempotency-Key": "order-1"}
    first = made(program.speak(headers=header))
    lifecycle.cancel(Prediction.objects.get(pk=first))
    assert made(program.speak(headers=header)) == first
    assert made(program.speak(headers={"Idempotency-Key": "order-2"})) != first
    answer = program.speak(headers=header, text="Other words.")
    assert (answer.status_code, answer.json()["code"]) == (422, 422)
    assert "Idempotency-Key" in answer.json()["message"]


@pytest.mark.django_db
def test_nothing_is_kept_of_a_request_that_was_refused(program: Program, voice: Voice) -> None:
    header = {"Idempotency-Key": "order-1"}
    assert program.speak(headers=header, speed=9).status_code == 400
    made(program.speak(headers=header))


@pytest.mark.django_db
def test_what_no_retry_asks_for_any_more_is_forgotten(program: Program, voice: Voice) -> None:
    done, running = (made(program.speak()) for _ in range(2))
    lifecycle.cancel(Prediction.objects.get(pk=done))
    Submission.objects.update(created_at=voice.created_at - 2 * submissions.KEPT)
    submissions.prune()
    assert [row.prediction_id for row in Submission.objects.all()] == [running]


@pytest.mark.django_db
def test_requests_a_minute(program: Program, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.API_REQUESTS_PER_MINUTE = 3
    monkeypatch.setattr(limits, "clock", lambda: 1_000_000_030.0)
    assert [program.get("/api/v3/balance").status_code for _ in range(4)] == [200, 200, 200, 429]
    limits.forget()  # another process counts in the same cache
    answer = program.get("/api/v3/balance")
    assert (answer.status_code, answer.json()["code"]) == (429, 429)
    assert "3 requests in this minute" in answer.json()["message"]
    assert 1 <= int(answer["Retry-After"]) <= 60
    monkeypatch.setattr(limits, "clock", lambda: 1_000_000_090.0)
    assert program.get("/api/v3/balance").status_code == 200


@pytest.mark.django_db
def test_a_large_limit_is_taken_in_shares_and_still_holds(
    program: Program, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.API_REQUESTS_PER_MINUTE = 120
    monkeypatch.setattr(limits, "clock", lambda: 1_000_000_030.0)
    codes = [program.get("/api/v3/balance").status_code for _ in range(125)]
    assert codes == [200] * 120 + [429] * 5


@pytest.mark.django_db
def test_tasks_in_flight(program: Program, voice: Voice, settings: Any) -> None:
    settings.API_TASKS_IN_FLIGHT = 2
    first = made(program.speak())
    made(program.speak())
    answer = program.speak()
    assert (answer.status_code, answer["Retry-After"]) == (429, "5")
    assert "2 unfinished tasks" in answer.json()["message"]
    lifecycle.cancel(Prediction.objects.get(pk=first))
    made(program.speak())


# --- sync mode: with a real worker's thread beside the request, on a real database ---


@pytest.mark.django_db(transaction=True)
def test_sync_mode_answers_when_the_task_is_done(program: Program, voice: Voice) -> None:
    def work() -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            task = Prediction.objects.unfinished().first()
            held = lifecycle.claim(task.pk) if task else None
            if held:
                lifecycle.fail(held, "Only noise was heard.", 1401)
                break
            time.sleep(0.02)
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    data = program.speak(enable_sync_mode=True).json()["data"]
    worker.join()
    assert (data["status"], data["code"], data["error"]) == ("failed", 1401, "Only noise was heard.")


@pytest.mark.django_db
@pytest.mark.parametrize(("client", "name"), [(NODE, "FOR_OLD_CLIENTS"), (PYTHON, "FOR_OTHERS")])
def test_sync_mode_ends_before_the_client_does(
    program: Program, voice: Voice, monkeypatch: pytest.MonkeyPatch, client: dict[str, str], name: str
) -> None:
    monkeypatch.setattr(waiting, name, 0.2)
    answer = program.speak(enable_sync_mode=True, headers=client)
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert (data["status"], data["code"], data["outputs"]) == ("processing", 5004, [])
    assert data["error"].startswith("Sync mode timed out after 0 seconds.")
    assert data["urls"]["get"].endswith(f"{data['id']}/result")
    assert program.task(data["id"])["status"] == "created"


def test_the_waits_are_short_enough_for_each_client() -> None:
    assert waiting.FOR_OLD_CLIENTS < 10
    assert waiting.FOR_OTHERS <= 90
    assert waiting.SEATS <= 4  # of 8 threads


@pytest.mark.django_db
def test_beyond_the_seats_nobody_waits(program: Program, voice: Voice) -> None:
    for _ in range(waiting.SEATS):
        assert waiting.seats.acquire(blocking=False)
    try:
        data = program.speak(enable_sync_mode=True).json()["data"]  # would take 85 seconds
    finally:
        for _ in range(waiting.SEATS):
            waiting.seats.release()
    assert (data["status"], data["code"]) == ("processing", 5004)


@pytest.mark.django_db
def test_a_clone_takes_the_flag_as_well(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "FOR_OTHERS", 0.1)
    body = {"audio": "https://example.org/me.wav", "custom_voice_id": "FromAfar-1", "enable_sync_mode": True}
    assert program.post("/api/v3/minimax/voice-clone", body).json()["data"]["code"] == 5004
    assert Prediction.objects.get(model=CLONE).input.get("enable_sync_mode") is None
