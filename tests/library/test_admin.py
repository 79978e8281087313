"""What an admin does to voices in the panel."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as site
from django.http import HttpResponse
from django.test import Client
from django.utils.timezone import now

from tests.conftest import PASSWORD
from voiceclone.accounts.models import User
from voiceclone.audit import panel
from voiceclone.audit.models import Action, AuditEvent
from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import Prediction
from voiceclone.voices.models import Voice

pytestmark = pytest.mark.django_db(transaction=True)
MakeVoice = Callable[..., Voice]
LIST = "/admin/voices/voice/"


@pytest.fixture
def root(db: None, client_of: Callable[[User], Client]) -> Client:
    return client_of(User.objects.create_superuser("root@example.org", PASSWORD))


def act(browser: Client, action: str, *voices: Voice, **fields: str) -> HttpResponse:
    form = {"action": action, "_selected_action": [voice.pk for voice in voices], **fields}
    answer: HttpResponse = browser.post(LIST, form, follow=True)  # type: ignore[assignment]
    return answer


def said(answer: HttpResponse) -> list[str]:
    return [str(message) for message in answer.context["messages"]]  # type: ignore[attr-defined]


def trail(voice: Voice) -> list[tuple[str, str | None]]:
    events = AuditEvent.objects.filter(object_id=str(voice.pk)).order_by("pk").select_related("actor")
    return [(event.action, event.actor.email if event.actor else None) for event in events]


def files() -> set[Path]:
    return {path for path in Path(site.MEDIA_ROOT).rglob("*") if path.is_file()}


def test_freezing_says_how_many_and_why_not_the_rest(root: Client, alice: User, make_voice: MakeVoice) -> None:
    one, other = make_voice(alice, "Voice-0001"), make_voice(alice, "Voice-0002")
    ended = make_voice(alice, "Voice-0003", "expired")
    assert said(act(root, "freeze", one)) == ["1 frozen."]
    assert said(act(root, "freeze", one, other, ended)) == [
        "1 frozen.",
        "2 not frozen: 1 expired; 1 frozen already.",
    ]
    assert Voice.objects.filter(frozen_at__isnull=False).count() == 2
    assert trail(one) == [(Action.VOICE_FROZEN, "root@example.org")]
    assert trail(ended) == []


def test_unfreezing_gives_the_time_back(root: Client, alice: User, make_voice: MakeVoice) -> None:
    voice = make_voice(alice, frozen_at=now() - timedelta(hours=3))
    before = voice.expires_at
    assert said(act(root, "unfreeze", voice)) == ["1 unfrozen."]
    voice.refresh_from_db()
    assert voice.frozen_at is None
    assert voice.expires_at - before >= timedelta(hours=3)  # type: ignore[operator]
    assert said(act(root, "unfreeze", voice)) == ["1 not unfrozen: 1 not frozen."]


def test_making_permanent(root: Client, alice: User, make_voice: MakeVoice) -> None:
    voice = make_voice(alice)
    assert said(act(root, "make_permanent", voice)) == ["1 made permanent."]
    voice.refresh_from_db()
    assert voice.is_permanent
    assert said(act(root, "make_permanent", voice)) == ["1 not made permanent: 1 permanent already."]


def test_deleting_for_real_asks_first_and_says_what_goes(root: Client, alice: User, make_voice: MakeVoice) -> None:
    voice, ended = make_voice(alice, "Voice-0001"), make_voice(alice, "Voice-0002", "deleted")
    lifecycle.submit(alice, "minimax/speech-02-hd", "builtin", voice, {"text": "Never spoken."})
    page = act(root, "delete_for_real", voice, ended).content.decode()
    for words in (
        "1 voice, with what",
        "sound of 1 preview or speech",
        "1 task that is still in the queue",
        "1 of the selected ended before",
        "Voice-0001, of alice@example.org",
    ):
        assert words in page
    assert "Voice-0002, of" not in page
    voice.refresh_from_db()
    assert voice.is_ready


def test_deleting_for_real_leaves_no_sound(root: Client, alice: User, make_voice: MakeVoice) -> None:
    before = files()
    voice = make_voice(alice)
    task = lifecycle.submit(alice, "minimax/speech-02-hd", "builtin", voice, {"text": "Never spoken."})
    assert files() > before
    assert said(act(root, "delete_for_real", voice, confirmed="yes")) == ["1 deleted for real."]
    voice.refresh_from_db()
    assert (voice.state, voice.end_reason, voice.sample) == ("deleted", "admin", None)
    assert Prediction.objects.get(pk=task.pk).status == "cancelled"
    assert files() == before
    assert trail(voice) == [(Action.VOICE_DELETED, "root@example.org")]
    assert said(act(root, "delete_for_real", voice, confirmed="yes")) == ["1 not deleted for real: 1 deleted."]


def test_a_voice_that_is_being_cloned_can_be_deleted_on_record(
    root: Client, alice: User, make_voice: MakeVoice
) -> None:
    voice = make_voice(alice, state="cloning")
    assert said(act(root, "delete_for_real", voice, confirmed="yes")) == ["1 deleted for real."]
    voice.refresh_from_db()
    assert voice.state == "deleted"
    assert trail(voice) == [(Action.VOICE_DELETED, "root@example.org")]


def test_so_many_at_once_and_no_more(
    root: Client, alice: User, make_voice: MakeVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    voices = [make_voice(alice, f"Voice-000{n}") for n in range(3)]
    monkeypatch.setattr(panel, "AT_ONCE", 2)
    assert said(act(root, "freeze", *voices)) == [
        "More than 2 are selected; that many can be done at once. Nothing was."
    ]
    assert not AuditEvent.objects.exists()
    assert not Voice.objects.filter(frozen_at__isnull=False).exists()


def test_filters_by_how_long_a_voice_lasts(root: Client, alice: User, make_voice: MakeVoice) -> None:
    make_voice(alice, "Voice-temporary")
    make_voice(alice, "Voice-soon", expires_at=now() + timedelta(hours=5))
    make_voice(alice, "Voice-frozen", frozen_at=now())
    make_voice(alice, "Voice-kept", is_permanent=True, expires_at=None)
    make_voice(alice, "Voice-gone", "expired")

    def found(lasts: str) -> set[str]:
        rows = root.get(LIST, {"lasts": lasts}).context["cl"].result_list
        return {voice.voice_id.removeprefix("Voice-") for voice in rows}

    assert found("temporary") == {"temporary", "soon", "frozen"}
    assert found("soon") == {"soon"}
    assert found("frozen") == {"frozen"}
    assert found("permanent") == {"kept"}
    assert len(found("")) == 5
