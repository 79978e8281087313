"""The live queue in the admin panel."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils.timezone import now

from tests.conftest import PASSWORD
from voiceclone.accounts.models import User
from voiceclone.audit.models import Action, AuditEvent
from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import Prediction
from voiceclone.voices import retention
from voiceclone.voices.models import Voice

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/admin/predictions/prediction/"


@pytest.fixture
def root(db: None, client_of: Callable[[User], Client]) -> Client:
    return client_of(User.objects.create_superuser("root@example.org", PASSWORD))


@pytest.fixture
def voice(alice: User, make_voice: Callable[..., Voice]) -> Voice:
    return make_voice(alice)


def speak(voice: Voice, minutes_ago: float = 0) -> Prediction:
    task = lifecycle.submit(voice.owner, "minimax/speech-02-hd", "builtin", voice, {"text": "Good morning."})
    Prediction.objects.filter(pk=task.pk).update(created_at=now() - timedelta(minutes=minutes_ago))
    return task


def act(browser: Client, action: str, *tasks: Prediction) -> HttpResponse:
    form = {"action": action, "_selected_action": [task.pk for task in tasks]}
    answer: HttpResponse = browser.post(LIST, form, follow=True)  # type: ignore[assignment]
    return answer


def said(answer: HttpResponse) -> list[str]:
    return [str(message) for message in answer.context["messages"]]  # type: ignore[attr-defined]


def test_the_queue_has_the_oldest_first_and_each_its_place(root: Client, voice: Voice) -> None:
    tasks = [speak(voice, minutes) for minutes in (1, 5, 3)]
    shown = root.get(LIST, {"queue": "all"}).context["cl"].result_list
    assert [(task.pk, task.place) for task in shown] == [(tasks[1].pk, 1), (tasks[2].pk, 2), (tasks[0].pk, 3)]
    assert root.get(LIST).context["cl"].result_list[0].model == "minimax/voice-clone"  # otherwise the newest


def test_a_running_task_tells_its_lease_its_attempts_and_how_far_it_is(root: Client, voice: Voice) -> None:
    task = speak(voice)
    assert lifecycle.claim(task.pk)
    Prediction.objects.filter(pk=task.pk).update(stage="speaking", done=1, total=2)
    page = root.get(LIST, {"queue": "running"}).content.decode()
    assert "Speaking 2 of 2, 60 %" in page
    assert re.search(r"\d+ s left", page)
    Prediction.objects.filter(pk=task.pk).update(lease_until=now() - timedelta(seconds=9))
    assert "ran out" in root.get(LIST, {"queue": "running"}).content.decode()


def test_cancelling_says_how_many_and_why_not_the_rest(root: Client, voice: Voice) -> None:
    waiting, finished = speak(voice), Prediction.objects.get(status="completed")
    assert said(act(root, "cancel", waiting, finished)) == ["1 cancelled.", "1 not cancelled: 1 finished already."]
    waiting.refresh_from_db()
    assert waiting.status == "cancelled"
    event = AuditEvent.objects.get(action=Action.PREDICTION_CANCELLED)
    assert (event.object_id, event.actor.email) == (waiting.pk, "root@example.org")  # type: ignore[union-attr]


def test_retrying_links_to_the_new_task(root: Client, voice: Voice) -> None:
    task, finished = speak(voice), Prediction.objects.get(status="completed")
    lifecycle.cancel(task)
    answer = act(root, "retry", task, finished)
    again = Prediction.objects.get(status="created")
    assert f'<a href="{LIST}{again.pk}/change/">{again.pk}</a>' in answer.content.decode()
    assert said(answer)[:2] == ["1 retried.", "1 not retried: 1 completed."]
    assert AuditEvent.objects.get(action=Action.PREDICTION_RETRIED).object_id == task.pk
    assert (again.owner, again.text) == (voice.owner, "Good morning.")


def test_retrying_says_why_the_voice_cannot_be_used(root: Client, voice: Voice, bob: User) -> None:
    task = speak(voice)
    lifecycle.cancel(task)
    retention.freeze(voice, bob)
    answer = said(act(root, "retry", task))
    assert len(answer) == 1
    assert "1 not retried: 1" in answer[0]
    assert "is frozen since" in answer[0]
    assert not AuditEvent.objects.filter(action=Action.PREDICTION_RETRIED).exists()


def test_what_went_wrong_is_told_without_the_persons_words(root: Client, voice: Voice) -> None:
    task = speak(voice)
    claimed = lifecycle.claim(task.pk)
    assert claimed
    lifecycle.fail(claimed, "To be read: “my private words”", 1401)
    page = root.get(f"{LIST}{task.pk}/change/").content.decode()
    assert "its owner is told why" in page
    assert "private words" not in page
    assert "Good morning" not in page
