"""A disk that is nearly full: 507 and a sentence, nothing half-done, and what makes room still works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client

from tests.api.conftest import Program
from tests.conftest import speech
from voiceclone.accounts import keys
from voiceclone.accounts.models import User
from voiceclone.predictions.models import Prediction
from voiceclone.samples import intake
from voiceclone.samples.models import Sample, Upload
from voiceclone.voices.models import Voice

pytestmark = pytest.mark.django_db
MORE_THAN_THERE_IS = 10**12  # MB


def upload() -> SimpleUploadedFile:
    return SimpleUploadedFile("me.wav", speech("wav", 5.0))


def test_a_recording_is_refused_with_a_page(alice: User, client_of: Callable[[User], Client], settings: Any) -> None:
    settings.DISK_RESERVE_MB = MORE_THAN_THERE_IS
    answer = client_of(alice).post("/clone/sample/", {"file": upload()})
    assert answer.status_code == 507
    assert "There is no room left here" in answer.content.decode()
    assert not Sample.objects.exists()


@pytest.mark.parametrize("words", ["database or disk is full", "could not extend file: No space left on device"])
def test_a_database_without_room_is_told_the_same(
    words: str, alice: User, client_of: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any) -> None:
        raise OperationalError(words)

    monkeypatch.setattr(intake, "keep", full)
    assert client_of(alice).post("/clone/sample/", {"file": upload()}).status_code == 507


@pytest.mark.parametrize("path", ["/api/v3/media/upload/binary", "/api/v3/minimax/speech-02-hd"])
def test_a_program_is_told_in_json(path: str, alice: User, make_voice: Callable[..., Voice], settings: Any) -> None:
    make_voice(alice)
    program = Program(keys.make(alice)[1])
    settings.DISK_RESERVE_MB = MORE_THAN_THERE_IS
    before = Prediction.objects.count()
    if path.endswith("binary"):
        answer = program.client.post(path, {"file": upload()}, headers=program.headers)
    else:
        answer = program.post(path, {"text": "Hi.", "voice_id": "AliceVoice-1"})
    assert (answer.status_code, answer.json()["code"]) == (507, 507)
    assert "disk is nearly full" in answer.json()["message"]
    assert not Upload.objects.exists()
    assert Prediction.objects.count() == before


def test_what_makes_room_still_works(
    alice: User, client_of: Callable[[User], Client], make_voice: Callable[..., Voice], settings: Any
) -> None:
    voice = make_voice(alice)
    settings.DISK_RESERVE_MB = MORE_THAN_THERE_IS
    assert client_of(alice).post(f"/voices/{voice.voice_id}/delete/").status_code in (200, 302)
    voice.refresh_from_db()
    assert voice.state == "deleted"
