"""People with something to lose, and workers that do what a worker does."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils.timezone import now

from tests.conftest import PASSWORD, speech
from voiceclone.accounts.models import User
from voiceclone.engines.base import EnrolmentOptions
from voiceclone.predictions.models import Prediction
from voiceclone.samples.models import Sample
from voiceclone.voices import enrolments
from voiceclone.voices.models import Enrolment, Voice

SPEECH = "minimax/speech-02-hd"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    """A folder of one's own, so that "nothing is left" can be said of all of it."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    return tmp_path / "media"


@pytest.fixture
def signed_in(client_of: Callable[[User], Client]) -> Callable[[User], Client]:
    """A browser whose person has typed the password a moment ago."""

    def sign_in(user: User) -> Client:
        browser = client_of(user)
        assert browser.post("/account/reauthenticate/", {"password": PASSWORD}).status_code == 302
        return browser

    return sign_in


@pytest.fixture
def speak() -> Callable[..., Prediction]:
    """A finished speech with a voice."""

    def speak(voice: Voice, text: str = "A grey heron stands.", **inputs: object) -> Prediction:
        task = Prediction(owner=voice.owner, model=SPEECH, engine="builtin", voice=voice, status="completed")
        task.input = {"text": text, "format": "mp3", **inputs}
        task.started_at = task.finished_at = now()
        task.audio.save(f"{task.pk}/1.mp3", ContentFile(speech("mp3", 4.0)), save=False)
        task.master.save(f"{task.pk}/1-master.flac", ContentFile(speech("flac", 4.0)), save=False)
        task.save()
        return task

    return speak


@pytest.fixture
def learnt() -> Callable[[Sample], Enrolment]:
    """What a worker learnt from a sample that no voice was made from yet."""

    def learn(sample: Sample) -> Enrolment:
        enrolments.start(sample, "builtin", EnrolmentOptions())
        row = sample.enrolments.get()
        row.profile.save("1.npz", ContentFile(b"learnt from " + str(sample.pk).encode()), save=False)
        Enrolment.objects.filter(pk=row.pk).update(
            status="completed", profile=row.profile.name, finished_at=now(), attempts=1
        )
        return row

    return learn


def upload(content: bytes, name: str = "otter.voicepassport") -> BytesIO:
    file = BytesIO(content)
    file.name = name
    return file
