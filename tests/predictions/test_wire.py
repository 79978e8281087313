"""A prediction as the v3 contract has it, and the links in it that need no key."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.signing import TimestampSigner
from django.test import Client
from django.utils.timezone import now

from voiceclone.accounts.models import User
from voiceclone.predictions import lifecycle, outputs, wire
from voiceclone.predictions.models import Prediction
from voiceclone.voices.models import Voice

pytestmark = pytest.mark.django_db(transaction=True)
HERE = "https://voices.example.org"
FIELDS = ["id", "model", "outputs", "urls", "has_nsfw_contents", "status", "created_at", "error", "code"]


@pytest.fixture
def done(alice: User, make_voice: Callable[..., Voice]) -> Prediction:
    return Prediction.objects.get(voice=make_voice(alice))


@pytest.fixture
def link(done: Prediction) -> str:
    return outputs.link(done, "")


def test_a_new_one_has_every_field_and_nothing_that_is_not_there_yet(done: Prediction) -> None:
    fresh = lifecycle.submit(done.owner, "minimax/speech-02-hd", "builtin", done.voice or Voice(), {"text": "Hello."})
    found = wire.as_dict(fresh, HERE)
    assert list(found) == [*FIELDS, "executionTime", "timings"]
    assert (found["status"], found["outputs"], found["error"], found["code"]) == ("created", [], "", 0)
    assert (found["executionTime"], found["timings"]) == (0, {"inference": 0})
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", found["created_at"])
    assert found["urls"] == {"get": f"{HERE}/api/v3/predictions/{fresh.pk}/result"}


def test_a_finished_one_has_one_link_for_each_sound(done: Prediction) -> None:
    Prediction.objects.filter(pk=done.pk).update(started_at=now() - timedelta(milliseconds=1500), finished_at=now())
    done.refresh_from_db()
    found = wire.as_dict(done, HERE, with_input=True)
    assert found["outputs"][0].startswith(f"{HERE}/outputs/{done.pk}.")
    assert found["outputs"][0].endswith(f"/{done.pk}.mp3")
    assert found["has_nsfw_contents"] == [False]
    assert 1500 <= found["executionTime"] < 2000
    assert found["input"] == done.input


def test_base64_where_that_was_asked_for(done: Prediction) -> None:
    done.input = {**done.input, "enable_base64_output": True}
    assert b64decode(wire.as_dict(done, HERE)["outputs"][0]) == Path(done.audio.path).read_bytes()


def test_a_link_needs_no_sign_in_and_can_be_sought(link: str) -> None:
    part = Client().get(link, HTTP_RANGE="bytes=100-199")
    assert (part.status_code, part["Content-Type"], len(b"".join(part))) == (206, "audio/mpeg", 100)  # type: ignore[arg-type]
    assert part["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_a_link_ends(link: str, settings: Any) -> None:
    settings.OUTPUT_URL_DAYS = -1 / 86400
    assert Client().get(link).status_code == 404


def test_a_link_is_only_good_for_its_own_sound(link: str, done: Prediction) -> None:
    assert Client().get(link.replace(done.pk, "0" * 32)).status_code == 404
    forged = TimestampSigner(key="guessed", sep=".", salt="voiceclone.outputs").sign(done.pk)
    assert Client().get(f"/outputs/{forged}/x.mp3").status_code == 404
    elsewhere = TimestampSigner(sep=".").sign(done.pk)  # signed by us, for another purpose
    assert Client().get(f"/outputs/{elsewhere}/x.mp3").status_code == 404


def test_what_is_deleted_cannot_be_heard_through_an_old_link(link: str, done: Prediction) -> None:
    done.delete()
    assert Client().get(link).status_code == 404
