"""Balance, catalog, prices, bills, usage, voices: what clients ask beside running models."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now
from pytest_django import DjangoAssertNumQueries

from tests.api.conftest import Program
from voiceclone.accounts.models import User
from voiceclone.predictions import catalog
from voiceclone.voices.models import Voice

pytestmark = pytest.mark.django_db
MakeVoice = Callable[..., Voice]


def data(answer: Any) -> Any:
    assert answer.status_code == 200, answer.content
    assert (answer.json()["code"], answer.json()["message"]) == (200, "success")
    return answer.json()["data"]


def test_the_balance_is_a_constant(program: Program) -> None:
    assert data(program.get("/api/v3/balance")) == {"balance": 1000.0}
    assert data(program.get("/api/v3/account/balance")) == {"balance": 1000.0, "currency": "USD"}


def test_prices_are_nothing(program: Program) -> None:
    body = {"model_id": "minimax/voice-clone", "inputs": {"whatever": 1}}
    price = data(program.post("/api/v3/model/price", body))
    assert (price["model_id"], price["price"], price["discounted_price"], price["currency"]) == (
        "minimax/voice-clone", 0.0, 0.0, "USD",
    )  # fmt: skip
    assert data(program.post("/api/v3/model/pricing", body))["unit_price"] == 0.0
    assert program.post("/api/v3/model/price", {"model_id": "x/y"}).status_code == 404


def test_nothing_is_billed(program: Program) -> None:
    body = {"page": 1, "page_size": 20, "billing_type": "deduct", "start_time": "2026-01-01T00:00:00Z"}
    assert data(program.post("/api/v3/billings/search", body)) == {"page": 1, "has_more": False, "items": []}


def test_usage_counts_what_was_run(program: Program, alice: User, make_voice: MakeVoice) -> None:
    make_voice(alice)
    program.speak()
    usage = data(program.post("/api/v3/user/usage_stats", {}))
    assert usage["summary"] == {"total_cost": 0.0, "total_requests": 2, "success_requests": 1}
    assert {row["model_uuid"]: row["total_count"] for row in usage["per_model_usage"]} == {
        "minimax/voice-clone": 1,
        "minimax/speech-02-hd": 1,
    }
    assert [day["count"] for day in usage["daily_usage"]] == [2]
    past = {"start_time": "2026-01-01T00:00:00.000Z", "end_time": "2026-01-02T00:00:00.000Z"}
    assert data(program.post("/api/v3/user/usage_stats", past))["summary"]["total_requests"] == 0


# --- the catalog ---


@pytest.fixture
def models(program: Program) -> dict[str, Any]:
    return {entry["model_id"]: entry for entry in data(program.get("/api/v3/models"))}


def schema_of(entry: dict[str, Any]) -> dict[str, Any]:
    first = entry["api_schema"]["api_schemas"][0]
    assert (first["type"], first["method"]) == ("model_run", "POST")
    assert first["api_path"] == f"/api/v3/{entry['model_id']}"
    return dict(first["request_schema"])


def test_the_catalog_has_our_models_in_the_vendors_shape(models: dict[str, Any]) -> None:
    assert tuple(models) == catalog.MODEL_IDS
    for entry in models.values():
        assert {"name", "description", "type", "base_price", "sort_order", "formula"} <= set(entry)
        schema = schema_of(entry)
        assert schema["x-order-properties"] == list(schema["properties"])
        assert schema["properties"]["enable_sync_mode"]["disabled"] is True
    assert models["minimax/voice-clone"]["type"] == "audio-to-audio"
    assert models["minimax/speech-02-hd"]["type"] == "text-to-audio"


def test_the_catalog_of_a_clone(models: dict[str, Any]) -> None:
    schema = schema_of(models["minimax/voice-clone"])
    fields = schema["properties"]
    assert schema["required"] == ["audio", "custom_voice_id"]
    assert fields["audio"]["x-ui-component"] == "uploader"
    assert fields["audio"]["x-accept"].startswith(".mp3,.m4a,.wav")
    assert fields["model"]["default"] == "speech-02-hd"
    assert (fields["accuracy"]["minimum"], fields["accuracy"]["maximum"], fields["accuracy"]["default"]) == (0, 1, 0.7)
    assert (fields["accuracy"]["step"], fields["accuracy"]["x-ui-component"]) == (0.01, "slider")
    assert (fields["text"]["maxLength"], fields["text"]["x-rows"]) == (2000, 3)
    assert fields["need_noise_reduction"]["default"] is False


def test_the_catalog_of_speech(models: dict[str, Any]) -> None:
    schema = schema_of(models["minimax/speech-02-hd"])
    fields = schema["properties"]
    assert schema["required"] == ["text", "voice_id"]
    assert "model" not in fields
    limits = {name: (fields[name]["minimum"], fields[name]["maximum"], fields[name]["default"]) for name in
              ("speed", "volume", "pitch")}  # fmt: skip
    assert limits == {"speed": (0.5, 2, 1), "volume": (0.1, 10, 1), "pitch": (-12, 12, 0)}
    assert fields["emotion"]["default"] == "happy"
    assert fields["channel"]["enum"] == ["1", "2"]
    assert fields["sample_rate"]["enum"] == [8000, 16000, 22050, 24000, 32000, 44100]
    assert fields["voice_id"]["x-ui-component"] == "command"
    assert len(fields["language_boost"]["enum"]) == 25
    assert len(schema_of(models["minimax/speech-2.8-hd"])["properties"]["language_boost"]["enum"]) == 41


def test_the_catalog_is_compressed_and_not_sent_twice(program: Program) -> None:
    answer = program.get("/api/v3/models", **{"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.content))["code"] == 200
    again = program.get("/api/v3/models", **{"Accept-Encoding": "gzip", "If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


# --- voices: ours ---


def test_a_voice_says_how_long_it_lives(program: Program, alice: User, make_voice: MakeVoice) -> None:
    voice = make_voice(alice, "FirstVoice-1")
    told = data(program.get(f"/api/v3/voices/{voice.voice_id}"))
    assert (told["state"], told["is_usable"], told["is_permanent"], told["first_used_at"]) == (
        "ready", True, False, None,
    )  # fmt: skip
    assert told["expires_at"].endswith("Z")
    first = voice.predictions.get()
    best = first.takes.create(
        owner=alice, model=first.model, status="completed", audio=first.audio, likeness=0.9, finished_at=now(), input={}
    )
    told = data(program.get(f"/api/v3/voices/{voice.voice_id}"))
    assert best.pk in told["preview"]
    preview = Client().get(told["preview"])
    assert preview["Content-Type"] == "audio/mpeg"
    preview.close()


def test_the_list_of_voices_costs_as_much_for_many_as_for_one(
    program: Program, alice: User, make_voice: MakeVoice, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_voice(alice, "FirstVoice-1")
    make_voice(alice, "SecondVoice-2", state="expired")
    make_voice(alice, "ThirdVoice-3", state="deleted")
    program.get("/api/v3/voices")
    with django_assert_num_queries(5):  # the key, the page, its clones, their takes, the count
        page = data(program.get("/api/v3/voices"))
    assert (page["total"], [voice["voice_id"] for voice in page["items"]]) == (2, ["SecondVoice-2", "FirstVoice-1"])
    assert "expired on" in page["items"][0]["problem"]
    assert data(program.get("/api/v3/voices", {"state": "deleted"}))["items"][0]["voice_id"] == "ThirdVoice-3"


def test_deleting_a_voice_frees_its_id(program: Program, alice: User, make_voice: MakeVoice) -> None:
    make_voice(alice, "FirstVoice-1")
    told = data(program.delete("/api/v3/voices/FirstVoice-1"))
    assert told == {"voice_id": "FirstVoice-1", "deleted": True}
    assert program.get("/api/v3/voices/FirstVoice-1").status_code == 404
    assert program.delete("/api/v3/voices/FirstVoice-1").status_code == 404
    body = {"audio": "https://example.org/me.wav", "custom_voice_id": "FirstVoice-1"}
    assert program.post("/api/v3/minimax/voice-clone", body).status_code == 200


@pytest.mark.parametrize("name", ["NoSuchVoice-1", "x", "%00", "é" * 8])
def test_a_voice_that_is_not_there(program: Program, name: str) -> None:
    answer = program.get(f"/api/v3/voices/{name}")
    assert (answer.status_code, answer.json()["code"]) == (404, 404)
