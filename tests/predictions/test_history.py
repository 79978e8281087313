"""The history: finding, filters, pages, what each row offers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from voiceclone.accounts.models import User
from voiceclone.engines.base import SampleRejected
from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import CLONE, Prediction
from voiceclone.voices.models import Voice

pytestmark = pytest.mark.django_db(transaction=True)
QUERIES = 6  # the session, the person, their voices, the count, the page, the notice of voices that end soon
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def browser(alice: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(alice)


@pytest.fixture
def voice(alice: User, make_voice: Callable[..., Voice]) -> Voice:
    return make_voice(alice)


def said(voice: Voice, text: str, status: str = "completed", **fields: Any) -> Prediction:
    """A task of the past."""
    when = fields.pop("created_at", datetime(2026, 11, 1, 12, tzinfo=UTC))
    final = {"status": status, "finished_at": when, "started_at": when, "created_at": when}
    values = {"model": "minimax/speech-02-hd", "engine": "builtin", "owner": voice.owner, "voice": voice}
    return Prediction.objects.create(
        **{**values, **final, "input": {"text": text, "voice_id": voice.voice_id}, **fields}
    )


def found(browser: Client, owner: User, **looked_for: str) -> list[str]:
    """The texts that a page lists, of those that `said` made."""
    page = browser.get("/history/", looked_for).content.decode()
    texts = Prediction.objects.filter(owner=owner).exclude(model=CLONE)
    return sorted(task.text for task in texts if f'id="row-{task.pk}"' in page)


def test_words_of_the_text_are_found_whatever_their_case(browser: Client, alice: User, voice: Voice) -> None:
    said(voice, "A grey Heron waits.")
    said(voice, "100 % of it is “quoted”.")
    said(voice, "Ça va, ÉMILIE? ^Yes.* [sic] C:\\new")
    assert found(browser, alice, q="heron") == ["A grey Heron waits."]
    for words in ("émilie", "ça VA", "^yes.* [SIC]", "c:\\NEW"):
        assert found(browser, alice, q=words) == ["Ça va, ÉMILIE? ^Yes.* [sic] C:\\new"]
    assert found(browser, alice, q="100 %") == ["100 % of it is “quoted”."]
    assert found(browser, alice, q="“quoted”") == ["100 % of it is “quoted”."]
    assert found(browser, alice, q="builtin") == []  # the text is searched, not the other settings


def test_filters_can_be_combined(browser: Client, alice: User, voice: Voice, make_voice: Callable[..., Voice]) -> None:
    other = make_voice(voice.owner, "OtherVoice-1")
    said(voice, "one")
    said(voice, "two", model="minimax/speech-2.8-turbo")
    said(voice, "three", "failed", error="Only noise was heard.")
    said(other, "four", created_at=datetime(2026, 11, 3, 23, 59, tzinfo=UTC))
    assert found(browser, alice) == ["four", "one", "three", "two"]
    assert found(browser, alice, voice="OtherVoice-1") == ["four"]
    assert found(browser, alice, model="minimax/speech-2.8-turbo") == ["two"]
    assert found(browser, alice, model=CLONE) == []
    assert found(browser, alice, model="speech", status="failed") == ["three"]
    assert found(browser, alice, since="2026-11-02") == ["four"]
    assert found(browser, alice, until="2026-11-03", since="2026-11-03") == ["four"]
    assert found(browser, alice, until="2026-11-02", status="completed", voice="AliceVoice-1", q="o") == ["one", "two"]


@pytest.mark.parametrize(
    "odd",
    [
        {"q": "a\0b"},
        {"q": "x" * 5000},
        {"voice": "NoSuchVoice"},
        {"model": "?"},
        {"status": "sleeping"},
        {"since": "yesterday"},
        {"until": "2026-13-45"},
        {"page": "many"},
    ],
)
def test_odd_values_are_ignored(browser: Client, alice: User, voice: Voice, odd: dict[str, str]) -> None:
    said(voice, "one")
    assert found(browser, alice, **odd) == ["one"]


def test_pages_of_24_keep_what_is_looked_for(browser: Client, voice: Voice) -> None:
    for number in range(60):
        said(voice, f"heron {number}")
    page = browser.get("/history/", {"q": "heron", "page": "2"}).content.decode()
    assert page.count("<article") == 24
    assert "60 tasks found" in page
    assert 'href="?q=heron&amp;page=1" rel="prev"' in page
    assert 'href="?q=heron&amp;page=3" rel="next"' in page


def test_htmx_gets_the_list_alone_and_of_later_pages_the_rows(browser: Client, voice: Voice) -> None:
    for number in range(30):
        said(voice, f"heron {number}")
    found_now = browser.get("/history/", {"q": "heron", "status": "", "voice": ""}, **HTMX)  # type: ignore[arg-type]
    assert found_now["HX-Push-Url"] == "/history/?q=heron"
    assert "<h1" not in found_now.content.decode()
    more = browser.get("/history/", {"page": "2"}, **HTMX).content.decode()  # type: ignore[arg-type]
    assert more.count("<article") == 7  # 30 speeches and the clone
    assert 'id="announcement"' not in more
    back = browser.get("/history/", **HTMX, HTTP_HX_HISTORY_RESTORE_REQUEST="true")  # type: ignore[arg-type]
    assert "<h1" in back.content.decode()


def test_the_database_is_asked_as_often_whatever_the_page_and_the_filter(
    browser: Client, voice: Voice, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(60):
        said(voice, f"heron {number}", "failed" if number % 3 else "completed")
    for _ in range(3):
        lifecycle.submit(voice.owner, "minimax/speech-02-hd", "builtin", voice, {"text": "heron"})
    browser.get("/history/")
    for looked_for in ({}, {"page": "3"}, {"q": "heron"}, {"voice": "AliceVoice-1", "status": "failed", "page": "2"}):
        with django_assert_num_queries(QUERIES):
            assert browser.get("/history/", looked_for).status_code == 200


def test_what_failed_says_why_and_offers_retry(browser: Client, voice: Voice) -> None:
    reason = "The engine could not say this. " * 8
    task = said(voice, "one", "failed", error=reason)
    page = browser.get("/history/").content.decode()
    assert reason in page
    assert f"/tasks/{task.pk}/retry/" in page
    assert f"/speak/?again={task.pk}" in page


def test_a_refused_sample_is_not_offered_a_retry_that_must_fail(browser: Client, voice: Voice) -> None:
    refused = said(voice, "one", "failed", model=CLONE, code=SampleRejected.code, error="Too short.")
    page = browser.get("/history/").content.decode()
    assert f"/tasks/{refused.pk}/retry/" not in page
    assert f'href="/clone/?again={refused.pk}">Change and try again</a>' in page


def test_a_voice_that_is_gone_is_still_named(browser: Client, alice: User, make_voice: Callable[..., Voice]) -> None:
    said(make_voice(alice, "GoneVoice-1", state="deleted"), "one")
    said(make_voice(alice, "PastVoice-1", state="expired"), "two")
    task = said(make_voice(alice, "LostVoice-1"), "three")
    Prediction.objects.filter(pk=task.pk).update(voice=None)
    page = browser.get("/history/").content.decode()
    assert "GoneVoice-1 (deleted)" in page
    assert '<a href="/voices/PastVoice-1/">PastVoice-1</a> (expired)' in page
    assert "LostVoice-1&nbsp;·" in page


def test_retry_makes_a_new_task_and_goes_to_it(browser: Client, voice: Voice) -> None:
    failed = said(voice, "one", "failed", error="No.")
    answer = browser.post(f"/tasks/{failed.pk}/retry/")
    again = Prediction.objects.get(status="created")
    assert answer["Location"] == f"/speak/?task={again.pk}"
    assert again.input == failed.input
    assert browser.post(f"/tasks/{failed.pk}/retry/")["Location"] == answer["Location"]  # a double click
    failed.refresh_from_db()
    assert failed.status == "failed"


def test_retry_twice_at_the_same_moment_is_one_task(voice: Voice) -> None:
    failed = said(voice, "one", "failed", error="No.")
    start, made = threading.Barrier(2), []

    def retry() -> None:
        start.wait()
        try:
            made.append(lifecycle.retry(failed).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=retry) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 2
    assert len(set(made)) == 1


def test_retry_with_a_voice_that_is_gone_says_so(
    browser: Client, alice: User, make_voice: Callable[..., Voice]
) -> None:
    failed = said(make_voice(alice, state="expired"), "one", "failed", error="No.")
    page = browser.post(f"/tasks/{failed.pk}/retry/", follow=True)
    assert page.redirect_chain == [(f"/tasks/{failed.pk}/", 302)]
    assert "“AliceVoice-1” expired on" in page.content.decode()


def test_what_was_completed_cannot_be_retried(browser: Client, voice: Voice) -> None:
    done = said(voice, "one")
    assert browser.post(f"/tasks/{done.pk}/retry/")["Location"] == f"/tasks/{done.pk}/"
    assert not Prediction.objects.filter(status="created").exists()


def test_deleting_in_place_leaves_a_line_that_takes_the_focus(browser: Client, voice: Voice) -> None:
    task = said(voice, "one")
    line = browser.post(f"/tasks/{task.pk}/delete/", **HTMX).content.decode()  # type: ignore[arg-type]
    assert "Deleted, with its sound." in line
    assert "data-focus" in line
    assert not Prediction.objects.filter(pk=task.pk).exists()


def test_a_running_row_changes_its_state_only_and_then_as_a_whole(browser: Client, voice: Voice) -> None:
    task = lifecycle.submit(voice.owner, "minimax/speech-02-hd", "builtin", voice, {"text": "one"})
    changes = f"/tasks/changes/?as=row&v=0&task={task.pk}"
    page = browser.get(changes).content.decode()
    assert f"innerHTML:#row-{task.pk}-state" in page  # an open menu stays open
    assert "<article" not in page
    lifecycle.cancel(task)
    page = browser.get(changes).content.decode()
    assert f'hx-swap-oob="innerHTML:#row-{task.pk}"' in page
    assert "Retry" in page


def test_a_task_says_in_words_what_was_asked_for(browser: Client, voice: Voice) -> None:
    given = {"text": "one", "speed": 1.2, "pitch": -2, "emotion": "sad", "language_boost": "auto", "format": "pcm"}
    more = {"voice_id": "AliceVoice-1", "channel": "2", "sample_rate": 16000, "english_normalization": True}
    task = said(voice, "", input={**given, **more, "pronunciation_dict": ["omg/oh my god"]})
    page = browser.get(f"/tasks/{task.pk}/").content.decode()
    for label, value in {
        "Speed": "1.2×", "Pitch": "−2 semitones", "Emotion": "Sad", "Language": "Detected from the text",
        "Format": "PCM", "Channels": "Stereo", "Sample rate": "16,000 Hz", "Spell out English numbers": "Yes",
        "Pronunciation": "omg/oh my god",
    }.items():  # fmt: skip
        assert f'<th scope="row">{label}</th><td>{value}</td>' in page


def test_an_accuracy_is_told_only_where_something_was_compared(browser: Client, voice: Voice) -> None:
    for read, told in (("", False), ("One heron.", True)):
        task = said(voice, "", model=CLONE, input={"text": "one", "accuracy": 0.7, "text_validation": read})
        assert (">Accuracy</th>" in browser.get(f"/tasks/{task.pk}/").content.decode()) == told
