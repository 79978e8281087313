"""Another take of a preview: the same text by the same voice, otherwise; listed by how alike each is."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils.timezone import now

from tests.conftest import speech
from voiceclone.accounts.models import User
from voiceclone.cloning.submit import submit
from voiceclone.predictions import erasure, lifecycle, sounds, takes
from voiceclone.predictions.models import CLONE, Prediction
from voiceclone.samples.models import Sample
from voiceclone.voices.models import Voice
from voiceclone.voices.retention import NotUsable

pytestmark = pytest.mark.django_db(transaction=True)
INPUTS = {
    "custom_voice_id": "TakeVoice-1",
    "text": "Hello there. How are you on this fine and sunny day?",
    "language_boost": "auto",
}


@pytest.fixture
def browser(alice: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(alice)


@pytest.fixture
def first(alice: User, make_voice: Callable[..., Voice]) -> Prediction:
    task = Prediction.objects.get(voice=make_voice(alice))
    Prediction.objects.filter(pk=task.pk).update(likeness=0.8)
    task.refresh_from_db()
    return task


def said(first: Prediction, likeness: float | None, **changes: Any) -> Prediction:
    """A take as a worker leaves it."""
    take = takes.another(first)
    take.audio.save(f"{take.pk}/1.mp3", ContentFile(speech("mp3", 3.0)), save=False)
    fields = {"audio": take.audio.name, "likeness": likeness, "status": "completed", "finished_at": now(), **changes}
    Prediction.objects.filter(pk=take.pk).update(**fields)
    take.refresh_from_db()
    return take


def test_a_take_is_spoken_by_the_same_voice_and_keeps_it_no_longer(
    alice: User, make_sample: Callable[..., Sample]
) -> None:
    first = submit(alice, make_sample(alice, 12.0), INPUTS)
    lifecycle.run.call(first.pk)
    first.refresh_from_db()
    voice = first.voice
    assert voice
    voice.refresh_from_db()
    profile, expires_at = voice.profile.name, voice.expires_at
    made = [takes.another(first)]
    lifecycle.run.call(made[0].pk)
    made.append(takes.another(made[0]))  # of a take, too: it is one of the same preview
    lifecycle.run.call(made[1].pk)
    sounding = [first, *made]
    for task in sounding:
        task.refresh_from_db()
        assert (task.status, task.model, task.input, task.voice) == ("completed", CLONE, first.input, voice)
        assert task.likeness
    waveforms = [sounds.lossless(task)[0] for task in sounding]
    assert len({waveform.tobytes() for waveform in waveforms}) == 3
    assert {task.take_of for task in made} == {first}
    voice.refresh_from_db()
    assert (voice.is_permanent, voice.first_used_at) == (False, None)
    assert (voice.profile.name, voice.expires_at) == (profile, expires_at)

    again = lifecycle.submit(alice, CLONE, "builtin", voice, first.input, take_of=first, seed=made[0].seed)
    lifecycle.run.call(again.pk)
    again.refresh_from_db()
    np.testing.assert_array_equal(sounds.lossless(again)[0], waveforms[1])


def test_takes_are_listed_best_first_and_the_newest_is_told(browser: Client, first: Prediction) -> None:
    made = [said(first, likeness) for likeness in (0.75, 0.9, None, 0.85)]
    page = browser.get(f"/clone/?task={first.pk}").content.decode()
    listed = page.partition("Takes, most like your sample first")[2].partition("</ol>")[0]
    order = [made[1], made[3], first, made[0], made[2]]
    assert re.findall(r'data-audio preload="none" src="/tasks/(\w+)/audio"', listed) == [task.pk for task in order]
    rows = listed.split("<li>")[1:]
    assert [row.count("Best") for row in rows] == [1, 0, 0, 0, 0]
    assert [row.count("Newest") for row in rows] == [0, 1, 0, 0, 0]
    assert re.findall(r">(Take \d)</a>", listed) == ["Take 3", "Take 5", "Take 1", "Take 2", "Take 4"]
    assert "likeness 0.90" in rows[0]
    assert "likeness" not in rows[4]  # too little was known, so nothing is made up


def test_the_comparison_has_the_take_that_is_looked_at(browser: Client, first: Prediction) -> None:
    take = said(first, 0.9)
    for task in (first, take):
        for page in (
            browser.get(f"/clone/?task={task.pk}"),
            browser.get(task.get_absolute_url()),
            browser.get(f"/tasks/{task.pk}/takes/", headers={"HX-Request": "true"}),
        ):
            compared = page.content.decode().partition('data-side-panel="b"')[2].partition("</div>\n</div>")[0]
            assert f'src="/tasks/{task.pk}/audio"' in compared


def test_the_button_works_without_javascript(browser: Client, first: Prediction) -> None:
    assert "Try another take" in browser.get(f"/clone/?task={first.pk}").content.decode()
    answer = browser.post(f"/tasks/{first.pk}/takes/")
    take = Prediction.objects.get(take_of=first)
    assert answer["Location"] == f"/clone/?task={take.pk}"
    page = browser.get(answer["Location"]).content.decode()
    assert "Another take" in page
    assert '<meta http-equiv="refresh" content="3">' in page
    assert "Try another take" not in page  # one at a time
    browser.post(f"/tasks/{first.pk}/takes/")
    assert Prediction.objects.filter(take_of=first).count() == 1
    assert f"task={take.pk}" in browser.get(f"/clone/?task={first.pk}").content.decode()  # and is watched there, too


def test_a_page_that_watches_a_take_is_told_when_it_is_there(browser: Client, alice: User, first: Prediction) -> None:
    page = browser.post(f"/tasks/{first.pk}/takes/", headers={"HX-Request": "true"}).content.decode()
    assert f'id="task-{first.pk}"' in page
    alice.refresh_from_db()
    take = said(first, 0.9)
    User.bump(alice.pk)
    Prediction.objects.filter(pk=take.pk).update(change=alice.changes + 1)
    asked = {"task": take.pk, "as": "take", "v": alice.changes, "until": "99999999999"}
    answer = browser.get("/tasks/changes/", asked)
    assert answer.status_code == 286
    told = answer.content.decode()
    assert f'hx-swap-oob="innerHTML:#task-{first.pk}"' in told
    assert "Another take is ready." in told
    assert "Best" in told


def test_there_is_a_limit_and_it_is_said(browser: Client, first: Prediction) -> None:
    made = [said(first, 0.7) for _ in range(takes.MOST - 1)]
    page = browser.get(f"/clone/?task={first.pk}").content.decode()
    assert "These are 8 takes, which is the limit. Delete one to try another." in page
    assert "Try another take" not in page
    answer = browser.post(f"/tasks/{first.pk}/takes/", headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "These are 8 takes" in answer.content.decode()
    browser.post(f"/tasks/{made[0].pk}/delete/")
    assert takes.another(first).seed not in {take.seed for take in made}


@pytest.mark.parametrize("state", ["deleted", "expired"])
def test_of_a_voice_that_is_gone_there_is_no_other_take(browser: Client, first: Prediction, state: str) -> None:
    assert first.voice
    if state == "expired":
        Voice.objects.filter(pk=first.voice.pk).update(expires_at=now())
    erasure.end_voice(first.voice, Voice.State(state), Voice.EndReason.OWNER)
    answer = browser.post(f"/tasks/{first.pk}/takes/", follow=True)
    assert f"“AliceVoice-1” {'was deleted' if state == 'deleted' else 'expired'} on" in answer.content.decode()
    Prediction.objects.filter(pk=first.pk).update(voice=None)
    with pytest.raises(NotUsable, match="The voice of this preview is not there any more"):
        takes.another(Prediction.objects.get(pk=first.pk))


def test_where_a_vendor_speaks_or_nothing_was_said_yet_no_take_is_offered(browser: Client, first: Prediction) -> None:
    Prediction.objects.filter(pk=first.pk).update(engine="wavespeed")
    assert "Try another take" not in browser.get(f"/clone/?task={first.pk}").content.decode()
    page = browser.post(f"/tasks/{first.pk}/takes/", follow=True).content.decode()
    assert "The engine of this voice says a text in one way only" in page
    Prediction.objects.filter(pk=first.pk).update(engine="builtin", status="failed")
    with pytest.raises(NotUsable, match="There is no preview yet"):
        takes.another(first)
    assert not Prediction.objects.filter(take_of=first).exists()


def test_takes_go_with_the_voice_and_with_the_first_one(first: Prediction, make_voice: Callable[..., Voice]) -> None:
    made = [said(first, 0.9) for _ in range(2)]
    other = Prediction.objects.get(voice=make_voice(first.owner, "AliceVoice-2"))
    with_it = said(other, 0.9)
    storage, names = first.audio.storage, [task.audio.name for task in (*made, with_it)]
    running = takes.another(other)
    erasure.erase(made[0])
    assert [storage.exists(name) for name in names] == [False, True, True]
    assert first.voice
    erasure.end_voice(first.voice, Voice.State.DELETED, Voice.EndReason.OWNER)
    assert [storage.exists(name) for name in names] == [False, False, True]
    erasure.erase(other)
    assert not any(storage.exists(name) for name in names)
    assert not Prediction.objects.filter(pk__in=[with_it.pk, running.pk]).exists()


def test_a_take_that_failed_is_retried_as_one(browser: Client, first: Prediction) -> None:
    take = takes.another(first)
    held = lifecycle.claim(take.pk)
    assert held
    lifecycle.fail(held, "It was too hot.", 1403)
    assert first.voice
    first.voice.refresh_from_db()
    assert first.voice.is_ready
    page = browser.get(f"/clone/?task={take.pk}").content.decode()
    assert "It was too hot." in page
    assert "Try another take" in page
    browser.post(f"/tasks/{take.pk}/retry/")
    again = Prediction.objects.unfinished().get()
    assert (again.take_of, again.seed) == (first, take.seed)


@pytest.mark.parametrize(("likeness", "is_better"), [(0.9, True), (0.7, False), (0.8, False), (None, False)])
def test_the_best_take_is_heard_wherever_the_voice_has_one_preview(
    browser: Client, first: Prediction, likeness: float | None, is_better: bool
) -> None:
    take = said(first, likeness)
    takes.another(first)  # has no sound yet
    best = take if is_better else first
    assert takes.of(first).heard[0].task == best
    for address in ("/voices/", "/voices/AliceVoice-1/", "/voices/AliceVoice-1/card/"):
        page = browser.get(address).content.decode()
        assert set(re.findall(r"/tasks/(\w+)/audio", page)) == {best.pk}


def test_the_library_and_the_history_tell_a_take_from_a_clone(browser: Client, first: Prediction) -> None:
    take = said(first, 0.9)
    running = takes.another(first)
    assert browser.get("/history/").content.decode().count("another take") == 2
    assert "<h1>Another take of " in browser.get(take.get_absolute_url()).content.decode()
    assert first.voice
    Voice.objects.filter(pk=first.voice.pk).update(expires_at=now())
    assert running.is_unfinished
    assert "Its time was up" in browser.get("/voices/").content.decode()  # a take saves no voice
