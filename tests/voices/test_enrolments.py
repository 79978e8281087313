"""What is learnt from a sample before anyone asks, and by whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils.timezone import now
from django_tasks_db.models import DBTaskResult

from voiceclone.accounts.models import User
from voiceclone.engines.base import EnrolmentOptions, SampleRejected, no_progress
from voiceclone.samples.models import Sample
from voiceclone.voices import enrolments
from voiceclone.voices.models import Enrolment
from voiceclone.work.leases import MAX_ATTEMPTS, LeaseLost

pytestmark = pytest.mark.django_db(transaction=True)
MakeSample = Callable[..., Sample]
OPTIONS = EnrolmentOptions()


def test_a_sample_is_learnt_by_a_worker_and_had_at_once_later(alice: User, make_sample: MakeSample) -> None:
    sample = make_sample(alice, 12.0)
    enrolments.start(sample, "builtin", OPTIONS)
    row = Enrolment.objects.get()
    enrolments.run.call(str(row.pk))
    row.refresh_from_db()
    assert row.status == "completed"
    stages: list[str] = []
    profile = enrolments.obtain(sample, "builtin", OPTIONS, lambda stage, done, total: stages.append(stage))
    assert profile == Path(row.profile.path).read_bytes()
    assert stages == []  # nothing was left to do


def test_a_sample_is_announced_once(alice: User, make_sample: MakeSample) -> None:
    sample = make_sample(alice)
    for _ in range(3):
        enrolments.start(sample, "builtin", OPTIONS)
    assert DBTaskResult.objects.count() == 1


def test_whoever_clones_first_learns_it_then_and_there(alice: User, make_sample: MakeSample) -> None:
    sample = make_sample(alice, 12.0)
    stages: set[str] = set()
    assert enrolments.obtain(sample, "builtin", OPTIONS, lambda stage, done, total: stages.add(stage))
    assert {"listening", "learning"} <= stages
    assert Enrolment.objects.get().status == "completed"


def test_a_clone_takes_over_from_a_worker_that_died(alice: User, make_sample: MakeSample) -> None:
    sample = make_sample(alice, 12.0)
    enrolments.start(sample, "builtin", OPTIONS)
    row = Enrolment.objects.get()
    assert Enrolment.objects.claim(row.pk)
    Enrolment.objects.filter(pk=row.pk).update(lease_until=now() - timedelta(seconds=1))
    assert enrolments.obtain(sample, "builtin", OPTIONS, no_progress)
    row.refresh_from_db()
    assert (row.status, row.attempts) == ("completed", 2)


def test_a_cancelled_clone_hands_the_learning_back(alice: User, make_sample: MakeSample) -> None:
    sample = make_sample(alice, 12.0)

    def cancelled(stage: str, done: int, total: int) -> None:
        raise LeaseLost

    with pytest.raises(LeaseLost):
        enrolments.obtain(sample, "builtin", OPTIONS, cancelled)
    assert Enrolment.objects.get().status == "created"


def test_what_cannot_be_learnt_is_said_to_everyone_who_asks(alice: User, make_sample: MakeSample) -> None:
    sample = make_sample(alice)
    silence = EnrolmentOptions(transcript="x")
    row, _ = enrolments._row(sample, "builtin", silence)
    Enrolment.objects.filter(pk=row.pk).update(status="failed", error="Only noise was heard.", finished_at=now())
    with pytest.raises(SampleRejected, match="Only noise was heard"):
        enrolments.obtain(sample, "builtin", silence, no_progress)


def test_learning_that_kills_worker_after_worker_is_given_up(alice: User, make_sample: MakeSample) -> None:
    sample = make_sample(alice)
    row, _ = enrolments._row(sample, "builtin", OPTIONS)
    dead = {"status": "processing", "lease_until": now() - timedelta(seconds=1), "attempts": MAX_ATTEMPTS}
    Enrolment.objects.filter(pk=row.pk).update(**dead)
    enrolments.reap()
    row.refresh_from_db()
    assert row.status == "failed"
    assert "given up" in row.error


def test_profiles_do_not_stay_for_ever(alice: User, make_sample: MakeSample) -> None:
    sample = make_sample(alice, 12.0)
    enrolments.obtain(sample, "builtin", OPTIONS, no_progress)
    path = Path(Enrolment.objects.get().profile.path)
    Enrolment.objects.update(finished_at=now() - timedelta(days=2))
    enrolments.prune()
    assert not Enrolment.objects.exists()
    assert not path.exists()
