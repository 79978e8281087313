"""Who may see and do what: every address, for everybody. A new address without a row here fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from voiceclone.accounts import keys
from voiceclone.accounts.models import User
from voiceclone.engines.base import Chunk
from voiceclone.predictions import lifecycle, sounds
from voiceclone.predictions.models import CLONE, Prediction, WebhookDelivery
from voiceclone.voices import readings
from voiceclone.voices.models import Approval, Voice

pytestmark = pytest.mark.django_db

OPEN = {"landing", "healthz", "manifest", "api-not-found", "api-bare", "receipt", "receipt-changes", "receipt-text"}
OPEN |= {"set-language"}  # everybody's, and a post that changes only one's own: tests/test_languages.py
OPEN |= {"api-docs", "api-openapi"}  # every call: tests/api/test_envelope.py
SIGNED = {"output", "upload", "put-upload"}  # whoever has the address may: tests/predictions/test_wire.py, tests/api/
SIGNED |= {"vendor-webhook"}  # tests/hosted/test_webhook.py
OWN = {"clone", "voices", "speak", "history", "account", "changes", "check-voice-id", "upload-sample"}
OWN |= {
    "read-aloud",
    "engines",
    "api-keys",
    "webhooks",
    "export",
    "export-changes",
    "download-export",
    "erase-account",
    "import-voice",
}
POSTED = {"demo-sample", "fix-sample", "start-export", "delete-export"}
SOMEBODYS = {
    "voice": "/voices/{voice.voice_id}/",
    "voice-card": "/voices/{voice.voice_id}/card/",
    "rename-voice": "/voices/{voice.voice_id}/rename/",
    "delete-voice": "/voices/{voice.voice_id}/delete/",
    "renew-voice": "/voices/{voice.voice_id}/clone-again/",
    "forget-voice": "/voices/gone/{gone.pk}/forget/",
    "export-voice": "/voices/{voice.voice_id}/export/",
    "reading": "/clone/reading/{reading.pk}/",
    "withdraw-approval": "/clone/approvals/{approval.pk}/withdraw/",
    "sample-audio": "/samples/{voice.sample_id}/audio",
    "sample-report": "/clone/sample/{voice.sample_id}/report/",
    "prediction": "/tasks/{task.pk}/",
    "prediction-audio": "/tasks/{task.pk}/audio",
    "prediction-part": "/tasks/{speaking.pk}/parts/0",
    "cancel-prediction": "/tasks/{task.pk}/cancel/",
    "retry-prediction": "/tasks/{task.pk}/retry/",
    "delete-prediction": "/tasks/{task.pk}/delete/",
    "takes": "/tasks/{task.pk}/takes/",
    "revoke-api-key": "/account/keys/{key.pk}/revoke/",
    "send-webhook-again": "/account/webhooks/{delivery.pk}/send-again/",
}
BY_POST = {"forget-voice", "renew-voice", "export-voice", "cancel-prediction", "retry-prediction", "delete-prediction"}
BY_POST |= {"withdraw-approval"}
BY_POST |= {"revoke-api-key", "send-webhook-again"}
ASKED_FIRST = {"rename-voice", "delete-voice"}


def ask(browser: Client, name: str, address: str) -> int:
    answer = browser.post(address) if name in BY_POST | POSTED else browser.get(address)
    if answer.streaming:
        answer.close()
    return answer.status_code


def own_patterns() -> dict[str, str]:
    patterns = [p for p in get_resolver().url_patterns if isinstance(p, URLPattern)]
    for resolver in get_resolver().url_patterns:
        if getattr(resolver, "urlconf_name", None).__class__.__name__ == "module":
            module = getattr(resolver.urlconf_name, "__name__", "")
            patterns += resolver.url_patterns if module.startswith("voiceclone.") else []
    return {pattern.name or "": str(pattern.pattern) for pattern in patterns}


@pytest.fixture
def voice(alice: User, make_voice: Callable[..., Voice]) -> Voice:
    return make_voice(alice)


@pytest.fixture
def gone(alice: User, make_voice: Callable[..., Voice]) -> Voice:
    return make_voice(alice, "GoneVoice-1", state="expired")


@pytest.fixture
def speaking(voice: Voice) -> Prediction:
    """A speech of which one sentence can be heard already."""
    task = lifecycle.submit(voice.owner, "minimax/speech-02-hd", "builtin", voice, {"text": "One. Two."})
    claimed = lifecycle.claim(task.pk)
    assert claimed
    sounds.keep_part(claimed, 0, Chunk("One.", np.zeros(2400, np.float32), 24000))
    return claimed


@pytest.fixture
def addresses(voice: Voice, gone: Voice, speaking: Prediction) -> dict[str, str]:
    known: dict[str, Any] = {"voice": voice, "gone": gone, "speaking": speaking}
    known["task"] = Prediction.objects.get(voice=voice, model=CLONE)
    assert voice.sample
    known["reading"] = readings.from_sample(voice.sample, readings.draw("AliceVoice-2"))
    known["approval"] = Approval.objects.create(
        owner=voice.owner,
        voice_id="AliceVoice-2",
        whose="cannot_speak",
        sample=voice.sample,
        engine="builtin",
        inputs={},
    )
    known["key"] = keys.make(voice.owner)[0]
    known["delivery"] = WebhookDelivery.objects.create(owner=voice.owner, prediction=known["task"], event="evt_1")
    return {name: address.format(**known) for name, address in SOMEBODYS.items()}


def test_every_address_has_a_row_here() -> None:
    assert set(own_patterns()) == OPEN | SIGNED | OWN | POSTED | set(SOMEBODYS)


@pytest.mark.parametrize("name", sorted(OWN | POSTED))
def test_strangers_are_sent_to_the_sign_in_page(db: None, name: str) -> None:
    answer = Client().get("/" + own_patterns()[name])
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/?next=")


@pytest.mark.parametrize("name", sorted(SOMEBODYS))
def test_strangers_see_nothing_of_anybody(addresses: dict[str, str], name: str) -> None:
    assert ask(Client(), name, addresses[name]) == 302


@pytest.mark.parametrize("name", sorted(SOMEBODYS))
def test_somebody_elses_is_not_found(
    addresses: dict[str, str], bob: User, client_of: Callable[[User], Client], voice: Voice, name: str
) -> None:
    assert ask(client_of(bob), name, addresses[name]) == 404
    voice.refresh_from_db()
    assert voice.state == "ready"


@pytest.mark.parametrize("name", sorted(ASKED_FIRST))
def test_nobody_changes_somebody_elses_voice(
    addresses: dict[str, str], bob: User, client_of: Callable[[User], Client], voice: Voice, name: str
) -> None:
    assert client_of(bob).post(addresses[name], {"name": "Mine"}).status_code == 404
    voice.refresh_from_db()
    assert (voice.state, voice.name) == ("ready", "")


@pytest.mark.parametrize("name", sorted(SOMEBODYS))
def test_not_even_an_admin_hears_other_peoples_voices(
    addresses: dict[str, str], bob: User, client_of: Callable[[User], Client], name: str
) -> None:
    User.objects.filter(pk=bob.pk).update(is_staff=True, is_superuser=True)
    assert ask(client_of(bob), name, addresses[name]) == 404


@pytest.mark.parametrize("name", sorted(SOMEBODYS))
def test_ones_own_is_found(
    addresses: dict[str, str], alice: User, client_of: Callable[[User], Client], name: str
) -> None:
    assert ask(client_of(alice), name, addresses[name]) in (200, 302)


@pytest.mark.parametrize("name", sorted(BY_POST | POSTED))
def test_nothing_changes_by_get(
    addresses: dict[str, str], alice: User, client_of: Callable[[User], Client], name: str
) -> None:
    address = addresses.get(name) or "/" + own_patterns()[name]
    assert client_of(alice).get(address).status_code == 405


@pytest.mark.parametrize(
    "name",
    sorted(
        BY_POST
        | ASKED_FIRST
        | POSTED
        | {"clone", "speak", "upload-sample", "read-aloud", "import-voice", "erase-account"}
        | {"api-keys", "webhooks", "set-language", "engines"}
    ),
)
def test_nothing_changes_without_a_csrf_token(addresses: dict[str, str], alice: User, name: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    address = addresses.get(name) or "/" + own_patterns()[name]
    assert browser.post(address).status_code == 403


def test_somebody_elses_sample_cannot_be_cloned(voice: Voice, bob: User, client_of: Callable[[User], Client]) -> None:
    form = {"sample": voice.sample_id, "custom_voice_id": "StolenVoice-1", "consent": "on"}
    answer = client_of(bob).post("/clone/", form)
    assert answer.status_code == 422
    assert not Voice.objects.filter(owner=bob).exists()


def test_nobody_speaks_with_somebody_elses_voice(voice: Voice, bob: User, client_of: Callable[[User], Client]) -> None:
    answer = client_of(bob).post("/speak/", {"voice_id": voice.voice_id, "text": "Hello."})
    assert answer.status_code == 422
    assert "You have no voice with the ID" in answer.content.decode()


def test_the_poller_tells_nothing_about_other_peoples_tasks(
    voice: Voice, bob: User, client_of: Callable[[User], Client]
) -> None:
    task = Prediction.objects.get(voice=voice)
    answer = client_of(bob).get(f"/tasks/changes/?task={task.pk}")
    assert answer.status_code == 286
    assert task.pk not in answer.content.decode()


def test_the_admin_panel_is_for_admins(alice: User, bob: User, client_of: Callable[[User], Client]) -> None:
    User.objects.filter(pk=bob.pk).update(is_staff=True, is_superuser=True)
    assert client_of(alice).get("/admin/").status_code in (302, 403)
    assert client_of(bob).get("/admin/").status_code == 200
