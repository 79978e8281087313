"""Messages that seem to be lost are repeated, and a long queue is not drowned in them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import now
from django_tasks_db.models import DBTaskResult

from voiceclone.accounts.models import User
from voiceclone.predictions import lifecycle, reaper
from voiceclone.predictions.models import CLONE, Prediction


def waiting(owner: User, *, created: float, announced: float) -> Prediction:
    """A prediction that was made, and last told to the queue, so many seconds ago."""
    t = now()
    return Prediction.objects.create(
        owner=owner,
        model=CLONE,
        engine="builtin",
        input={},
        created_at=t - timedelta(seconds=created),
        announced_at=t - timedelta(seconds=announced),
    )


@pytest.mark.parametrize(
    ("created", "announced", "repeated"),
    [
        (10, 10, 0),
        (25, 25, 1),
        (60, 25, 0),  # told again after 35 seconds: quiet for as long as that first
        (60, 31, 1),
        (3600, 1700, 0),
        (3600, 1900, 1),
    ],
)
def test_each_message_waits_twice_as_long_as_the_one_before(
    alice: User, created: float, announced: float, repeated: int
) -> None:
    waiting(alice, created=created, announced=announced)
    assert reaper.reap() == repeated
    assert reaper.reap() == 0


@pytest.mark.django_db(transaction=True)
def test_a_long_queue_is_told_of_once(alice: User) -> None:
    for _ in range(20):
        waiting(alice, created=3600, announced=1900)
    for _ in range(3):
        reaper.reap()
    assert DBTaskResult.objects.count() == 20


@pytest.mark.parametrize("age", [0, 5, 600])
def test_what_a_stopped_worker_hands_back_is_told_at_once(alice: User, age: float) -> None:
    prediction = lifecycle.claim(waiting(alice, created=age, announced=0).pk)
    assert prediction is not None
    lifecycle.hand_back(prediction)
    assert reaper.reap() == 1
