"""Uploads as the official clients send them: a ticket and a bare PUT, or one multipart form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import now

from tests.api.conftest import Program
from tests.conftest import speech
from voiceclone.accounts.models import User
from voiceclone.predictions.models import Prediction
from voiceclone.samples.models import Upload

pytestmark = pytest.mark.django_db(transaction=True)
HERE = "http://testserver"


def sound() -> bytes:
    return speech("wav", 5.0)


def ticket(program: Program, **more: Any) -> Any:
    return program.post("/api/v3/media/uploads", {"filename": "me.wav", "size": len(sound()), **more})


def put(address: str, content: bytes | None = None, **headers: str) -> Any:
    return Client().put(address, content or sound(), content_type="audio/x-wav", headers=headers)


def send(program: Program, path: str, content: bytes | None = None, name: str = "me.wav", field: str = "file") -> Any:
    file = SimpleUploadedFile(name, content or sound(), content_type="application/octet-stream")
    return program.client.post(path, {field: file}, headers=program.headers)


def test_a_ticket_has_the_contracts_shape(program: Program) -> None:
    answer = ticket(program, content_type="audio/x-wav")
    assert (answer.status_code, answer.json()["code"]) == (200, 200)
    data = answer.json()["data"]
    assert set(data) == {"type", "download_url", "filename", "size", "upload"}
    assert (data["type"], data["filename"], data["size"]) == ("audio", "me.wav", len(sound()))
    assert data["upload"]["method"] == "PUT"
    assert data["upload"]["headers"] == {"Content-Type": "audio/x-wav", "If-None-Match": "*"}
    assert data["upload"]["url"].startswith(f"{HERE}/api/v3/media/uploads/")
    assert datetime.fromisoformat(data["upload"]["expires_at"]) > now()


def test_the_bytes_are_put_without_a_key_and_can_be_had_without_one(program: Program) -> None:
    data = ticket(program).json()["data"]
    assert Client().get(data["download_url"]).status_code == 404  # not there yet
    assert put(data["upload"]["url"], **data["upload"]["headers"]).status_code == 200
    found = Client().get(data["download_url"])
    assert found.getvalue() == sound()
    assert found["Content-Type"] == "audio/wav"


def test_an_upload_address_is_good_once(program: Program) -> None:
    address = ticket(program).json()["data"]["upload"]["url"]
    put(address)
    again = put(address, b"something else", **{"If-None-Match": "*"})
    assert (again.status_code, again.json()["code"]) == (412, 412)
    assert Path(Upload.objects.get().file.path).read_bytes() == sound()


def test_what_cannot_be_put_is_refused_in_json(program: Program) -> None:
    address = ticket(program, size=5).json()["data"]["upload"]["url"]
    assert put(address, b"123456").json()["message"] == "The file has 6 bytes; this address was asked for 5."
    assert put(address[:-3] + "abc", b"12345").json()["code"] == 404
    assert Client().get(address).status_code == 405
    assert Client().post(address).json()["code"] == 405


def test_a_body_far_above_djangos_limit_for_memory_is_streamed(program: Program, settings: Any) -> None:
    content = b"\0" * (3 * settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    data = ticket(program, size=len(content)).json()["data"]
    assert put(data["upload"]["url"], content).status_code == 200
    assert Upload.objects.get().size == len(content)


@pytest.mark.parametrize("path", ["/api/v3/media/upload/binary", "/api/v2/media/upload/binary", "/api/v3/upload"])
def test_one_multipart_form(program: Program, path: str) -> None:
    answer = send(program, path)
    assert (answer.status_code, answer.json()["message"]) == (200, "success")
    data = answer.json()["data"]
    assert (data["type"], data["filename"], data["size"]) == ("audio", "me.wav", len(sound()))
    found = Client().get(data.get("url", data["download_url"]))
    assert found.getvalue() == sound()


def test_a_form_without_its_file_names_the_field(program: Program) -> None:
    answer = send(program, "/api/v3/media/upload/binary", field="sound")
    assert answer.status_code == 400
    assert 'field "file"' in answer.json()["message"]


def test_too_large_is_413_with_both_figures(program: Program, settings: Any) -> None:
    settings.UPLOAD_MAX_MB = 0.1
    for answer in (ticket(program), send(program, "/api/v3/media/upload/binary")):
        assert answer.status_code == 413
        assert answer.json()["message"] == "The file is 0.2 MB; the limit is 0.1 MB."
    assert not Upload.objects.exists()


def test_a_file_above_what_is_cloned_may_still_be_uploaded(program: Program, settings: Any) -> None:
    settings.SAMPLE_MAX_MB = 0.1
    assert send(program, "/api/v3/media/upload/binary", b"\0" * 600_000).status_code == 200


def test_the_quota_is_a_429(program: Program, settings: Any) -> None:
    settings.UPLOAD_QUOTA_MB = 0.1
    answer = ticket(program)
    assert answer.status_code == 429
    assert answer.json()["message"].startswith("Upload quota exceeded")


@pytest.mark.parametrize("path", ["/api/v3/media/uploads", "/api/v3/media/upload/binary", "/api/v3/upload"])
def test_without_a_key_nothing_is_taken(path: str) -> None:
    assert Program().post(path, {"filename": "me.wav", "size": 1}).status_code == 401


@pytest.mark.parametrize("name", ["../../x.wav", "C:\\x.wav", "a\u202ewav.exe", "x" * 500, "\x00"])
def test_odd_names_stay_data(program: Program, name: str) -> None:
    data = ticket(program, filename=name).json()["data"]
    assert "/" not in data["filename"]
    assert len(data["filename"]) <= 120
    assert "x" * 20 not in data["download_url"]


@pytest.mark.parametrize("generation", ["ticket", "form"])
def test_upload_then_clone(program: Program, alice: User, run_all: Callable[[], None], generation: str) -> None:
    if generation == "ticket":
        data = ticket(program).json()["data"]
        put(data["upload"]["url"], **data["upload"]["headers"])
    else:
        data = send(program, "/api/v3/media/upload/binary").json()["data"]
    body = {"audio": data["download_url"], "custom_voice_id": "Uploaded-2026", "text": "Hello."}
    answer = program.post("/api/v3/minimax/voice-clone", body)
    assert answer.status_code == 200, answer.json()
    run_all()
    found = program.task(answer.json()["data"]["id"])
    assert (found["status"], found["error"]) == ("completed", "")
    assert len(Prediction.objects.get(owner=alice).input["audio"]) < 150


def test_somebody_elses_upload_cannot_be_cloned(program: Program, bobs: Program) -> None:
    theirs = send(bobs, "/api/v3/upload").json()["data"]["url"]
    answer = program.post("/api/v3/minimax/voice-clone", {"audio": theirs, "custom_voice_id": "Stolen-2026"})
    assert answer.status_code == 400
    assert "no such upload of yours" in answer.json()["message"]
