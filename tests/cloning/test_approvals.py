"""Whoever cannot read the sentence aloud waits for an admin, and is cloned then."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.cloning.test_consent import DECLARATION, form
from voiceclone.accounts.models import User
from voiceclone.audit.models import Action, AuditEvent
from voiceclone.cloning import approvals
from voiceclone.predictions import erasure
from voiceclone.predictions.models import Prediction
from voiceclone.samples.models import Sample
from voiceclone.voices import readings
from voiceclone.voices.models import Approval, Voice

pytestmark = pytest.mark.django_db(transaction=True)


def ask(browser: Client, sample: Sample, **values: Any) -> Approval:
    browser.post("/clone/", form(sample, whose="cannot_speak", declaration=DECLARATION, **values))
    return Approval.objects.get()


def test_who_cannot_speak_waits_for_an_admin_and_is_cloned_then(
    read_aloud: None, browser: Client, sample: Sample, admin_client: Client
) -> None:
    letter = SimpleUploadedFile("letter.html", b"<script>alert(1)</script>")
    approval = ask(browser, sample, permission_file=letter)
    assert not Voice.objects.exists()
    assert "waiting for an admin of this site" in browser.get("/clone/").content.decode()
    readings.prune()  # what waits is not thrown away

    page = admin_client.get(f"/admin/voices/approval/{approval.pk}/change/").content.decode()
    assert DECLARATION in page
    address = f"/admin/voices/evidence/{approval.evidence.pk}/file/"  # type: ignore[union-attr]
    assert address in page
    saved = admin_client.get(address)
    assert saved["Content-Disposition"].startswith("attachment")
    assert saved["Content-Type"] == "application/octet-stream"
    assert "sandbox" in saved["Content-Security-Policy"]
    assert b"".join(saved.streaming_content) == b"<script>alert(1)</script>"  # type: ignore[arg-type]
    assert AuditEvent.objects.filter(action=Action.EVIDENCE_SAVED).count() == 1

    act = {"action": "approve", "_selected_action": [str(approval.pk)]}
    admin_client.post("/admin/voices/approval/", act)
    consent = Voice.objects.get().consent
    assert (consent.method, consent.whose, consent.declaration) == ("approved", "cannot_speak", DECLARATION)
    assert consent.evidence == approval.evidence
    assert Prediction.objects.get().status == "created"
    admin_client.post("/admin/voices/approval/", act)
    assert Voice.objects.count() == 1
    assert "waiting for an admin" not in browser.get("/clone/").content.decode()


def test_admins_are_told_what_waits_and_its_owner_what_was_decided(
    read_aloud: None, browser: Client, alice: User, sample: Sample, admin_client: Client, settings: Any
) -> None:
    settings.EMAIL_URL = "smtp://mail.example.org"
    User.objects.filter(is_superuser=True).update(language="es")
    User.objects.create_user("looks-only@example.org", is_staff=True)
    approval = ask(browser, sample)
    assert mail.outbox == []  # a worker sends it, not whoever asked
    approvals.tell_admins.call(str(approval.pk))
    (letter,) = mail.outbox
    assert letter.to == ["admin@example.com"]
    assert letter.subject == f"La voz {approval.voice_id} espera tu aprobación"
    assert f"/admin/voices/approval/{approval.pk}/change/" in str(letter.body)
    assert DECLARATION not in str(letter.message())

    admin_client.post("/admin/voices/approval/", {"action": "approve", "_selected_action": [str(approval.pk)]})
    told = mail.outbox[-1]
    assert (told.to, told.subject) == ([alice.email], f"Your voice {approval.voice_id} is being cloned")
    assert "/clone/" in str(told.alternatives[0][0])  # type: ignore[attr-defined]
    approvals.tell_admins.call(str(approval.pk))
    assert len(mail.outbox) == 2  # it does not wait any more


def test_an_admin_refuses(read_aloud: None, browser: Client, sample: Sample, admin_client: Client) -> None:
    approval = ask(browser, sample)
    admin_client.post("/admin/voices/approval/", {"action": "refuse", "_selected_action": [str(approval.pk)]})
    assert "refused by an admin" in browser.get("/clone/").content.decode()
    assert not Voice.objects.exists()
    browser.post(f"/clone/approvals/{approval.pk}/withdraw/")
    assert not Approval.objects.exists()


@pytest.mark.parametrize(("decision", "state"), [("approve", "approved"), ("refuse", "refused")])
def test_the_page_of_one_has_a_button_for_each_decision(
    decision: str, state: str, read_aloud: None, browser: Client, sample: Sample, admin_client: Client
) -> None:
    approval = ask(browser, sample)
    address = f"/admin/voices/approval/{approval.pk}/change/"
    page = admin_client.get(address).content.decode()
    form = page[page.index('<form method="post" action="/admin/voices/approval/"') :]
    hidden = dict(re.findall(r'type="hidden" name="(_\w+)" value="([^"]*)"', form))
    assert re.findall(r'<button class="button" form="decide" name="(\w+)" value="(\w+)">', page) == [
        ("action", "approve"),
        ("action", "refuse"),
    ]
    admin_client.post("/admin/voices/approval/", {**hidden, "action": decision})
    approval.refresh_from_db()
    assert (approval.state, approval.decided_by and approval.decided_by.email) == (state, "admin@example.com")
    assert AuditEvent.objects.get(action=f"consent.{state}").object_id == str(approval.pk)
    assert Voice.objects.count() == (decision == "approve")
    assert 'value="refuse"' not in admin_client.get(address).content.decode()


def test_who_only_looks_has_no_button(
    read_aloud: None, browser: Client, bob: User, sample: Sample, client_of: Callable[[User], Client]
) -> None:
    approval = ask(browser, sample)
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    bob.user_permissions.add(Permission.objects.get(codename="view_approval"))
    page = client_of(bob).get(f"/admin/voices/approval/{approval.pk}/change/").content.decode()
    assert DECLARATION in page
    assert 'value="refuse"' not in page


def test_a_sample_waits_as_long_as_its_approval(
    read_aloud: None, browser: Client, sample: Sample, settings: Any
) -> None:
    settings.RETENTION_DAYS = 1e-9
    approval = ask(browser, sample)
    erasure.expire()
    assert Sample.objects.filter(pk=sample.pk).exists()
    browser.post(f"/clone/approvals/{approval.pk}/withdraw/")
    erasure.expire()
    assert not Sample.objects.filter(pk=sample.pk).exists()
