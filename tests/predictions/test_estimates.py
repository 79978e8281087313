"""Seconds left and the place in the queue."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import now

from voiceclone.accounts.models import User
from voiceclone.predictions import estimates, steps
from voiceclone.predictions.models import Prediction
from voiceclone.work.leases import PARKED

SPEECH = {"model": "minimax/speech-02-hd", "engine": "builtin"}


def past_run(owner: User, seconds: float, characters: int) -> None:
    t = now()
    times = {"started_at": t - timedelta(seconds=seconds), "finished_at": t}
    Prediction.objects.create(owner=owner, input={"text": "x" * characters}, status="completed", **times, **SPEECH)


def test_nothing_is_promised_without_a_past_run(alice: User) -> None:
    assert estimates.seconds_left(Prediction(owner=alice, input={}, started_at=now(), **SPEECH)) is None


def test_seconds_left_are_learnt_from_past_runs(alice: User) -> None:
    for seconds in (9, 10, 90):
        past_run(alice, seconds, 80)
    task = Prediction(owner=alice, input={"text": "x" * 180}, started_at=now() - timedelta(seconds=5), **SPEECH)
    assert estimates.expected_seconds(task) == pytest.approx(20, rel=0.01)
    assert estimates.seconds_left(task) == 15


def test_how_fast_an_engine_speaks_is_learnt_from_its_speeches(alice: User) -> None:
    assert estimates.speaking_pace("builtin") is None
    for seconds, speed in ((8.5, 1.0), (4.5, 2.0), (100.0, 1.0)):
        past_run(alice, 6, 80)
        text = "x" * 80 + "<#0.5#>"
        Prediction.objects.filter(seconds=0).update(seconds=seconds, input={"text": text, "speed": speed})
    pace = estimates.speaking_pace("builtin")
    assert pace
    assert pace.sound == pytest.approx(0.1)  # seconds a character at speed 1; the pause is no part of it
    assert pace.work == pytest.approx(6 / 107)
    assert estimates.speaking_pace("another") is None


def test_it_never_says_none_are_left_while_it_runs(alice: User) -> None:
    past_run(alice, 1, 10)
    late = Prediction(owner=alice, input={"text": "x"}, started_at=now() - timedelta(minutes=1), **SPEECH)
    assert estimates.seconds_left(late) == 1


def test_the_place_in_the_queue(alice: User) -> None:
    first, second = (Prediction.objects.create(owner=alice, input={}, **SPEECH) for _ in range(2))
    assert (estimates.place_in_queue(first), estimates.place_in_queue(second)) == (1, 2)
    assert steps.sentence(second) == "In queue, number 2"


def test_a_task_that_waits_is_not_said_to_start_while_another_is_in_work(alice: User) -> None:
    waiting = Prediction.objects.create(owner=alice, input={}, **SPEECH)
    assert steps.sentence(waiting) == "Starting"
    Prediction.objects.create(owner=alice, input={}, status="processing", lease_until=PARKED, **SPEECH)
    assert steps.sentence(waiting) == "Starting"  # a vendor works for that one, and keeps nobody waiting
    lease = now() + timedelta(seconds=9)
    taken = Prediction.objects.create(owner=alice, input={}, status="processing", lease_until=lease, **SPEECH)
    assert steps.sentence(waiting) == "Next in the queue"
    assert [step.text for step in steps.steps(waiting) if step.state] == ["Waiting its turn"]
    assert steps.sentence(taken) == "Starting"  # in a worker's hands, before its first step
    assert "Waiting its turn" not in [step.text for step in steps.steps(taken)]


def test_progress_only_grows(alice: User) -> None:
    task = Prediction(owner=alice, input={}, model="minimax/voice-clone", engine="builtin", status="processing")
    seen = []
    for stage, done, total in (
        ("", 0, 0),
        ("checking", 0, 1),
        ("listening", 1, 4),
        ("learning", 2, 3),
        ("speaking", 1, 3),
    ):
        task.stage, task.done, task.total = stage, done, total
        seen.append(steps.percent(task))
    assert seen == sorted(seen)
    assert seen[0] == 0
    assert 80 < seen[-1] < 100
    assert steps.sentence(task) == "Speaking 2 of 3"
