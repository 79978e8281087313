"""Watching, hearing, cancelling, and the history."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from django.test import Client
from django.utils.timezone import now
from pytest_django import DjangoAssertNumQueries

from voiceclone.accounts.models import User
from voiceclone.cloning.submit import submit
from voiceclone.predictions import lifecycle, sounds
from voiceclone.predictions.models import Prediction
from voiceclone.samples.models import Sample
from voiceclone.voices.models import Voice

pytestmark = pytest.mark.django_db(transaction=True)
INPUTS = {"custom_voice_id": "WatchVoice-1", "text": "Hello there.", "language_boost": "auto", "accuracy": 0.7}
FAR = "99999999999"


@pytest.fixture
def browser(alice: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(alice)


@pytest.fixture
def task(alice: User, make_sample: Callable[..., Sample]) -> Prediction:
    return submit(alice, make_sample(alice, 12.0), INPUTS)


def version(user: User) -> int:
    user.refresh_from_db()
    return user.changes


def poll(browser: Client, task: Prediction, seen: int, until: str = FAR) -> tuple[int, str]:
    answer = browser.get("/tasks/changes/", {"task": task.pk, "v": seen, "until": until})
    return answer.status_code, answer.content.decode()


def test_unchanged_is_204_and_costs_next_to_nothing(
    browser: Client, alice: User, task: Prediction, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    seen = version(alice)
    with django_assert_max_num_queries(3):  # the session, the person, the count
        assert poll(browser, task, seen) == (204, "")


def test_changed_is_200_with_the_fragment_and_the_next_question(browser: Client, alice: User, task: Prediction) -> None:
    seen = version(alice)
    lifecycle.claim(task.pk)
    status, page = poll(browser, task, seen)
    assert status == 200
    assert f'hx-swap-oob="innerHTML:#task-{task.pk}"' in page
    assert f"v={version(alice)}" in page


def test_finished_is_286_and_asks_no_more(browser: Client, alice: User, task: Prediction) -> None:
    seen = version(alice)
    lifecycle.run.call(task.pk)
    status, page = poll(browser, task, seen)
    assert status == 286
    assert f"/tasks/{task.pk}/audio" in page
    assert "hx-get" not in page


def test_only_what_changed_is_sent(
    browser: Client, alice: User, task: Prediction, make_voice: Callable[..., Voice]
) -> None:
    seen = version(alice)
    other = lifecycle.submit(alice, "minimax/speech-02-hd", "builtin", make_voice(alice), {"text": "x"})
    _, page = poll(browser, task, seen)
    assert f"task-{task.pk}" not in page
    assert f"task-{other.pk}" not in page  # nobody asked for it


def test_an_old_task_is_asked_for_less_often(browser: Client, alice: User, task: Prediction) -> None:
    Prediction.objects.filter(pk=task.pk).update(created_at=task.created_at.replace(year=2020))
    status, page = poll(browser, task, version(alice), until="0")
    assert status == 200
    assert "every 30s" in page


def test_nonsense_numbers_are_no_error(browser: Client, task: Prediction) -> None:
    answer = browser.get("/tasks/changes/", {"task": task.pk, "v": "9" * 5000, "until": "½"})
    assert answer.status_code == 200


@pytest.mark.parametrize("address", ["/tasks/%00/", "/tasks/%00/audio", "/voices/%00/", "/history/?voice=%00"])
def test_a_nul_in_an_address_is_a_page_that_is_not_there(browser: Client, address: str) -> None:
    assert browser.get(address).status_code == (200 if "?" in address else 404)


def test_cancel(browser: Client, task: Prediction) -> None:
    page = browser.post(f"/tasks/{task.pk}/cancel/", HTTP_HX_REQUEST="true").content.decode()
    assert "Cancelled" in page
    task.refresh_from_db()
    assert task.status == "cancelled"


def test_sound_can_be_sought_and_downloaded(alice: User, browser: Client, make_voice: Callable[..., Voice]) -> None:
    task = Prediction.objects.get(voice=make_voice(alice))
    part = browser.get(f"/tasks/{task.pk}/audio", HTTP_RANGE="bytes=100-199")
    assert (part.status_code, part["Content-Type"], len(b"".join(part))) == (206, "audio/mpeg", 100)  # type: ignore[arg-type]
    whole = browser.get(f"/tasks/{task.pk}/audio?download")
    assert whole["Content-Disposition"] == 'attachment; filename="AliceVoice-1-hello-ai.mp3"'
    whole.close()


@pytest.mark.parametrize(
    ("asked", "played", "taken"),
    [
        ("pcm", "audio/flac", {"": "pcm", "wav": "wav", "mp3": "mp3"}),
        ("mp3", "audio/mpeg", {"": "mp3", "wav": "wav"}),
        ("wav", "audio/wav", {"": "wav", "mp3": "mp3"}),
    ],
)
def test_every_format_plays_in_the_page_and_can_be_taken_away(
    alice: User, browser: Client, make_voice: Callable[..., Voice], asked: str, played: str, taken: dict[str, str]
) -> None:
    task = lifecycle.submit(
        alice, "minimax/speech-02-hd", "builtin", make_voice(alice), {"text": "Hello there.", "format": asked}
    )
    audio, master = sounds.keep_whole(task, np.zeros(24000, np.float32), 24000)
    Prediction.objects.filter(pk=task.pk).update(audio=audio, master=master, status="completed", finished_at=now())
    sound = browser.get(f"/tasks/{task.pk}/audio", HTTP_RANGE="bytes=0-99")
    assert (sound.status_code, sound["Content-Type"], len(b"".join(sound))) == (206, played, 100)  # type: ignore[arg-type]
    for wanted, extension in taken.items():
        file = browser.get(f"/tasks/{task.pk}/audio?download={wanted}")
        assert file["Content-Disposition"] == f'attachment; filename="AliceVoice-1-hello-there-ai.{extension}"'
        file.close()
    assert f"?download={asked}" in browser.get(f"/tasks/{task.pk}/").content.decode()


def test_history_shows_what_failed_and_why_it_did(browser: Client, alice: User, task: Prediction) -> None:
    held = lifecycle.claim(task.pk)
    assert held is not None
    lifecycle.fail(held, "Only noise was heard.", 1401)
    assert "Hello there." in browser.get("/history/").content.decode()
    page = browser.get(f"/tasks/{task.pk}/").content.decode()
    assert "Only noise was heard." in page
    assert task.pk in page


def test_history_asks_the_database_as_often_for_many_as_for_one(
    browser: Client, alice: User, make_voice: Callable[..., Voice], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    voice = make_voice(alice)
    browser.get("/history/")
    with django_assert_num_queries(6) as few:  # session, person, voices, count, page, notices
        browser.get("/history/")
    for _ in range(10):
        lifecycle.submit(alice, "minimax/speech-02-hd", "builtin", voice, {"text": "x"})
    with django_assert_num_queries(len(few)):
        browser.get("/history/")


def test_deleting_a_task_deletes_its_sound(browser: Client, alice: User, make_voice: Callable[..., Voice]) -> None:
    task = Prediction.objects.get(voice=make_voice(alice))
    storage, name = task.audio.storage, task.audio.name
    assert browser.post(f"/tasks/{task.pk}/delete/")["Location"] == "/history/"
    assert not Prediction.objects.exists()
    assert not storage.exists(name)


def test_a_result_says_how_alike_it_is_what_is_said_when_and_what_the_engine_cannot_do(
    browser: Client, alice: User, make_voice: Callable[..., Voice]
) -> None:
    task = Prediction.objects.get(voice=make_voice(alice))
    page = browser.get(task.get_absolute_url()).content.decode()
    assert "Likeness" not in page  # not known, so not made up
    assert "Emotions are styles of tempo" in page
    assert "Speak with this voice (keeps it)" in page
    Prediction.objects.filter(pk=task.pk).update(likeness=0.78, sentences=[3.0])
    for address in (task.get_absolute_url(), f"/voices/{task.voice}/"):
        page = browser.get(address).content.decode()
        assert "Likeness 0.78: closer to your sample than another person" in page
        assert 'data-lengths="3.0"' in page
        assert '<span data-sentence="0">Hello.</span>' in page
