"""Nobody loses a voice by surprise: 48 hours before, its owner is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils.timezone import now

from voiceclone.accounts.models import User
from voiceclone.voices import notices, retention
from voiceclone.voices.models import Voice

pytestmark = pytest.mark.django_db(transaction=True)
MakeVoice = Callable[..., Voice]


@pytest.fixture(autouse=True)
def mail_server(settings: Any) -> None:
    settings.EMAIL_URL = "smtp://mail.example.org"
    settings.BASE_URL = "https://voices.example.org"


def ends_in(voice: Voice, **time: float) -> Voice:
    Voice.objects.filter(pk=voice.pk).update(expires_at=now() + timedelta(**time))
    voice.refresh_from_db()
    return voice


def test_a_voice_with_days_to_live_is_no_news(alice: User, make_voice: MakeVoice) -> None:
    ends_in(make_voice(alice), hours=49)
    assert notices.send() == 0
    assert mail.outbox == []


def test_one_mail_tells_of_all_voices_that_end_soon_and_how_to_keep_them(alice: User, make_voice: MakeVoice) -> None:
    first = ends_in(make_voice(alice, "FirstVoice-1", name="Reading & more"), hours=47.5)
    ends_in(make_voice(alice, "SecondVoice-1", sample=first.sample), hours=3.5)
    assert notices.send() == 1
    (letter,) = mail.outbox
    assert letter.to == [alice.email]
    assert letter.subject == "2 of your voices will be deleted soon"
    assert "Reading & more (FirstVoice-1)" in letter.body
    assert f"It will be deleted on {first.expires_at:%-d %B %Y, %H:%M} UTC." in letter.body
    assert "https://voices.example.org/speak/?voice=SecondVoice-1" in letter.body


def test_it_is_told_in_the_language_of_the_account(alice: User, bob: User, make_voice: MakeVoice) -> None:
    User.objects.filter(pk=alice.pk).update(language="es")
    for owner in (alice, bob):
        ends_in(make_voice(owner, name="Mine & yours"), hours=2.5)
    assert notices.send() == 2
    letters = {letter.to[0]: letter for letter in mail.outbox}
    spanish, english = letters[alice.email], letters[bob.email]
    assert spanish.subject.startswith("«Mine & yours» se eliminará el ")
    assert "Habla con ella: https://voices.example.org/speak/?voice=AliceVoice-1" in spanish.body
    page = str(spanish.alternatives[0][0])  # type: ignore[attr-defined]
    assert "Mine &amp; yours (AliceVoice-1)<br>" in page
    assert 'href="https://voices.example.org/speak/?voice=AliceVoice-1"' in page
    assert english.body.startswith("Hello,")


def test_it_is_told_once(alice: User, make_voice: MakeVoice) -> None:
    ends_in(make_voice(alice, name="Mine"), hours=2.5)
    assert (notices.send(), notices.send()) == (1, 0)
    assert mail.outbox[0].subject.startswith("“Mine” will be deleted on ")


@pytest.mark.parametrize("act", ["keep", "make_permanent", "freeze"])
def test_voices_that_do_not_end_are_no_news(alice: User, make_voice: MakeVoice, act: str) -> None:
    getattr(retention, act)(ends_in(make_voice(alice), hours=2), alice)
    assert notices.send() == 0


def test_a_mail_that_could_not_be_sent_is_sent_later(
    alice: User, make_voice: MakeVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends_in(make_voice(alice), hours=2)
    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
        assert notices.send() == 0
    assert notices.send() == 1


def refuse(*args: object) -> int:
    raise ConnectionRefusedError


def test_without_a_mail_server_nothing_is_sent_and_nothing_is_marked(
    alice: User, make_voice: MakeVoice, settings: Any
) -> None:
    voice = ends_in(make_voice(alice), hours=2)
    settings.EMAIL_URL = ""
    assert notices.send() == 0
    assert Voice.objects.get(pk=voice.pk).noticed_at is None


def test_where_voices_live_shortly_the_notice_comes_at_half_time(
    alice: User, make_voice: MakeVoice, settings: Any
) -> None:
    settings.RETENTION_DAYS = 1
    voice = make_voice(alice)
    assert notices.send() == 0
    ends_in(voice, hours=11.9)
    assert notices.send() == 1


def test_every_page_says_it_until_the_voice_is_kept(
    alice: User, bob: User, make_voice: MakeVoice, client_of: Callable[[User], Client]
) -> None:
    voice = ends_in(make_voice(alice, name="Mine"), hours=30.5)
    for page in ("/clone/", "/voices/", "/speak/", "/history/", "/account/"):
        text = client_of(alice).get(page).content.decode()
        assert "will be deleted in <time" in text
        assert ">1 d 6 h</time>" in text
        assert "/speak/?voice=AliceVoice-1" in text
    assert "will be deleted in" not in client_of(bob).get("/voices/").content.decode()
    retention.keep(voice, alice)
    assert "will be deleted in" not in client_of(alice).get("/voices/").content.decode()


def test_the_page_of_a_voice_does_not_say_it_twice(
    alice: User, make_voice: MakeVoice, client_of: Callable[[User], Client]
) -> None:
    first = ends_in(make_voice(alice, name="Mine"), hours=30.5)
    assert "will be deleted in <time" not in client_of(alice).get("/voices/AliceVoice-1/").content.decode()
    ends_in(make_voice(alice, "SecondVoice-1", name="Other", sample=first.sample), hours=40)
    assert "“Other” will be deleted in <time" in client_of(alice).get("/voices/AliceVoice-1/").content.decode()
