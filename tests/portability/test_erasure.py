"""Delete my account: at once nobody can sign in, in the end nothing is left but a receipt that knows nobody."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.conf import settings as site
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.utils.timezone import now

from tests.conftest import PASSWORD
from voiceclone.accounts import keys
from voiceclone.accounts.models import Invitation, User
from voiceclone.audit.models import Action, AuditEvent
from voiceclone.portability import erasure, exports, inventory
from voiceclone.portability.models import Erasure, Export
from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import Prediction, WebhookDelivery
from voiceclone.predictions.webhooks import signing
from voiceclone.samples import uploads
from voiceclone.samples.models import Sample
from voiceclone.voices import readings
from voiceclone.voices.models import Approval, Consent, Enrolment, Voice
from voiceclone.work.leases import LEASE, MAX_ATTEMPTS, LeaseLost

pytestmark = pytest.mark.django_db(transaction=True)
MakeVoice = Callable[..., Voice]
Speak = Callable[..., Prediction]
SignIn = Callable[[User], Client]
NUMBER = 918273645  # an account's number that nothing else has by chance
ADDRESS = "leaving.heron@example.org"


@pytest.fixture
def leaving(db: None) -> User:
    return User.objects.create_user(ADDRESS, PASSWORD, pk=NUMBER)


@pytest.fixture
def everything(leaving: User, make_voice: MakeVoice, speak: Speak, learnt: Callable[[Sample], Enrolment]) -> User:
    """Somebody with one of everything."""
    voice = make_voice(leaving, "HeronVoice-1")
    make_voice(leaving, "HeronVoice-2", "expired")
    speak(voice, "Said once.")
    assert voice.sample
    learnt(voice.sample)
    readings.from_sample(voice.sample, readings.draw("HeronVoice-3"))
    Approval.objects.create(
        owner=leaving, voice_id="HeronVoice-4", whose="cannot_speak", sample=voice.sample, engine="builtin", inputs={}
    )
    uploads.keep(leaving, ContentFile(b"what a program sent"), "heron.wav")
    keys.make(leaving)
    signing.secret_of(leaving)
    WebhookDelivery.objects.create(owner=leaving, prediction=Prediction.objects.filter(owner=leaving)[0], event="evt_1")
    export = exports.start(leaving)
    exports.run.call(str(export.pk))
    return leaving


def finish(row: Erasure) -> Erasure:
    erasure.run.call(row.pk)
    row.refresh_from_db()
    return row


def erase(person: User) -> Erasure:
    return finish(erasure.begin(person, person))


def files(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def every_row() -> Iterator[tuple[str, str]]:
    """Every row of every table, as text, with what is packed in sessions and in the cache unpacked."""
    for model in apps.get_models():
        for values in model._default_manager.values():
            yield model.__name__, json.dumps(values, default=str)
    for session in Session.objects.all():
        yield "Session", json.dumps(session.get_decoded(), default=str)
    if settings.REDIS_URL:  # what is counted there goes by itself
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM cache")
        for key, value in cursor.fetchall():
            yield "cache", f"{key} {base64.b64decode(value)!r}"


def mentions(*words: str) -> list[tuple[str, str]]:
    return [(table, row) for table, row in every_row() for word in words if word.lower() in row.lower()]


def test_nothing_is_left_of_anybody_who_left(everything: User, media: Path, alice: User, make_voice: MakeVoice) -> None:
    make_voice(alice, "AliceVoice-1")
    before = {path: path.read_bytes() for path in files(media)}
    hers = {path for path in before if erasure_owner(path) == "alice"}
    row = erase(everything)
    assert row.status == "completed", row.error
    assert not User.objects.filter(pk=NUMBER).exists()
    assert set(files(media)) == hers
    kept = {path.read_bytes() for path in files(media)}
    gone = {content for path, content in before.items() if path not in hers} - {before[path] for path in hers}
    assert gone
    assert not gone & kept
    for path in Path(site.DATA_DIR).rglob("*.npz"):
        assert b"learnt from" not in path.read_bytes()


def erasure_owner(path: Path) -> str:
    key = path.parent.name
    hers = User.objects.get(email="alice@example.org")
    own = [
        str(pk)
        for model in (Sample, Voice, Prediction)
        for pk in model.objects.for_user(hers).values_list("pk", flat=True)
    ]
    return "alice" if key in own else ""


def test_no_row_of_any_table_mentions_the_address_or_the_number(everything: User) -> None:
    browser = Client()
    browser.post("/account/login/", {"login": ADDRESS, "password": "wrong"})
    answer = browser.post("/account/login/", {"login": ADDRESS, "password": PASSWORD})
    assert answer["Location"] == "/clone/"
    browser.get("/clone/")
    browser.post("/account/reauthenticate/", {"password": "wrong"})
    EmailAddress.objects.update_or_create(user=everything, email=ADDRESS, defaults={"primary": True, "verified": True})
    Authenticator.objects.create(user=everything, type=Authenticator.Type.TOTP, data={"secret": "x"})
    admin = User.objects.create_superuser("admin@example.org", PASSWORD)
    kind = ContentType.objects.get_for_model(User)
    LogEntry.objects.create(
        user=admin, content_type=kind, object_id=str(NUMBER), object_repr=ADDRESS, action_flag=CHANGE
    )
    LogEntry.objects.create(user=everything, object_repr="something", action_flag=CHANGE)
    Invitation.make(f"for {ADDRESS.upper()}")
    Invitation.objects.update(used_by=everything, used_at=now())
    assert len({table for table, _ in mentions(ADDRESS, str(NUMBER))}) > 10
    erase(everything)
    assert mentions(ADDRESS, str(NUMBER)) == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's own files are its admin's")
def test_the_files_of_the_database_do_not_hold_the_address_either(everything: User) -> None:
    database = Path(connection.settings_dict["NAME"])
    held = [path for path in database.parent.glob(f"{database.name}*") if ADDRESS.encode() in path.read_bytes()]
    assert held
    erase(everything)
    assert not [path for path in held if path.exists() and ADDRESS.encode() in path.read_bytes()]


def test_the_receipt_says_what_there_was(everything: User) -> None:
    found = inventory.take(everything)
    assert (found.voices, found.samples, found.speeches, found.previews, found.consents) == (2, 1, 1, 2, 2)
    row = erase(everything)
    assert row.found == {
        "voices": 2, "samples": 1, "speeches": 1, "previews": 2, "consents": 2, "size": found.size,
    }  # fmt: skip
    assert found.size > 100_000
    assert (row.person, row.late) == (None, [])
    event = AuditEvent.objects.get(action=Action.ACCOUNT_ERASED)
    assert (event.actor, event.object_id) == (None, row.pk)


def test_audit_lines_stay_without_saying_who(everything: User) -> None:
    AuditEvent.objects.create(action=Action.VOICE_KEPT, object_id="x", actor=everything)
    erase(everything)
    assert AuditEvent.objects.get(action=Action.VOICE_KEPT).actor is None


def test_the_account_ends_at_once(everything: User, signed_in: SignIn) -> None:
    browser = signed_in(everything)
    assert browser.get("/voices/").status_code == 200
    erasure.begin(everything, everything)
    assert browser.get("/voices/").status_code == 302
    assert not Client().login(email=ADDRESS, password=PASSWORD)
    answer = Client().post("/account/login/", {"login": ADDRESS, "password": PASSWORD})
    assert answer["Location"] == "/account/inactive/"


def test_what_is_running_is_stopped(leaving: User, make_voice: MakeVoice) -> None:
    voice = make_voice(leaving)
    task = lifecycle.submit(leaving, "minimax/speech-02-hd", "builtin", voice, {"text": "Long."})
    held = lifecycle.claim(task.pk)
    assert held
    erasure.begin(leaving, leaving)
    with pytest.raises(LeaseLost), lifecycle.hold(held) as progress:
        progress("speaking", 0, 1)


def test_what_a_worker_still_wrote_goes_too(leaving: User, make_voice: MakeVoice, media: Path) -> None:
    voice = make_voice(leaving)
    task = lifecycle.submit(leaving, "minimax/speech-02-hd", "builtin", voice, {"text": "Long."})
    assert lifecycle.claim(task.pk)
    row = finish(erasure.begin(leaving, leaving))
    assert (row.status, row.looked_again) == ("created", True)
    assert row.not_before > now() + LEASE / 2
    default_storage.save(f"predictions/{task.pk}/1-part-0.mp3", ContentFile(b"a last sentence"))
    Erasure.objects.filter(pk=row.pk).update(not_before=now())
    assert erasure.reap() == 1
    assert finish(row).status == "completed"
    assert not files(media)


def test_what_a_request_kept_meanwhile_goes_too(
    leaving: User, make_voice: MakeVoice, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_voice(leaving)
    row = erasure.begin(leaving, leaving)
    tell = erasure._tell

    def late(*given: Any) -> None:
        monkeypatch.setattr(erasure, "_tell", tell)
        make_voice(leaving, "LateVoice-1")

    monkeypatch.setattr(erasure, "_tell", late)
    assert finish(row).status == "created"
    assert erasure.reap() == 1
    assert finish(row).status == "completed"
    assert not files(media)


def test_it_may_be_killed_anywhere_and_is_done_again(everything: User, media: Path) -> None:
    """At every item in turn a worker dies: its lease runs out, and another one begins again."""
    row = erasure.begin(everything, everything)
    found = inventory.take(everything)
    for _ in range(found.items):
        assert Erasure.objects.claim(row.pk)
        row.refresh_from_db()
        calls: list[str] = []

        def die(stage: str, done: int, total: int, calls: list[str] = calls) -> None:
            calls.append(stage)
            if len(calls) == 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            erasure._work(row, die)
        Erasure.objects.filter(pk=row.pk).update(lease_until=now() - timedelta(seconds=1))
        assert erasure.reap() == 1
    row.refresh_from_db()
    assert finish(row).status == "completed"
    assert row.attempts == found.items + 1
    assert (row.found["voices"], row.found["size"]) == (found.voices, found.size)
    assert not files(media)
    assert not User.objects.filter(pk=NUMBER).exists()


def test_a_second_wish_is_the_same_receipt(everything: User) -> None:
    assert erasure.begin(everything, everything).pk == erasure.begin(everything, everything).pk


def test_what_was_given_up_is_tried_again_in_an_hour_or_when_an_admin_asks(everything: User) -> None:
    row = erasure.begin(everything, everything)
    Erasure.objects.filter(pk=row.pk).update(attempts=MAX_ATTEMPTS)
    erasure.reap()
    row.refresh_from_db()
    assert (row.status, row.error) == ("failed", erasure.GIVEN_UP)
    erasure.reap()
    row.refresh_from_db()
    assert row.status == "failed"
    Erasure.objects.filter(pk=row.pk).update(finished_at=now() - Erasure.PAUSE)
    erasure.reap()
    assert finish(row).status == "completed"


def test_nobody_else_loses_anything(everything: User, alice: User, make_voice: MakeVoice) -> None:
    voice = make_voice(alice)
    erase(everything)
    voice.refresh_from_db()
    assert voice.sample
    with voice.sample.file.open("rb") as sound, voice.profile.open("rb") as profile:
        assert sound.read(4) == b"fLaC"
        assert profile.read() == b"profile"
    assert Consent.objects.get().person == alice


def test_the_receipt_is_mailed_once_before_the_address_is_forgotten(everything: User, settings: Any) -> None:
    settings.EMAIL_URL = "smtp://localhost"
    row = erase(everything)
    (letter,) = mail.outbox
    assert letter.to == [ADDRESS]
    assert f"/receipts/{row.pk}/" in str(letter.body)
    assert "2 voices, 1 sample, 2 previews, 1 speech, 2 records of consent" in str(letter.body)


def test_a_spanish_account_gets_a_spanish_receipt(everything: User, settings: Any) -> None:
    settings.EMAIL_URL = "smtp://localhost"
    User.objects.filter(pk=everything.pk).update(language="es")
    row = erase(everything)
    (letter,) = mail.outbox
    assert letter.subject == "Tu cuenta está eliminada"
    assert "2 voces, 1 muestra, 2 pruebas, 1 locución, 2 registros de consentimiento" in str(letter.body)
    assert f"/receipts/{row.pk}/" in str(letter.alternatives[0][0])  # type: ignore[attr-defined]


def test_a_mail_server_that_is_away_holds_nothing_up(everything: User, settings: Any) -> None:
    settings.EMAIL_URL = "smtp://localhost:1"
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        1,
    )
    row = erase(everything)
    assert (row.status, row.mailed_at) == ("completed", None)


# --- the last admin -------------------------------------------------------------------------------------------------


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create_superuser("admin@example.org", PASSWORD)


def test_the_last_admin_does_not_go_by_accident(admin: User, signed_in: SignIn) -> None:
    with pytest.raises(erasure.LastAdmin):
        erasure.begin(admin, admin)
    browser = signed_in(admin)
    assert "You are the only admin of this site" in browser.get("/account/delete/").content.decode()
    answer = browser.post("/account/delete/", {"confirmation": "delete my account"})
    assert answer.status_code == 422
    assert "make somebody else an admin first" in answer.content.decode()
    assert not Erasure.objects.exists()


def test_the_last_admin_may_go_knowingly(admin: User, signed_in: SignIn) -> None:
    answer = signed_in(admin).post("/account/delete/", {"confirmation": "delete my account", "last_admin": "on"})
    assert answer.status_code == 302
    assert Erasure.objects.exists()


def test_an_admin_among_others_is_a_person_like_any(admin: User) -> None:
    User.objects.create_superuser("second@example.org", PASSWORD)
    assert erase(admin).status == "completed"


def test_an_admin_may_erase_somebody(everything: User, admin: User) -> None:
    row = finish(erasure.begin(everything, admin))
    assert (row.status, row.by_admin) == ("completed", True)


# --- the pages ------------------------------------------------------------------------------------------------------


def test_the_page_says_exactly_what_goes(everything: User, signed_in: SignIn) -> None:
    page = signed_in(everything).get("/account/delete/").content.decode()
    for words in ("2 voices", "1 sample", "1 speech", "2 previews", ADDRESS):
        assert words in page


def test_who_reads_spanish_types_a_spanish_phrase(everything: User, signed_in: SignIn) -> None:
    User.objects.filter(pk=everything.pk).update(language="es")
    browser = signed_in(everything)
    assert "o «eliminar mi cuenta» para confirmar" in browser.get("/account/delete/").content.decode()
    browser.post("/account/delete/", {"confirmation": "Eliminar mi cuenta"})
    assert Erasure.objects.count() == 1


@pytest.mark.parametrize("typed", [ADDRESS, ADDRESS.upper(), "delete my account", " Delete my account "])
def test_the_address_or_the_phrase_is_typed_and_the_receipt_needs_no_sign_in(
    everything: User, signed_in: SignIn, typed: str
) -> None:
    browser = signed_in(everything)
    answer = browser.post("/account/delete/", {"confirmation": typed})
    row = Erasure.objects.get()
    assert answer["Location"] == f"/receipts/{row.pk}/"
    assert browser.get("/account/").status_code == 302
    for somebody in (browser, Client()):
        page = somebody.get(answer["Location"])
        assert page.status_code == 200
        assert page["Cache-Control"].startswith("max-age=0, no-cache, no-store")
        assert ADDRESS not in page.content.decode()


@pytest.mark.parametrize(
    ("typed", "found"), [("", "nothing was typed"), ("alice@example.org", "“alice@example.org” was typed")]
)
def test_anything_else_deletes_nothing(everything: User, signed_in: SignIn, typed: str, found: str) -> None:
    answer = signed_in(everything).post("/account/delete/", {"confirmation": typed})
    assert answer.status_code == 422
    assert found in answer.content.decode()
    everything.refresh_from_db()
    assert everything.is_active


def test_it_asks_who_it_is_first(everything: User, client_of: SignIn) -> None:
    browser = client_of(everything)
    assert browser.get("/account/delete/")["Location"].startswith("/account/reauthenticate/")
    question = browser.post("/account/delete/", {"confirmation": ADDRESS})["Location"]
    assert question.startswith("/account/reauthenticate/")
    assert not Erasure.objects.exists()
    answer = browser.post(question, {"password": PASSWORD, "next": "/account/delete/"})  # the wish was kept
    assert answer["Location"] == Erasure.objects.get().get_absolute_url()
    assert browser.get("/account/").status_code == 302


def test_the_receipt_can_be_watched_and_taken_away(everything: User) -> None:
    row = erasure.begin(everything, everything)
    address, somebody = row.get_absolute_url(), Client()
    page = somebody.get(address).content.decode()
    seen = page.split("?seen=")[1].split('"')[0]
    assert somebody.get(f"{address}changes/?seen={seen}").status_code == 204
    assert "not finished yet" in somebody.get(f"{address}receipt.txt").content.decode()
    finish(row)
    answer = somebody.get(f"{address}changes/?seen={seen}")
    assert answer.status_code == 286
    assert "Everything is deleted" in answer.content.decode()
    assert somebody.get(address).content.decode().count("Everything is deleted") == 1
    text = somebody.get(f"{address}receipt.txt")
    assert text["Content-Disposition"] == f'attachment; filename="receipt-{row.pk}.txt"'
    assert "2 voices, 1 sample" in text.content.decode()


def test_a_receipt_cannot_be_guessed(db: None) -> None:
    assert len({Erasure(person=1).pk for _ in range(100)}) == 100
    for number in ("1", "0" * 32, "x"):
        assert Client().get(f"/receipts/{number}/").status_code == 404


def test_exports_go_at_once_even_those_that_are_being_made(everything: User, media: Path) -> None:
    exports.start(everything)
    row = erasure.begin(everything, everything)
    assert row.late
    finish(row)
    assert not Export.objects.exists()
    assert not [path for path in files(media) if "exports" in path.parts]
