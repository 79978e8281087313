"""Webhooks: a finished task reaches its client, signed as the contract says, however often anything dies on the way."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as real
from django.db import transaction
from django.test import Client
from django.utils.timezone import now
from django_tasks_db.models import DBTaskResult

from tests.predictions.receiver import Receiver
from voiceclone.accounts.models import User
from voiceclone.predictions import lifecycle, reaper
from voiceclone.predictions.models import Prediction, WebhookDelivery
from voiceclone.predictions.webhooks import delivery, outbox, signing
from voiceclone.predictions.webhooks.outbox import Webhook
from voiceclone.voices.models import Voice
from voiceclone.work.leases import MAX_ATTEMPTS

pytestmark = pytest.mark.django_db(transaction=True)
HERE = "https://voices.example.org"


@pytest.fixture(autouse=True)
def home_network(settings: Any) -> None:
    settings.ALLOW_PRIVATE_HOSTS = ["127.0.0.1"]


@pytest.fixture
def voice(alice: User, make_voice: Callable[..., Voice]) -> Voice:
    return make_voice(alice)


def task(voice: Voice, url: str, **inputs: Any) -> Prediction:
    """A speech that a worker has in its hands."""
    hook = Webhook(url, HERE)
    text = {"text": "Hello.", "voice_id": voice.voice_id, **inputs}
    made = lifecycle.submit(voice.owner, "minimax/speech-02-hd", "builtin", voice, text, webhook=hook)
    held = lifecycle.claim(made.pk)
    assert held is not None
    return held


def finished(voice: Voice, url: str) -> WebhookDelivery:
    """A failed speech, which is finished as well, and its row in the outbox."""
    lifecycle.fail(task(voice, url), "Only noise was heard.", 1403)
    return WebhookDelivery.objects.latest("created_at")


def try_now(row: WebhookDelivery) -> WebhookDelivery:
    """What a worker does when the pause is over."""
    WebhookDelivery.objects.filter(pk=row.pk).update(not_before=now())
    delivery.deliver.call(str(row.pk))
    row.refresh_from_db()
    return row


def test_the_contracts_own_vector() -> None:
    body = b'{"id":"0123456789abcdef0123456789abcdef","status":"completed"}'
    signature = signing.sign("whsec_dGVzdC1zZWNyZXQ=", "evt_1", 1700000000, body)
    assert signature == "v3,f4f581cb48513acf089bf8c6c160d95c65eb6436811612bba35a911c14b435ed"


def test_a_completed_task_is_delivered_with_all_that_a_client_reads(alice: User, voice: Voice) -> None:
    with Receiver(signing.secret_of(alice)) as there:
        speech = lifecycle.submit(
            alice, "minimax/speech-02-hd", "builtin", voice, {"text": "Hi."}, webhook=Webhook(there.url, HERE)
        )
        held = lifecycle.claim(speech.pk)
        assert held is not None
        lifecycle.complete(held, lambda: None, audio="predictions/x/1.mp3", seconds=1.0)
        row = WebhookDelivery.objects.get()
        delivery.deliver.call(str(row.pk))
    [(headers, body)] = there.received
    assert (body["id"], body["status"], body["input"]) == (speech.pk, "completed", {"text": "Hi."})
    assert body["outputs"][0].startswith(f"{HERE}/outputs/")
    assert body["urls"]["get"].startswith(HERE)
    assert {"executionTime", "timings", "has_nsfw_contents", "created_at", "model", "error"} <= set(body)
    assert "data" not in body
    assert headers["content-type"] == "application/json"
    row.refresh_from_db()
    assert (row.status, row.tries, row.answer) == ("completed", 1, 200)


def test_a_failed_task_is_delivered_too(alice: User, voice: Voice) -> None:
    with Receiver(signing.secret_of(alice)) as there:
        try_now(finished(voice, there.url))
    [(_, body)] = there.received
    assert (body["status"], body["error"], body["code"], body["outputs"]) == (
        "failed",
        "Only noise was heard.",
        1403,
        [],
    )


def test_a_task_that_was_given_up_is_delivered_too(alice: User, voice: Voice) -> None:
    held = task(voice, "https://example.org/hook")
    Prediction.objects.filter(pk=held.pk).update(attempts=MAX_ATTEMPTS, lease_until=now() - timedelta(seconds=1))
    reaper.reap()
    assert WebhookDelivery.objects.get().prediction_id == held.pk


def test_a_cancelled_task_is_not(voice: Voice) -> None:
    lifecycle.cancel(task(voice, "https://example.org/hook"))
    assert not WebhookDelivery.objects.exists()


def test_nor_is_one_that_asked_for_none(voice: Voice) -> None:
    lifecycle.fail(task(voice, ""), "Only noise was heard.", 1403)
    assert not WebhookDelivery.objects.exists()


def test_the_row_stands_or_falls_with_the_final_state(voice: Voice) -> None:
    held = task(voice, "https://example.org/hook")
    with transaction.atomic():
        lifecycle.fail(held, "Only noise was heard.", 1403)
        assert WebhookDelivery.objects.exists()
        transaction.set_rollback(True)  # as when the process dies before its transaction is over
    assert not WebhookDelivery.objects.exists()
    assert lifecycle.fail(held, "Only noise was heard.", 1403)
    assert not lifecycle.fail(held, "Again.", 1403)
    assert WebhookDelivery.objects.count() == 1
    assert DBTaskResult.objects.filter(task_path__endswith="delivery.deliver").count() == 1


def test_what_is_refused_is_tried_again_with_the_same_id_and_growing_pauses(alice: User, voice: Voice) -> None:
    with Receiver(signing.secret_of(alice), 500, 404, 302) as there:
        row = finished(voice, there.url)
        pauses = []
        for _ in range(3):
            try_now(row)
            assert row.status == "created"
            pauses.append((row.not_before - now()).total_seconds())
        assert "302" in row.error
        assert row.error_in["es"].startswith("El receptor respondió 302: lleva a otra dirección")
        try_now(row)
    assert (row.status, row.tries, row.answer, row.error) == ("completed", 4, 200, "")
    assert row.error_in == {}
    assert len({headers["webhook-id"] for headers, _ in there.received}) == 1
    assert len(there.received) == 4  # and nothing went to /elsewhere
    for pause, expected in zip(pauses, delivery.PAUSES, strict=False):
        assert pause == pytest.approx(expected, rel=delivery.JITTER, abs=1)


def test_the_reaper_announces_what_is_due_again(voice: Voice) -> None:
    row = try_now(finished(voice, "http://127.0.0.1:1/hook"))
    assert (row.tries, row.answer) == (1, None)
    assert "Nobody answers at 127.0.0.1" in row.error
    assert "Nadie responde en 127.0.0.1" in row.error_in["es"]
    assert delivery.reap() == 0  # its pause is not over
    WebhookDelivery.objects.update(not_before=now())
    assert delivery.reap() == 1
    assert delivery.reap() == 0


def test_the_last_try_makes_a_dead_letter_that_can_be_sent_again(alice: User, voice: Voice) -> None:
    row = finished(voice, "http://127.0.0.1:1/hook")
    for _ in range(len(delivery.PAUSES) + 1):
        assert row.status == "created"
        try_now(row)
    assert (row.status, row.tries) == ("failed", 9)
    assert sum(delivery.PAUSES) / 3600 == pytest.approx(22, abs=0.5)
    delivery.deliver.call(str(row.pk))  # a late message
    assert WebhookDelivery.objects.get().tries == 9
    with Receiver(signing.secret_of(alice)) as there:
        Prediction.objects.update(webhook=there.url)
        again = outbox.send_again(row)
        assert again is not None
        assert outbox.send_again(row) is None  # a double click
        assert try_now(again).status == "completed"
    assert there.received[0][0]["webhook-id"] == row.event


def test_gone_stops_it_at_once(alice: User, voice: Voice) -> None:
    with Receiver(signing.secret_of(alice), 410) as there:
        row = try_now(finished(voice, there.url))
    assert (row.status, row.tries, row.answer) == ("failed", 1, 410)


def test_two_workers_send_it_once(alice: User, voice: Voice) -> None:
    with Receiver(signing.secret_of(alice)) as there:
        row = finished(voice, there.url)
        for _ in range(2):
            delivery.deliver.call(str(row.pk))
    assert len(there.received) == 1


def test_after_a_death_another_worker_sends_it_and_the_dead_one_changes_nothing(alice: User, voice: Voice) -> None:
    with Receiver(signing.secret_of(alice)) as there:
        row = finished(voice, there.url)
        assert WebhookDelivery.objects.claim(row.pk)  # and then `kill -9`
        dead = WebhookDelivery.objects.get()
        assert delivery.reap() == 0
        WebhookDelivery.objects.update(lease_until=now() - timedelta(seconds=1))
        assert delivery.reap() == 1
        try_now(row)
    delivery._settle(dead, 500, "The receiver answered 500 instead of 2xx.")  # it was only asleep
    row.refresh_from_db()
    assert (row.status, row.answer, row.tries) == ("completed", 200, 1)


def test_what_kills_worker_after_worker_is_given_up(voice: Voice) -> None:
    row = finished(voice, "https://example.org/hook")
    WebhookDelivery.objects.update(attempts=MAX_ATTEMPTS)
    delivery.reap()
    row.refresh_from_db()
    assert row.status == "failed"
    assert "given up" in row.error


def test_nobody_takes_all_the_workers(alice: User, voice: Voice) -> None:
    first, second = (finished(voice, "http://127.0.0.1:1/hook") for _ in range(2))
    WebhookDelivery.objects.claim(first.pk)
    delivery.deliver.call(str(second.pk))
    second.refresh_from_db()
    assert (second.status, second.tries, second.attempts) == ("created", 0, 0)
    assert second.not_before > now()
    WebhookDelivery.objects.update(not_before=now(), lease_until=now() - timedelta(seconds=1))
    assert delivery.reap() == 2


def test_sixty_a_minute_is_the_limit(voice: Voice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "PER_MINUTE", 1)
    first, second = (finished(voice, "http://127.0.0.1:1/hook") for _ in range(2))
    assert try_now(first).tries == 1
    assert try_now(second).tries == 0
    WebhookDelivery.objects.filter(pk=first.pk).update(started_at=now() - timedelta(minutes=2))
    assert try_now(second).tries == 1


def test_an_address_that_became_private_is_not_asked(alice: User, voice: Voice, settings: Any) -> None:
    with Receiver(signing.secret_of(alice)) as there:
        row = finished(voice, there.url)
        settings.ALLOW_PRIVATE_HOSTS = []
        try_now(row)
    assert (row.status, there.received, there.refused) == ("created", [], 0)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://example.org/hook", "must begin with https://"),
        ("https://169.254.169.254/", "public internet"),
        ("https://[::1]/hook", "public internet"),
        ("https://example.org:22/", "port 22"),
        ("example.org/hook", "begins with https://"),
        ("https://me:word@example.org/", "user name or password"),
    ],
)
def test_what_is_obviously_no_webhook_is_refused_at_submit(url: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        outbox.wanted(url, HERE)


def test_a_webhook_goes_with_its_task(voice: Voice) -> None:
    row = finished(voice, "https://example.org/hook")
    row.prediction.delete()
    assert not WebhookDelivery.objects.exists()
    delivery.deliver.call(str(row.pk))


def test_what_was_settled_is_forgotten_after_a_month(voice: Voice) -> None:
    old, young = (finished(voice, "https://example.org/hook") for _ in range(2))
    WebhookDelivery.objects.update(status="completed", finished_at=now())
    WebhookDelivery.objects.filter(pk=old.pk).update(finished_at=now() - timedelta(days=31))
    outbox.prune()
    assert WebhookDelivery.objects.get() == young


def test_the_check_in_the_documentation_takes_what_is_sent_and_nothing_else(
    alice: User, voice: Voice, tmp_path: Path
) -> None:
    page = (real.BASE_DIR / "docs" / "webhooks.md").read_text()
    program = tmp_path / "receiver.py"
    program.write_text(page.partition("```python\n")[2].partition("```")[0])
    check = runpy.run_path(str(program))["is_from_voiceclone"]
    body, headers = delivery.request(finished(voice, "https://example.org/hook"))
    secret = signing.secret_of(alice)
    assert check(secret, headers, body)
    assert not check(secret, headers, body + b" ")
    assert not check(signing.rotate(alice), headers, body)
    old = str(int(headers["webhook-timestamp"]) - 301)
    replayed = {
        "webhook-timestamp": old,
        "webhook-signature": signing.sign(secret, headers["webhook-id"], int(old), body),
    }
    assert not check(secret, {**headers, **replayed}, body)


# --- the secret -------------------------------------------------------------------------------------------------------
def test_everybody_has_a_secret_of_their_own_that_stays(alice: User, bob: User) -> None:
    assert signing.secret_of(alice) == signing.secret_of(alice) != signing.secret_of(bob)
    assert signing.secret_of(alice).startswith("whsec_")


@pytest.mark.parametrize("knows", ["the old one", "the new one"])
def test_for_a_day_after_a_change_a_receiver_may_know_either_secret(alice: User, voice: Voice, knows: str) -> None:
    old = signing.secret_of(alice)
    new = signing.rotate(alice)
    with Receiver(old if knows == "the old one" else new) as there:
        row = try_now(finished(voice, there.url))
        if row.status != "completed":
            try_now(row)
    assert row.status == "completed"
    assert len(there.received) == 1


def test_after_that_day_only_the_new_one_is_valid(alice: User, voice: Voice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "BOTH_VALID", timedelta(seconds=-1))
    new = signing.rotate(alice)
    assert {signing.secret_for_try(alice, number) for number in range(4)} == {new}


# --- the page ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def browser(alice: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(alice)


def test_the_page_shows_what_became_of_each(browser: Client, alice: User, voice: Voice) -> None:
    assert "Nothing sent yet" in browser.get("/account/webhooks/").content.decode()
    row = try_now(finished(voice, "http://127.0.0.1:1/hook?token=kept-from-view"))
    page = browser.get("/account/webhooks/").content.decode()
    assert "On its way" in page
    assert "1 try" in page
    assert "next try" in page
    assert "Nobody answers at 127.0.0.1" in page
    assert "kept-from-view" not in page
    assert signing.secret_of(alice) not in page
    WebhookDelivery.objects.filter(pk=row.pk).update(status="failed", finished_at=now(), answer=410)
    page = browser.get("/account/webhooks/").content.decode()
    assert "Given up" in page
    assert "last answer 410" in page
    answer = browser.post(f"/account/webhooks/{row.pk}/send-again/", follow=True)
    assert "It is sent again now." in answer.content.decode()
    assert WebhookDelivery.objects.filter(event=row.event).count() == 2


def test_the_secret_is_shown_and_changed_by_a_button(browser: Client, alice: User) -> None:
    shown = browser.post("/account/webhooks/").content.decode()
    old = signing.secret_of(alice)
    assert old in shown
    changed = browser.post("/account/webhooks/", {"rotate": ""}).content.decode()
    assert old not in changed
    assert signing.secret_of(alice) in changed
    assert "within 24 hours" in changed


def test_the_page_asks_the_database_as_often_for_many_as_for_one(
    browser: Client, voice: Voice, django_assert_num_queries: Any
) -> None:
    finished(voice, "https://example.org/hook")
    browser.get("/account/webhooks/")
    with django_assert_num_queries(5) as few:
        browser.get("/account/webhooks/")
    for _ in range(5):
        finished(voice, "https://example.org/hook")
    with django_assert_num_queries(len(few)):
        browser.get("/account/webhooks/")


def test_what_is_periodic_is_in_the_table() -> None:
    paths = {path for _, path in real.PERIODIC}
    assert {f"voiceclone.predictions.webhooks.{name}" for name in ("delivery.reap", "outbox.prune")} <= paths
