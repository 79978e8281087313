"""Demo data for developers, made by the real paths."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from voiceclone.accounts.models import User
from voiceclone.audit.models import Action, AuditEvent
from voiceclone.management.commands import seeddemo
from voiceclone.predictions.models import CLONE, Prediction
from voiceclone.voices.models import Voice

pytestmark = pytest.mark.django_db(transaction=True)


def rows() -> list[int]:
    return [model.objects.count() for model in (User, Voice, Prediction, AuditEvent)]


def test_it_fills_an_account_and_a_second_run_adds_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seeddemo", "Maker@example.org", "--voices", "1")
    said = capsys.readouterr().out
    assert "maker@example.org is ready" in said
    assert re.search(r"Set its password here .*/account/password/reset/key/", said)
    voice = Voice.objects.get(voice_id="Narrator-2026")
    assert (voice.owner.email, voice.is_permanent) == ("maker@example.org", True)
    assert voice.sample
    assert voice.sample.source == "demo"
    speeches = Prediction.objects.exclude(model=CLONE).filter(status="completed")
    assert len(speeches) == 2
    assert all(speech.audio and speech.seconds > 2 for speech in speeches)
    failed = Prediction.objects.get(status="failed")
    assert "does not say the text" in failed.error
    assert Prediction.objects.filter(status="cancelled").count() == 1
    assert AuditEvent.objects.filter(action=Action.VOICE_KEPT).count() == 1

    before = rows()
    call_command("seeddemo", "maker@example.org", "--voices", "1")
    said = capsys.readouterr().out
    assert rows() == before
    assert said.count("was there already") == 5
    assert "The account is new" not in said


def test_the_scenes_show_every_state_of_a_voice() -> None:
    assert {scene.then for scene in seeddemo.SCENES} == {"", "soon", "expired"}
    assert any(scene.name for scene in seeddemo.SCENES)
    assert any(not scene.speeches and not scene.then for scene in seeddemo.SCENES)


def test_it_refuses_on_a_real_site(settings: Any) -> None:
    settings.HTTPS, settings.SITE_URL = True, "https://voices.example.org"
    with pytest.raises(CommandError, match="looks like a real site"):
        call_command("seeddemo")
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nobody"], "'nobody' is not an e-mail address"),
        (["--voices", "0"], "between 1 and 5; 0 was given"),
        (["--voices", "6"], "between 1 and 5; 6 was given"),
    ],
)
def test_it_says_what_is_wrong_with_what_it_was_given(arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("seeddemo", *arguments)
