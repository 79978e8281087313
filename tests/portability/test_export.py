"""Download my data: everything is in it, it can be checked, it does not stay, and nobody else gets it."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.conf import settings as site
from django.core.files.storage import default_storage
from django.test import Client
from django.utils.timezone import now

from tests.conftest import PASSWORD
from voiceclone.accounts.models import User
from voiceclone.audit.models import Action, AuditEvent
from voiceclone.portability import archive, exports
from voiceclone.portability.models import Export
from voiceclone.predictions import erasure, lifecycle
from voiceclone.predictions.models import Prediction
from voiceclone.voices import readings, retention
from voiceclone.voices.models import Voice
from voiceclone.work.leases import LEASE

pytestmark = pytest.mark.django_db(transaction=True)
MakeVoice = Callable[..., Voice]
Speak = Callable[..., Prediction]
SignIn = Callable[[User], Client]


def make(owner: User) -> Export:
    row = exports.start(owner)
    exports.run.call(str(row.pk))
    return Export.objects.get(pk=row.pk)


def opened(row: Export) -> ZipFile:
    return ZipFile(default_storage.path(row.archive.name))


def table(row: Export, name: str) -> list[dict[str, Any]]:
    with opened(row) as zipped:
        return list(json.loads(zipped.read(f"{name}.json")))


def files_in(folder: str) -> list[Path]:
    return [path for path in (Path(site.MEDIA_ROOT) / folder).rglob("*") if path.is_file()]


@pytest.fixture
def voice(alice: User, make_voice: MakeVoice) -> Voice:
    return make_voice(alice, name="My own")


def test_everything_is_in_it(alice: User, voice: Voice, speak: Speak) -> None:
    speech = speak(voice)
    row = make(alice)
    assert row.status == "completed", row.error
    with opened(row) as zipped:
        assert zipped.testzip() is None
        for folder, file in (
            ("samples/AliceVoice-1-", voice.sample.file if voice.sample else None),
            ("voices/AliceVoice-1-", voice.profile),
            ("speeches/AliceVoice-1-a-grey-heron-stands-ai-", speech.audio),
        ):
            (name,) = [name for name in zipped.namelist() if name.startswith(folder) and "lossless" not in name]
            assert file
            with file.open("rb") as original:
                assert zipped.read(name) == original.read()
        assert any(name.startswith("previews/") for name in zipped.namelist())
        assert any(name.endswith("-lossless.flac") for name in zipped.namelist())


def test_the_rows_say_everything_and_name_their_files(alice: User, voice: Voice, speak: Speak) -> None:
    speak(voice, "What was said.")
    row = make(alice)
    (account,) = table(row, "account")
    assert account["email"] == "alice@example.org"
    (one,) = table(row, "voices")
    assert (one["voice_id"], one["name"], one["state"]) == ("AliceVoice-1", "My own", "ready")
    (consent,) = table(row, "consents")
    assert consent["statement"].startswith("This is my own voice")
    tasks = table(row, "tasks")
    assert {task["input"]["text"] for task in tasks} == {"Hello.", "What was said."}
    with opened(row) as zipped:
        named = {task["audio"] for task in tasks} | {one["profile"], table(row, "samples")[0]["file"]}
        assert named <= set(zipped.namelist())


def test_secrets_are_not_in_it(alice: User, voice: Voice) -> None:
    row = make(alice)
    alice.refresh_from_db()
    with opened(row) as zipped:
        text = b"".join(zipped.read(name) for name in zipped.namelist() if name.endswith(".json"))
    assert alice.password.encode() not in text


def test_tombstones_are_in_it_as_words(alice: User, make_voice: MakeVoice) -> None:
    make_voice(alice, "GoneVoice-1", "expired")
    (one,) = table(make(alice), "voices")
    assert (one["voice_id"], one["state"], one["end_reason"], one["profile"]) == (
        "GoneVoice-1",
        "expired",
        "unused",
        "",
    )


def test_nothing_of_anybody_else_is_in_it(alice: User, bob: User, make_voice: MakeVoice) -> None:
    make_voice(bob, "BobsVoice-1")
    row = make(alice)
    with opened(row) as zipped:
        assert not [name for name in zipped.namelist() if "/" in name]
        assert b"BobsVoice" not in b"".join(zipped.read(name) for name in zipped.namelist())


def test_what_was_read_aloud_is_in_it(alice: User, voice: Voice) -> None:
    assert voice.sample
    read = readings.from_sample(voice.sample, readings.draw("AliceVoice-2"))
    row = make(alice)
    (found,) = table(row, "evidence")
    assert found["sentence"] == read.sentence
    with opened(row) as zipped:
        assert zipped.read(found["file"]) == read.file.read()


def test_the_manifest_has_the_hash_of_every_file(alice: User, voice: Voice) -> None:
    with opened(make(alice)) as zipped:
        manifest = json.loads(zipped.read("manifest.json"))
        listed = {entry["name"]: entry for entry in manifest["files"]}
        assert set(listed) == set(zipped.namelist()) - {"manifest.json", "README.txt"}
        for name, entry in listed.items():
            content = zipped.read(name)
            assert (entry["bytes"], entry["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())


def test_a_readme_says_in_plain_words_what_each_file_is(alice: User, voice: Voice) -> None:
    with opened(make(alice)) as zipped:
        readme = zipped.read("README.txt").decode()
        for name in ("account", "samples", "voices", "consents", "tasks", "events", "manifest"):
            assert f"{name}.json" in readme


def test_no_name_in_it_is_a_path_to_somewhere_else(alice: User, make_voice: MakeVoice, speak: Speak) -> None:
    voice = make_voice(alice)
    Voice.objects.filter(pk=voice.pk).update(voice_id="../../etc/passwd\x07.\u202egnp")
    voice.refresh_from_db()
    speak(voice, "../../../evil <b> \x07")
    with opened(make(alice)) as zipped:
        for name in zipped.namelist():
            assert all(c.isascii() and (c.isalnum() or c in "-_./") for c in name), name
            assert ".." not in name
            assert not name.startswith("/")


def test_a_file_that_vanishes_meanwhile_is_named(alice: User, voice: Voice) -> None:
    assert voice.sample
    voice.sample.file.storage.delete(voice.sample.file.name)
    row = make(alice)
    assert (row.status, row.missing) == ("completed", 1)
    with opened(row) as zipped:
        (missing,) = json.loads(zipped.read("manifest.json"))["missing"]
        assert missing.startswith("samples/AliceVoice-1-")
        assert "MISSING: 1 file went" in zipped.read("README.txt").decode()
        assert missing in zipped.read("README.txt").decode()


def test_a_full_disk_is_a_sentence_and_leaves_nothing_behind(alice: User, voice: Voice) -> None:
    row = exports.start(alice)
    folder = Path(default_storage.path(row.folder))
    folder.mkdir(parents=True)
    (folder / "1.zip").symlink_to("/dev/full")  # where every write ends as on a full disk
    exports.run.call(str(row.pk))
    row.refresh_from_db()
    assert (row.status, row.error) == ("failed", exports.NO_ROOM)
    assert not files_in("exports")


def test_there_must_be_room_before_gigabytes_are_copied(
    alice: User, voice: Voice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "HEADROOM", 1 << 60)
    monkeypatch.setattr(archive, "_size", lambda name: 3 << 29)
    row = make(alice)
    assert row.status == "failed"
    assert re.match(r"Your archive needs \d+\.\d\xa0GB, and .* only 0\xa0bytes to spare", row.error)
    assert re.match(r"Tu archivo necesita \d+,\d\xa0GB, y .* le sobran 0\xa0bytes", row.error_in["es"])
    assert not files_in("exports")


def test_a_worker_that_was_killed_half_way_is_replaced_and_its_file_goes(alice: User, voice: Voice) -> None:
    row = exports.start(alice)
    assert Export.objects.claim(row.pk)
    half = default_storage.path(f"{row.folder}/1.zip")
    Path(half).parent.mkdir(parents=True)
    Path(half).write_bytes(b"PK half")
    Export.objects.filter(pk=row.pk).update(lease_until=now() - timedelta(seconds=1))
    assert exports.reap() == 1
    exports.run.call(str(row.pk))
    row.refresh_from_db()
    assert (row.status, row.attempts) == ("completed", 2)
    assert [path.name for path in files_in("exports")] == ["2.zip"]


def test_a_worker_whose_person_cancelled_stops_and_leaves_nothing(alice: User, voice: Voice) -> None:
    row = exports.start(alice)
    assert Export.objects.claim(row.pk)
    row.refresh_from_db()
    exports.erase(Export.objects.get(pk=row.pk))
    with pytest.raises(exports.LeaseLost), exports.hold(Export.objects.all(), row) as progress:
        exports._make(row, progress)
    assert not files_in("exports")


def test_two_clicks_are_one_task_and_a_new_archive_replaces_the_old(alice: User, voice: Voice) -> None:
    assert exports.start(alice).pk == exports.start(alice).pk
    old = make(alice)
    new = make(alice)
    assert new.pk != old.pk
    assert len(files_in("exports")) == 1


def test_it_is_kept_for_a_day_and_then_deleted_for_real(alice: User, voice: Voice) -> None:
    row = make(alice)
    assert row.expires_at
    assert abs(row.expires_at - now() - timedelta(hours=24)) < timedelta(minutes=1)
    exports.prune()
    assert Export.objects.exists()
    Export.objects.update(expires_at=now() - timedelta(seconds=1))
    assert not Export.objects.get().is_ready
    exports.prune()
    assert not Export.objects.exists()
    assert not files_in("exports")


def test_a_voice_that_is_deleted_does_not_live_on_in_an_archive(alice: User, voice: Voice) -> None:
    row = make(alice)
    erasure.end_voice(voice, Voice.State.DELETED, Voice.EndReason.OWNER, alice)
    exports.prune()
    row.refresh_from_db()
    assert (row.status, row.error) == ("cancelled", exports.OUTLIVED)
    assert not files_in("exports")


def test_what_belongs_to_no_row_is_swept(alice: User, voice: Voice) -> None:
    row = make(alice)
    Export.objects.all().delete()
    assert exports.sweep() == 0  # young: a row may still come
    old = now() - timedelta(hours=2)
    os.utime(default_storage.path(row.archive.name), (old.timestamp(), old.timestamp()))
    assert exports.sweep() == 1
    assert not files_in("exports")


def test_it_is_written_to_the_audit_trail(alice: User, voice: Voice) -> None:
    row = make(alice)
    event = AuditEvent.objects.get(action=Action.DATA_EXPORTED)
    assert (event.object_id, event.actor) == (str(row.pk), alice)


def test_what_is_under_way_is_no_obstacle(alice: User, voice: Voice) -> None:
    lifecycle.submit(alice, "minimax/speech-02-hd", "builtin", voice, {"text": "Wait."})
    retention.keep(voice, alice)
    assert {task["status"] for task in table(make(alice), "tasks")} == {"completed", "created"}


# --- the pages ------------------------------------------------------------------------------------------------------


def test_one_click_on_the_account_page_and_it_is_there(alice: User, bob: User, voice: Voice, signed_in: SignIn) -> None:
    browser = signed_in(alice)
    assert "Download my data" in browser.get("/account/").content.decode()
    assert browser.post("/account/data/start/")["Location"] == "/account/data/"
    page = browser.get("/account/data/").content.decode()
    assert "Waiting for a worker" in page
    assert '<meta http-equiv="refresh"' in page  # without JavaScript
    row = Export.objects.get()
    exports.run.call(str(row.pk))
    page = browser.get("/account/data/").content.decode()
    assert page.count("Your archive is ready") == 1  # a page that is loaded says nothing twice
    told = browser.get("/account/data/changes/", headers={"HX-Request": "true"}).content.decode()
    assert '<span hx-swap-oob="innerHTML:#announcement">Your archive is ready.</span>' in told
    answer = browser.get("/account/data/download")
    assert answer["Content-Disposition"] == f'attachment; filename="voiceclone-data-{now():%Y-%m-%d}.zip"'
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/zip", "no-store")
    assert ZipFile(BytesIO(b"".join(answer))).namelist()  # type: ignore[arg-type]
    assert "Your archive is ready" in browser.get("/account/").content.decode()
    others = signed_in(bob)
    assert others.get("/account/data/download").status_code == 302
    assert others.get("/account/data/changes/").status_code == 404
    others.post("/account/data/delete/")
    assert Export.objects.filter(owner=alice).exists()


def test_it_can_be_deleted_at_once(alice: User, voice: Voice, signed_in: SignIn) -> None:
    make(alice)
    browser = signed_in(alice)
    browser.post("/account/data/delete/")
    assert not files_in("exports")
    assert "Make my archive" in browser.get("/account/data/").content.decode()


@pytest.mark.parametrize("address", ["/account/data/start/", "/account/data/download"])
def test_it_asks_who_it_is_first(alice: User, voice: Voice, client_of: SignIn, address: str) -> None:
    make(alice)
    browser = client_of(alice)
    answer = browser.post(address) if "start" in address else browser.get(address)
    assert answer["Location"].startswith("/account/reauthenticate/")


def test_the_click_is_not_lost_to_that_question(alice: User, voice: Voice, client_of: SignIn) -> None:
    browser = client_of(alice)
    question = browser.post("/account/data/start/")["Location"]
    answer = browser.post(question, {"password": PASSWORD, "next": "/account/data/start/"})
    assert answer["Location"] == "/account/data/"
    assert Export.objects.filter(owner=alice).exists()


def test_watching_it_is_cheap(alice: User, voice: Voice, signed_in: SignIn) -> None:
    browser = signed_in(alice)
    row = exports.start(alice)
    page = browser.get("/account/data/").content.decode()
    seen = page.split("?seen=")[1].split('"')[0]
    assert browser.get(f"/account/data/changes/?seen={seen}").status_code == 204
    Export.objects.claim(row.pk)
    Export.objects.filter(pk=row.pk).update(stage="copying", done=3, total=9, lease_until=now() + LEASE)
    answer = browser.get(f"/account/data/changes/?seen={seen}")
    assert answer.status_code == 200
    assert "3 of 9" in answer.content.decode()
    Export.objects.filter(pk=row.pk).update(status="failed", error="Why it did.", finished_at=now())
    answer = browser.get(f"/account/data/changes/?seen={seen}")
    assert answer.status_code == 286
    assert "Why it did." in answer.content.decode()
    assert "data-poller" not in answer.content.decode()
