"""What programs upload: tickets, quotas, and how long it stays."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as real
from django.core.files.base import ContentFile
from django.test import Client
from django.utils.timezone import now

from tests.conftest import speech
from voiceclone.accounts.models import User
from voiceclone.predictions import erasure
from voiceclone.samples import uploads
from voiceclone.samples.models import Upload
from voiceclone.samples.uploads import UploadRefused
from voiceclone.work.files import YOUNG

pytestmark = pytest.mark.django_db(transaction=True)
SOUND = speech("wav", 3.5)


def arrived(user: User, content: bytes = SOUND) -> Upload:
    return uploads.keep(user, ContentFile(content), "me.wav", "audio/x-wav")


def test_a_ticket_and_its_bytes(alice: User) -> None:
    upload = uploads.issue(alice, "../me.wav", len(SOUND), "audio/x-wav")
    assert (upload.original_name, upload.arrived_at) == ("me.wav", None)
    uploads.receive(uploads.find(uploads.ticket(upload)), io.BytesIO(SOUND).read, len(SOUND))
    upload.refresh_from_db()
    assert Path(upload.file.path).read_bytes() == SOUND
    assert upload.file.name == f"uploads/{upload.pk}/file"
    assert (upload.kind, upload.content_type) == ("wav", "audio/wav")
    assert upload.expires_at > now() + timedelta(days=6, hours=23)
    assert not list(Path(real.FILE_UPLOAD_TEMP_DIR).iterdir())


def test_a_ticket_is_good_for_one_file(alice: User) -> None:
    upload = uploads.issue(alice, "me.wav", len(SOUND))
    token = uploads.ticket(upload)
    waiting = uploads.find(token)  # a second request that came before the first was done
    uploads.receive(uploads.find(token), io.BytesIO(SOUND).read, len(SOUND))
    for late in (uploads.find(token), waiting):
        with pytest.raises(UploadRefused, match="arrived already") as refused:
            uploads.receive(late, io.BytesIO(b"x" * 10).read, 10)
        assert refused.value.status == 412
    assert Path(uploads.find(token).file.path).read_bytes() == SOUND
    assert len(list(Path(uploads.find(token).file.path).parent.iterdir())) == 1


def test_what_breaks_off_leaves_nothing_and_can_be_sent_again(alice: User) -> None:
    upload = uploads.issue(alice, "me.wav", len(SOUND))
    with pytest.raises(UploadRefused, match="broke off after 4 of 10 bytes"):
        uploads.receive(upload, io.BytesIO(b"RIFF").read, 10)
    assert not list(Path(real.FILE_UPLOAD_TEMP_DIR).iterdir())
    uploads.receive(upload, io.BytesIO(SOUND).read, len(SOUND))


def test_a_forged_or_old_ticket_is_not_good(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    token = uploads.ticket(uploads.issue(alice, "me.wav", 10))
    with pytest.raises(UploadRefused):
        uploads.find(token[:-1] + ("A" if token[-1] != "A" else "B"))
    monkeypatch.setattr(uploads, "TICKET_LASTS", timedelta(seconds=-1))
    with pytest.raises(UploadRefused, match="not good any more"):
        uploads.find(token)


@pytest.mark.parametrize(("size", "status", "sentence"), [(0, 400, "at least 1"), (3 << 20, 413, "3 MB; the limit is")])
def test_a_size_that_cannot_be_is_refused_before_anything_is_sent(
    alice: User, settings: Any, size: int, status: int, sentence: str
) -> None:
    settings.UPLOAD_MAX_MB = 2
    with pytest.raises(UploadRefused, match=sentence) as refused:
        uploads.issue(alice, "me.wav", size)
    assert refused.value.status == status


def test_more_than_the_ticket_says_is_refused(alice: User) -> None:
    upload = uploads.issue(alice, "me.wav", 5)
    with pytest.raises(UploadRefused, match="has 6 bytes; this address was asked for 5") as refused:
        uploads.receive(upload, io.BytesIO(b"123456").read, 6)
    assert refused.value.status == 413


def test_a_quota_counts_what_is_there_and_what_is_promised(alice: User, bob: User, settings: Any) -> None:
    settings.UPLOAD_QUOTA_MB = 1
    arrived(alice)
    uploads.issue(alice, "me.wav", 700_000)
    with pytest.raises(UploadRefused, match=r"^Upload quota exceeded: you have 0\.8 MB of 1 MB") as refused:
        uploads.issue(alice, "me.wav", 500_000)
    assert refused.value.status == 429
    uploads.issue(bob, "me.wav", 500_000)
    Upload.objects.update(expires_at=now())
    uploads.issue(alice, "me.wav", 500_000)


def test_after_its_week_an_upload_goes_for_real(alice: User) -> None:
    old, young = arrived(alice), arrived(alice)
    path = Path(old.file.path)
    Upload.objects.filter(pk=old.pk).update(expires_at=now())
    uploads.prune()
    assert list(Upload.objects.all()) == [young]
    assert not path.exists()
    assert Path(young.file.path).exists()


def test_a_file_without_its_row_is_swept(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    lost, kept = arrived(alice), arrived(alice)
    Upload.objects.filter(pk=lost.pk).delete()  # as a process leaves it that was killed between row and file
    erasure.sweep()
    assert Path(lost.file.path).exists()  # it may be on its way
    monkeypatch.setattr("voiceclone.work.files.YOUNG", -YOUNG)
    erasure.sweep()
    assert not Path(lost.file.path).exists()
    assert Path(kept.file.path).exists()


# --- its address ------------------------------------------------------------------------------------------------------
def test_whoever_has_the_address_may_save_it_and_nothing_else(alice: User) -> None:
    answer = Client().get(arrived(alice).get_absolute_url())
    assert answer.getvalue() == SOUND
    assert answer["Content-Type"] == "audio/wav"
    assert answer["Content-Disposition"] == 'attachment; filename="audio.wav"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize("content", [b"<html><script>alert(1)</script>", b"%PDF-1.7", b"RIFF<script>alert(1)</script>"])
def test_what_is_no_sound_has_no_type_whatever_it_was_said_to_be(alice: User, content: bytes) -> None:
    upload = uploads.keep(alice, ContentFile(content), "page.html", "text/html")
    answer = Client().get(upload.get_absolute_url())
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="file"'
    answer.close()


def test_the_number_of_an_upload_is_not_its_address(alice: User) -> None:
    upload = arrived(alice)
    for address in (f"/uploads/{upload.pk}", f"/uploads/{upload.pk}/audio.wav", f"/uploads/{upload.pk}.x/audio.wav"):
        assert Client().get(address).status_code == 404


def test_an_address_ends_with_its_upload(alice: User) -> None:
    upload = arrived(alice)
    Upload.objects.update(expires_at=now())
    assert Client().get(upload.get_absolute_url()).status_code == 404
