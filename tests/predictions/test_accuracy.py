"""`accuracy` means something where the text that was read is known: a sample that does not say it is no voice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from voiceclone.accounts.models import User
from voiceclone.cloning.submit import submit
from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import Prediction
from voiceclone.samples.models import Sample
from voiceclone.voices.models import Enrolment

pytestmark = pytest.mark.django_db(transaction=True)
INPUTS = {"custom_voice_id": "ReadVoice-1", "text": "Hello there.", "language_boost": "auto"}
WRONG = "Modern cities depend upon enormous quantities of electricity."


@pytest.fixture
def browser(alice: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(alice)


@pytest.fixture
def cloned(alice: User, make_sample: Callable[..., Sample]) -> Callable[..., Prediction]:
    def clone(**inputs: object) -> Prediction:
        task = submit(alice, make_sample(alice), {**INPUTS, **inputs})
        lifecycle.run.call(task.pk)
        task.refresh_from_db()
        return task

    return clone


def test_a_sample_that_does_not_say_the_text_is_refused_with_both_texts_and_both_figures(
    cloned: Callable[..., Prediction], browser: Client
) -> None:
    task = cloned(text_validation=WRONG, accuracy=0.65)
    assert (task.status, task.code) == ("failed", 1401)
    assert "does not say the text that was to be read (match 0." in task.error
    assert "at least 0.65 is needed" in task.error
    assert f"To be read: “{WRONG}” Heard: “" in task.error
    assert "nobody" in task.error  # which was heard: Nobody was recorded for this voice
    assert not Enrolment.objects.exists()  # nothing was learnt from it
    page = browser.get(f"/tasks/{task.pk}/").content.decode()
    assert f'class="button primary" href="/clone/?again={task.pk}">Change and try again</a>' in page
    assert f"/tasks/{task.pk}/retry/" not in page  # the same sample must fail again


def test_what_cannot_be_compared_is_said(cloned: Callable[..., Prediction]) -> None:
    task = cloned(text_validation="Buenos días a todos, mañana navegamos.", accuracy=0.0)
    assert task.status == "failed"
    assert "only English can be compared" in task.error
