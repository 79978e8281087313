"""The admin panel: every model, for those who may; nobody's sound, text or secret; as quick with many rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now
from django_tasks_db.models import DBTaskResult

from tests.conftest import PASSWORD
from voiceclone.accounts.models import ApiKey, Invitation, User, VendorKey
from voiceclone.api.models import Submission
from voiceclone.audit.models import Action, AuditEvent, record
from voiceclone.portability.models import Erasure, Export
from voiceclone.predictions.models import CLONE, Prediction, RemoteJob, WebhookDelivery, WebhookSecret
from voiceclone.samples.models import Sample, Upload
from voiceclone.voices.models import Approval, Consent, Enrolment, Evidence, Voice
from voiceclone.work.models import PeriodicRun, Worker

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
OURS = [model for model in apps.get_models() if model.__module__.startswith("voiceclone.")]
SECRETS = ("SECRET-text", "SECRET-name", "SECRET-file", "SECRET-script", "SECRET-key", "SECRET-totp", "argon2", ".flac")


@pytest.fixture
def root(db: None, client_of: ClientOf) -> Client:
    return client_of(User.objects.create_superuser("root@example.org", PASSWORD))


def address(model: Any, rest: str = "") -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/{rest}"


def fill(rows: int, name: str = "one") -> None:
    """So many rows of everything, each with an owner of its own."""
    people = [User(email=f"{name}{n}@example.org", password="argon2-hash") for n in range(rows)]
    User.objects.bulk_create(people)
    people = list(User.objects.filter(email__startswith=name))
    words = {"statement": Consent.STATEMENT, "version": Consent.VERSION}
    consents = Consent.objects.bulk_create([Consent(person=who, **words) for who in people])
    samples = Sample.objects.bulk_create(
        Sample(owner=who, file="x/sample.flac", original_name="SECRET-file", seconds=9, transcript="SECRET-script")
        for who in people
    )
    ready = {"state": "ready", "expires_at": now() + timedelta(hours=9), "name": "SECRET-name", "engine": "builtin"}
    voices = Voice.objects.bulk_create(
        Voice(owner=who, voice_id=f"Voice-{number}-{name}", consent=consent, sample=sample, profile="x.npz", **ready)
        for number, (who, consent, sample) in enumerate(zip(people, consents, samples, strict=True))
    )
    Enrolment.objects.bulk_create(
        Enrolment(sample=sample, engine="builtin", options={"transcript": "SECRET-script"}, error="SECRET-text")
        for sample in samples
    )
    Evidence.objects.bulk_create(
        Evidence(owner=who, kind="file", original_name="SECRET-name", size=1, status="completed") for who in people
    )
    Approval.objects.bulk_create(
        Approval(owner=sample.owner, sample=sample, voice_id="A-voice-1", whose="permission", inputs={"text": "SECRET"})
        for sample in samples
    )
    for status in ("created", "failed", "completed"):
        Prediction.objects.bulk_create(
            Prediction(
                owner=voice.owner,
                voice=voice,
                sample=voice.sample,
                model=CLONE,
                engine="builtin",
                input={"text": "SECRET-text"},
                error="SECRET-text",
                audio="x.mp3",
                status=status,
                code=1401 if status == "failed" else 0,
                finished_at=None if status == "created" else now(),
            )
            for voice in voices
        )
    programs(people)
    Invitation.objects.bulk_create(
        Invitation(digest=f"{name}{n}", expires_at=now(), used_by=who) for n, who in enumerate(people)
    )
    EmailAddress.objects.bulk_create(EmailAddress(user=who, email=who.email, primary=True) for who in people)
    Authenticator.objects.bulk_create(
        Authenticator(user=who, type="totp", data={"secret": "SECRET-totp"}) for who in people
    )
    UserSession.objects.bulk_create(
        UserSession(user=who, ip="192.0.2.7", session_key=f"SECRET-key-{who.pk}", user_agent="A browser")
        for who in people
    )
    AuditEvent.objects.bulk_create(
        AuditEvent(action=Action.VOICE_CLONED, object_id=str(voice.pk), actor=voice.owner) for voice in voices
    )
    Worker.objects.bulk_create(Worker(name=f"{name}-{n}") for n in range(rows))
    PeriodicRun.objects.bulk_create(PeriodicRun(name=f"{name}-{n}") for n in range(rows))
    DBTaskResult.objects.bulk_create(
        DBTaskResult(
            task_path="x.run",
            args_kwargs={"args": ["SECRET-text"], "kwargs": {}},
            traceback="SECRET-text",
            exception_class_path="ValueError",
            backend_name="default",
            run_after=now(),
        )
        for _ in range(rows)
    )


def programs(people: list[User]) -> None:
    """What programs leave behind, and people who take their data or leave."""
    apikeys = ApiKey.objects.bulk_create(
        ApiKey(owner=who, name="SECRET-name", digest=f"SECRET-key-{who.pk}", last_four="abcd") for who in people
    )
    Upload.objects.bulk_create(
        Upload(owner=who, original_name="SECRET-file", size=9, expires_at=now() + timedelta(days=1)) for who in people
    )
    WebhookSecret.objects.bulk_create(WebhookSecret(owner=who, secret=f"SECRET-key-{who.pk}") for who in people)
    Export.objects.bulk_create(Export(owner=who, archive="SECRET-file") for who in people)
    Erasure.objects.bulk_create(Erasure(person=who.pk, late=["SECRET-file"]) for who in people)
    VendorKey.objects.bulk_create(VendorKey(owner=who, engine="wavespeed", sealed="SECRET-key") for who in people)
    secret = {"token": "SECRET-key", "sample_url": "SECRET-file", "output": "SECRET-file", "voice_name": "SECRET-name"}
    RemoteJob.objects.bulk_create(
        RemoteJob(owner=who, engine="wavespeed", purpose="speech", account="x", **secret) for who in people
    )
    for key in apikeys:
        task = Prediction.objects.filter(owner=key.owner)[0]
        Submission.objects.create(key=key, prediction=task, fingerprint="x", idempotency_key="SECRET-text")
        WebhookDelivery.objects.create(
            owner=key.owner, prediction=task, url="https://example.org/SECRET-key", event="evt_1", error="SECRET-text"
        )


def filters(page: str) -> set[str]:
    """An address of each filter of a list, and of its being ordered by a column."""
    links = (link.replace("&amp;", "&") for link in re.findall(r'href="(\?[^"]+)"', page))
    return set({re.sub(r"=[^&]*", "", link): link for link in links}.values())


def get(browser: Client, where: str) -> str:
    answer = browser.get(where)
    assert answer.status_code == 200, where
    return answer.content.decode()


def test_a_moment_is_short_in_a_list_and_sorts_it(root: Client) -> None:
    for day in (9, 10):
        Invitation.make(f"day {day}")
        Invitation.objects.filter(note=f"day {day}").update(created_at=f"2026-10-{day:02}T08:05:00Z")
    for order, first, second in (
        ("2", "2026-10-09 08:05", "2026-10-10 08:05"),
        ("-2", "2026-10-10 08:05", "2026-10-09 08:05"),
    ):
        page = root.get(address(Invitation), {"o": order}).content.decode()
        assert 'class="field-created_at' in page
        assert 0 < page.index(first) < page.index(second)
    assert "All times are UTC." in page


def test_every_model_of_ours_is_there() -> None:
    assert set(OURS) <= set(admin.site._registry)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_list_can_be_searched(model: Any, root: Client) -> None:
    assert 'id="searchbar"' in get(root, address(model))


def test_a_list_asks_as_often_for_many_rows_as_for_a_few(root: Client) -> None:
    fill(3)
    asked = {}
    for model in admin.site._registry:
        page = get(root, address(model))
        searches = {f"?q={words}" for words in ("one1@example.org", "Voice-2", Voice.objects.latest("pk").pk)}
        for query in {"", *filters(page), *searches}:
            with CaptureQueriesContext(connection) as caught:
                get(root, address(model, query))
            asked[model, query] = len(caught)
    assert len(asked) > 80
    fill(27, "many")
    for (model, query), few in asked.items():
        with CaptureQueriesContext(connection) as caught:
            get(root, address(model, query))
        assert len(caught) <= few, (model, query, [q["sql"] for q in caught])
        assert few <= 12


def test_no_list_looks_at_every_row_to_offer_its_filters(root: Client) -> None:
    fill(3)
    for model in admin.site._registry:
        with CaptureQueriesContext(connection) as caught:
            get(root, address(model))
        assert not [q["sql"] for q in caught if "DISTINCT" in q["sql"]], model


def test_counting_ends_somewhere(root: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from voiceclone.audit.panel import CountedFar

    fill(60)
    assert "180 predictions" in get(root, address(Prediction))
    monkeypatch.setattr(CountedFar, "FAR", 100)
    assert "100 predictions" in get(root, address(Prediction))


def test_nobodys_sound_text_or_secret_is_in_the_panel(root: Client) -> None:
    fill(2)
    for model in admin.site._registry:
        page = get(root, address(model))
        for row in model.objects.all():
            page += get(root, address(model, f"{row.pk}/change/"))
        assert not [secret for secret in SECRETS if secret in page], model
        assert "/media/" not in page
        assert "View on site" not in page


@pytest.mark.parametrize(
    ("model", "words", "found"),
    [
        (Voice, "Voice-", 3),
        (Voice, "one1@", 1),
        (Voice, "ONE1@Example.org", 1),
        (Voice, "oice-", 0),
        (Prediction, "Voice-", 9),
        (Prediction, "one1@example.org", 3),
        (User, "one", 3),
        (User, "One2@example", 1),
        (Consent, "one1@example.org", 1),
        (Sample, "one1@example.org", 1),
        (Enrolment, "one1@example.org", 1),
        (AuditEvent, "one1@example.org", 1),
        (EmailAddress, "one1@example.org", 1),
        (UserSession, "one1@example.org", 1),
        (Authenticator, "one1@example.org", 1),
        (Sample, "nothing of that kind", 0),
        (Worker, "one-", 3),
    ],
)
def test_a_search_finds(root: Client, model: Any, words: str, found: int) -> None:
    fill(3)
    assert root.get(address(model), {"q": words}).context["cl"].result_count == found


@pytest.mark.parametrize("model", [Voice, Prediction, Sample, Consent, Enrolment])
def test_a_search_finds_an_id(root: Client, model: Any) -> None:
    fill(3)
    row = model.objects.last()
    assert [found.pk for found in root.get(address(model), {"q": row.pk}).context["cl"].result_list] == [row.pk]


def test_the_tasks_and_the_acts_of_a_voice_are_found_by_its_id(root: Client) -> None:
    fill(3)
    voice = Voice.objects.last()
    for model, count in ((Prediction, 3), (AuditEvent, 1)):
        assert root.get(address(model), {"q": voice.pk}).context["cl"].result_count == count


# --- who may ---


def test_strangers_and_people_are_sent_to_log_in(alice: User, client_of: ClientOf) -> None:
    for browser in (Client(), client_of(alice)):
        for model in admin.site._registry:
            answer = browser.get(address(model))
            assert answer.status_code == 302
            assert "login" in answer["Location"]


def test_staff_see_what_their_permissions_allow(alice: User, client_of: ClientOf) -> None:
    fill(1)
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    alice.user_permissions.add(Permission.objects.get(codename="view_voice"))
    browser = client_of(alice)
    page = get(browser, address(Voice))
    assert "freeze" not in page
    assert "delete_for_real" not in page
    assert browser.get(address(Prediction)).status_code == 403
    voice = Voice.objects.get()
    browser.post(address(Voice), {"action": "freeze", "_selected_action": voice.pk})
    browser.post(address(Voice), {"action": "delete_for_real", "_selected_action": voice.pk, "confirmed": "yes"})
    voice.refresh_from_db()
    assert (voice.state, voice.frozen_at) == ("ready", None)


@pytest.mark.parametrize("model", [*OURS, DBTaskResult, EmailAddress, UserSession], ids=lambda model: model.__name__)
def test_facts_are_read_only(model: Any, root: Client) -> None:
    fill(1)
    row = model.objects.last()
    if model not in (User, Invitation):
        assert root.get(address(model, "add/")).status_code == 403
    if model is not User:
        assert root.post(address(model, f"{row.pk}/change/"), {}).status_code == 403
    if model is not Invitation:
        assert root.post(address(model, f"{row.pk}/delete/"), {"post": "yes"}).status_code == 403
        assert model.objects.filter(pk=row.pk).exists()


# --- people ---


def test_an_account_can_be_closed_and_opened_again(root: Client, alice: User) -> None:
    root.post(address(User, f"{alice.pk}/change/"), {})
    alice.refresh_from_db()
    assert not alice.is_active
    event = AuditEvent.objects.get(action=Action.ACCOUNT_CHANGED)
    assert (event.object_id, event.actor.email) == (str(alice.pk), "root@example.org")  # type: ignore[union-attr]
    root.post(address(User, f"{alice.pk}/change/"), {"is_active": "on"})
    alice.refresh_from_db()
    assert alice.is_active


def test_nobody_takes_over_an_account_by_changing_its_address(root: Client, alice: User) -> None:
    root.post(address(User, f"{alice.pk}/change/"), {"is_active": "on", "email": "root2@example.org"})
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"


def test_only_a_superuser_gives_powers_and_nobody_locks_themselves_out(
    root: Client, alice: User, bob: User, client_of: ClientOf
) -> None:
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    bob.user_permissions.set(Permission.objects.filter(codename__in=("view_user", "change_user")))
    powers = {"is_active": "on", "is_staff": "on", "is_superuser": "on"}
    client_of(bob).post(address(User, f"{alice.pk}/change/"), powers)
    client_of(bob).post(address(User, f"{bob.pk}/change/"), powers)
    assert User.objects.get(is_superuser=True).email == "root@example.org"
    boss = User.objects.get(is_superuser=True)
    for browser in (client_of(bob), root):
        browser.post(address(User, f"{boss.pk}/change/"), {})
        boss.refresh_from_db()
        assert boss.is_active
        assert boss.is_superuser


def test_a_new_account_sets_its_own_password(root: Client) -> None:
    answer = root.post(address(User, "add/"), {"email": "New@Example.org"}, follow=True)
    link = re.search(r"http://localhost:\d+(/account/password/\S+?)(?=<|\s)", answer.content.decode())
    assert link
    assert AuditEvent.objects.filter(action=Action.ACCOUNT_OPENED).count() == 1
    person = User.objects.get(email="new@example.org")
    assert not person.has_usable_password()
    form = Client().get(link[1], follow=True)
    assert "password1" in form.content.decode()


def test_an_invitation_is_made_and_its_link_is_shown_once(root: Client) -> None:
    answer = root.post(address(Invitation, "add/"), {"note": "for Bob"}, follow=True)
    token = re.search(r"invite=([\w-]+)", answer.content.decode())
    assert token
    assert Invitation.is_open(token[1])
    assert token[1] not in get(root, address(Invitation))


def test_whoever_lost_their_phone_is_let_in_again(root: Client, alice: User) -> None:
    for kind in ("totp", "recovery_codes"):
        Authenticator.objects.create(user=alice, type=kind, data={})
    row = Authenticator.objects.get(type="totp")
    root.post(address(Authenticator, f"{row.pk}/delete/"), {"post": "yes"})
    assert not Authenticator.objects.exists()
    assert AuditEvent.objects.get(action=Action.SECOND_FACTOR_REMOVED).object_id == str(alice.pk)


def test_a_session_is_ended(root: Client, alice: User) -> None:
    browser = Client()
    browser.force_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    key = browser.session.session_key
    row = UserSession.objects.create(user=alice, ip="192.0.2.7", session_key=key, user_agent="A browser")
    root.post(address(UserSession), {"action": "sign_out", "_selected_action": row.pk})
    assert browser.get("/account/").status_code == 302
    assert AuditEvent.objects.get(action=Action.SIGNED_OUT).object_id == str(alice.pk)


def test_an_address_is_taken_as_verified(root: Client, alice: User) -> None:
    row = EmailAddress.objects.create(user=alice, email=alice.email, primary=True)
    answer = root.post(address(EmailAddress), {"action": "verify", "_selected_action": row.pk}, follow=True)
    assert "1 verified." in answer.content.decode()
    row.refresh_from_db()
    assert row.verified


def test_the_panels_own_history_names_nobody(root: Client, alice: User) -> None:
    root.post(address(User, f"{alice.pk}/change/"), {})
    entry = LogEntry.objects.get()
    assert entry.object_repr == str(alice.pk)
    assert "alice" not in entry.change_message


def test_the_audit_trail_is_read_never_written(root: Client, alice: User) -> None:
    record(Action.VOICE_FROZEN, "x" * 32, alice)
    assert "Voice Frozen" in get(root, address(AuditEvent))
