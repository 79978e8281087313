"""The life of a prediction: every move, who may make it, and what it means for the voice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.timezone import now
from django_tasks_db.models import DBTaskResult

from voiceclone.accounts.models import User
from voiceclone.cloning.submit import Duplicate, submit
from voiceclone.predictions import lifecycle, reaper
from voiceclone.predictions.models import CLONE, Prediction
from voiceclone.samples.models import Sample
from voiceclone.voices.models import Consent, Voice
from voiceclone.work.leases import MAX_ATTEMPTS, LeaseLost, ShuttingDown, stopping

pytestmark = pytest.mark.django_db(transaction=True)
INPUTS = {"custom_voice_id": "LifeVoice-1", "text": "Hello there.", "language_boost": "auto", "accuracy": 0.7}


@pytest.fixture
def clone(alice: User, make_sample: Callable[..., Sample]) -> Prediction:
    return submit(alice, make_sample(alice, 12.0), INPUTS)


def fresh(prediction: Prediction) -> Prediction:
    return Prediction.objects.select_related("voice").get(pk=prediction.pk)


def let_the_lease_run_out(prediction: Prediction) -> None:
    Prediction.objects.filter(pk=prediction.pk).update(lease_until=now() - timedelta(seconds=1))


def test_a_clone_begins_with_its_consent_its_voice_and_one_message(clone: Prediction, alice: User) -> None:
    assert (clone.status, clone.model, len(clone.pk)) == ("created", CLONE, 32)
    assert clone.voice is not None
    assert clone.voice.state == "cloning"
    assert clone.voice.consent.statement == Consent.STATEMENT
    assert DBTaskResult.objects.filter(task_path__endswith="lifecycle.run").count() == 1


def test_a_worker_makes_the_voice_and_its_preview(clone: Prediction) -> None:
    lifecycle.run.call(clone.pk)
    done = fresh(clone)
    assert (done.status, done.error, done.attempts) == ("completed", "", 1)
    assert Path(done.audio.path).stat().st_size > 1000
    assert done.seconds > 0.3
    assert done.voice is not None
    assert (done.voice.state, done.voice.is_permanent) == ("ready", False)
    assert done.finished_at is not None
    assert done.voice.expires_at == Voice.expiry(done.finished_at)
    assert Path(done.voice.profile.path).exists()


def test_what_a_killed_attempt_left_on_disk_goes_with_the_next_ones_success(clone: Prediction) -> None:
    leftovers = [f"predictions/{clone.pk}/0.mp3", f"voices/{clone.voice.pk if clone.voice else ''}/0.npz"]
    for name in leftovers:
        default_storage.save(name, ContentFile(b"half a sound"))
    lifecycle.run.call(clone.pk)
    done = fresh(clone)
    assert Path(done.audio.path).exists()
    assert not any(default_storage.exists(name) for name in leftovers)


def test_a_doubled_message_does_nothing(clone: Prediction) -> None:
    lifecycle.run.call(clone.pk)
    first = fresh(clone)
    lifecycle.run.call(clone.pk)
    again = fresh(clone)
    assert (again.attempts, again.audio.name, again.change) == (1, first.audio.name, first.change)


def test_two_workers_cannot_claim_it(clone: Prediction) -> None:
    assert lifecycle.claim(clone.pk)
    assert lifecycle.claim(clone.pk) is None


def test_after_a_death_the_reaper_hands_it_out_again(clone: Prediction) -> None:
    lifecycle.claim(clone.pk)
    assert reaper.reap() == 0  # it is alive
    let_the_lease_run_out(clone)
    before = DBTaskResult.objects.count()
    assert reaper.reap() == 1
    assert fresh(clone).status == "created"
    assert DBTaskResult.objects.count() == before + 1
    assert lifecycle.claim(clone.pk) is not None
    assert fresh(clone).attempts == 2


def test_a_worker_that_wakes_up_too_late_changes_nothing(clone: Prediction) -> None:
    sleeper = lifecycle.claim(clone.pk)
    assert sleeper is not None
    let_the_lease_run_out(clone)
    assert lifecycle.claim(clone.pk) is not None
    assert not lifecycle.complete(sleeper, lambda: pytest.fail("this runs only with the lease"), seconds=1)
    assert not lifecycle.fail(sleeper, "too late", 1403)
    with lifecycle.hold(sleeper) as progress, pytest.raises(LeaseLost):
        progress("speaking", 1, 2)
    assert fresh(clone).status == "processing"


def test_a_lost_message_is_repeated(clone: Prediction) -> None:
    Prediction.objects.filter(pk=clone.pk).update(announced_at=now() - timedelta(minutes=1))
    before = DBTaskResult.objects.count()
    assert reaper.reap() == 1
    assert reaper.reap() == 0  # not at every turn
    assert DBTaskResult.objects.count() == before + 1


def test_what_kills_worker_after_worker_is_given_up_in_words(clone: Prediction) -> None:
    lifecycle.claim(clone.pk)
    Prediction.objects.filter(pk=clone.pk).update(attempts=MAX_ATTEMPTS)
    let_the_lease_run_out(clone)
    reaper.reap()
    done = fresh(clone)
    assert done.status == "failed"
    assert "given up" in done.error
    assert done.voice is not None
    assert done.voice.state == "failed"


def test_cancelling_while_it_waits(clone: Prediction) -> None:
    assert lifecycle.cancel(clone)
    assert not lifecycle.cancel(clone)
    lifecycle.run.call(clone.pk)
    done = fresh(clone)
    assert (done.status, done.attempts) == ("cancelled", 0)
    assert done.voice is not None
    assert done.voice.state == "deleted"


def test_cancelling_while_it_runs_stops_the_worker_at_its_next_step(clone: Prediction) -> None:
    held = lifecycle.claim(clone.pk)
    assert held is not None
    lifecycle.cancel(clone)
    with lifecycle.hold(held) as progress, pytest.raises(LeaseLost):
        progress("learning", 1, 10)
    assert not lifecycle.complete(held, lambda: None, seconds=1)


def test_a_final_row_never_changes(clone: Prediction) -> None:
    lifecycle.run.call(clone.pk)
    assert not lifecycle.cancel(clone)
    assert lifecycle.claim(clone.pk) is None
    assert fresh(clone).status == "completed"


def test_a_worker_that_is_told_to_end_hands_its_work_back(clone: Prediction) -> None:
    stopping.set()
    try:
        lifecycle.run.call(clone.pk)
    finally:
        stopping.clear()
    assert fresh(clone).status == "created"
    assert reaper.reap() == 1  # at once, not when a message seems lost
    with lifecycle.hold(lifecycle.claim(clone.pk) or clone) as progress:
        stopping.set()
        try:
            with pytest.raises(ShuttingDown):
                progress("learning", 1, 10)
        finally:
            stopping.clear()


def test_an_unexpected_failure_is_tried_three_times_and_then_told(clone: Prediction) -> None:
    Prediction.objects.filter(pk=clone.pk).update(engine="nowhere")
    for failures in (1, 2):
        lifecycle.run.call(clone.pk)
        waiting = fresh(clone)
        assert (waiting.status, waiting.failures) == ("created", failures)
        assert waiting.not_before > now()
        Prediction.objects.filter(pk=clone.pk).update(not_before=now())
    lifecycle.run.call(clone.pk)
    done = fresh(clone)
    assert (done.status, done.code) == ("failed", 5000)
    assert clone.pk in done.error


def test_a_sample_that_says_something_else_is_refused_with_both_texts_and_figures(
    alice: User, make_sample: Callable[..., Sample]
) -> None:
    read = {**INPUTS, "text_validation": "Completely other words stand on this piece of paper, do they not?"}
    clone = submit(alice, make_sample(alice, 12.0), read)
    lifecycle.run.call(clone.pk)
    done = fresh(clone)
    assert (done.status, done.code) == ("failed", 1401)
    assert "at least 0.70 is needed" in done.error
    assert "Completely other words" in done.error
    assert "Heard: “" in done.error


def test_every_change_is_counted_for_the_owner(clone: Prediction, alice: User) -> None:
    counts = []
    for move in (lambda: lifecycle.claim(clone.pk), lambda: lifecycle.cancel(clone)):
        move()
        alice.refresh_from_db()
        counts.append(alice.changes)
        assert fresh(clone).change == alice.changes
    assert counts == sorted(set(counts))


def test_a_double_click_is_one_task(alice: User, make_sample: Callable[..., Sample]) -> None:
    sample = make_sample(alice)
    first, second = (submit(alice, sample, INPUTS, nonce="once") for _ in range(2))
    assert first == second


def test_the_same_voice_id_twice_is_a_duplicate_in_words(alice: User, make_sample: Callable[..., Sample]) -> None:
    sample = make_sample(alice)
    submit(alice, sample, INPUTS)
    with pytest.raises(Duplicate, match="already have a voice with the ID “LifeVoice-1”"):
        submit(alice, sample, INPUTS)
    assert Prediction.objects.count() == Voice.objects.count() == Consent.objects.count() == 1
