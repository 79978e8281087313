"""Results: the same at every address, 200 also for what failed, outputs that need no key; lists, cancel, delete."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now
from pytest_django import DjangoAssertNumQueries

from tests.api.conftest import Program
from voiceclone.accounts.models import User
from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import CLONE, Prediction
from voiceclone.voices.models import Voice

pytestmark = pytest.mark.django_db
MakeVoice = Callable[..., Voice]
PATHS = ("/api/v3/predictions/{}/result", "/api/v3/predictions/{}", "/api/v2/predictions/{}/result")


@pytest.fixture
def voice(alice: User, make_voice: MakeVoice) -> Voice:
    return make_voice(alice)


@pytest.fixture
def done(voice: Voice) -> Prediction:
    """The finished clone of the voice."""
    return Prediction.objects.get(voice=voice)


@pytest.mark.parametrize("path", PATHS)
def test_every_address_of_a_result_says_the_same(program: Program, done: Prediction, path: str) -> None:
    answer = program.get(path.format(done.pk))
    assert answer.status_code == 200
    told = answer.json()
    assert (told["code"], told["message"]) == (200, "success")
    data = told["data"]
    assert (data["id"], data["status"], data["error"], data["code"]) == (done.pk, "completed", "", 0)
    assert (len(data["outputs"]), data["has_nsfw_contents"]) == (1, [False])
    assert data["urls"]["get"].endswith(f"/api/v3/predictions/{done.pk}/result")


@pytest.mark.parametrize("pk", ["0" * 32, "pred_1", "x", "0" * 31 + "G", "%00", "é"])
@pytest.mark.parametrize("path", PATHS)
def test_an_unknown_id_is_the_contracts_404(program: Program, path: str, pk: str) -> None:
    answer = program.get(path.format(pk))
    assert (answer.status_code, answer.json()) == (404, {"code": 404, "message": "Prediction not found"})


def test_a_poll_costs_few_queries(
    program: Program, done: Prediction, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    program.task(done.pk)  # the first writes down the use of the key, and takes a share of the limit
    with django_assert_num_queries(2):  # the key with its owner, the task
        program.task(done.pk)


def test_a_failed_task_is_200_with_its_reason(program: Program, voice: Voice) -> None:
    task = lifecycle.submit(voice.owner, "minimax/speech-02-hd", "builtin", voice, {"text": "x"})
    held = lifecycle.claim(task.pk)
    assert held
    lifecycle.fail(held, "Only noise was heard.", 1401)
    answer = program.get(f"/api/v3/predictions/{task.pk}/result")
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert (data["status"], data["error"], data["code"], data["outputs"]) == (
        "failed", "Only noise was heard.", 1401, [],
    )  # fmt: skip


def test_an_output_opens_without_a_key_and_in_parts(program: Program, done: Prediction) -> None:
    url = program.task(done.pk)["outputs"][0]
    part = Client().get(url, headers={"Range": "bytes=0-99"})
    assert (part.status_code, part["Content-Type"]) == (206, "audio/mpeg")
    head = Client().head(url)
    assert (head.status_code, head.content) == (200, b"")
    part.close()


def test_the_output_of_a_deleted_voice_is_gone(program: Program, voice: Voice, done: Prediction) -> None:
    url = program.task(done.pk)["outputs"][0]
    assert program.delete(f"/api/v3/voices/{voice.voice_id}").status_code == 200
    answer = Client().get(url)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")
    assert program.task(done.pk)["outputs"] == []


def test_base64_is_asked_for_at_submit_and_comes_without_a_prefix(program: Program, done: Prediction) -> None:
    answer = program.speak(enable_base64_output=True)
    task = Prediction.objects.get(pk=answer.json()["data"]["id"])
    assert task.input["enable_base64_output"] is True
    Prediction.objects.filter(pk=task.pk).update(status="completed", finished_at=now(), audio=done.audio.name)
    output = program.task(task.pk)["outputs"][0]
    with done.audio.open("rb") as sound:
        assert base64.b64decode(output, validate=True) == sound.read()


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [item["id"] for item in answer.json()["data"]["items"]]


@pytest.fixture
def three(voice: Voice, done: Prediction) -> list[str]:
    """Newest first."""
    made = [
        lifecycle.submit(voice.owner, f"minimax/{model}", "builtin", voice, {"text": "x"})
        for model in ("speech-02-hd", "speech-2.8-hd")
    ]
    Prediction.objects.filter(pk=done.pk).update(created_at=now() - timedelta(days=2))
    return [made[1].pk, made[0].pk, done.pk]


def test_the_list_by_post_and_by_get(program: Program, three: list[str]) -> None:
    answer = program.post("/api/v3/predictions", {"page": 1, "page_size": 100})
    assert ids(answer) == three
    assert (answer.json()["data"]["page"], answer.json()["data"]["total"]) == (1, 3)
    assert "input" not in answer.json()["data"]["items"][0]
    assert ids(program.get("/api/v3/predictions")) == three
    assert ids(program.get("/api/v3/predictions", {"page": 2, "page_size": 2})) == three[2:]
    assert ids(program.post("/api/v3/predictions")) == three  # null
    assert ids(program.post("/api/v3/predictions", {"page": "2", "page_size": "1"})) == three[1:2]


def test_the_list_can_be_narrowed(program: Program, three: list[str]) -> None:
    def found(**by: Any) -> list[str]:
        return ids(program.post("/api/v3/predictions", by))

    assert found(model=CLONE) == three[2:]
    assert found(status="completed") == three[2:]
    assert found(status="timeout") == []
    assert found(created_after=(now() - timedelta(days=1)).isoformat()) == three[:2]
    assert found(created_before="2026-01-01T00:00:00.000Z") == []
    item = program.post("/api/v3/predictions", {"include_inputs": True, "page_size": 1}).json()["data"]["items"][0]
    assert item["input"] == item["inputs"] == {"text": "x"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"page": 0}, "page"),
        ({"page_size": 101}, "page_size"),
        ({"page": True}, "page"),
        ({"status": "pending"}, "status"),
        ({"created_after": "yesterday"}, "created_after"),
        ({"created_after": 1}, "created_after"),
        ({"created_after": "9999-12-31T23:59:59-23:59"}, "created_after"),
        ({"include_inputs": "maybe"}, "include_inputs"),
    ],
)
def test_a_list_that_makes_no_sense_names_the_field(program: Program, body: dict[str, Any], field: str) -> None:
    answer = program.post("/api/v3/predictions", body)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(f'field "{field}": ')


def test_delete_is_for_good_and_ignores_what_is_unknown(program: Program, bobs: Program, three: list[str]) -> None:
    task = Prediction.objects.get(pk=three[2])
    storage, name = task.audio.storage, task.audio.name
    assert bobs.post("/api/v3/predictions/delete", {"ids": three}).json()["data"] == {"deleted_count": 0}
    answer = program.post("/api/v3/predictions/delete", {"ids": [*three, three[0], "0" * 32, "\x00"]})
    assert (answer.status_code, answer.json()["data"]) == (200, {"deleted_count": 3})
    assert not Prediction.objects.exists()
    assert not storage.exists(name)


def test_cancel_stops_a_task_and_leaves_a_finished_one(program: Program, three: list[str]) -> None:
    data = program.post(f"/api/v3/predictions/{three[0]}/cancel").json()["data"]
    assert (data["status"], data["error"]) == ("cancelled", "Cancelled.")
    assert program.post(f"/api/v3/predictions/{three[0]}/cancel").json()["data"]["status"] == "cancelled"
    assert program.post(f"/api/v3/predictions/{three[2]}/cancel").json()["data"]["status"] == "completed"
