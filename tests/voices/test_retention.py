"""The rule by which voices last, as a person would tell it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.db import IntegrityError, transaction
from django.utils.timezone import now

from voiceclone.accounts.models import User
from voiceclone.predictions import erasure
from voiceclone.samples.models import Sample
from voiceclone.voices import retention
from voiceclone.voices.models import Consent, Voice

pytestmark = pytest.mark.django_db(transaction=True)
MakeVoice = Callable[..., Voice]
PAST = timedelta(seconds=1)
UNUSED = (Voice.State.EXPIRED, Voice.EndReason.UNUSED)
BY_OWNER = (Voice.State.DELETED, Voice.EndReason.OWNER)


def overdue(voice: Voice) -> Voice:
    Voice.objects.filter(pk=voice.pk).update(expires_at=now() - PAST)
    voice.refresh_from_db()
    return voice


def files() -> list[Path]:
    return [path for path in Path(site.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_a_new_voice_lives_seven_days(alice: User, make_voice: MakeVoice) -> None:
    voice = make_voice(alice)
    assert voice.expires_at is not None
    assert abs(voice.expires_at - now() - timedelta(days=7)) < timedelta(minutes=1)
    assert erasure.expire() == 0


@pytest.mark.parametrize(
    ("days", "words"),
    [(7, "7 days"), (1, "1 day"), (1.5, "1.5 days"), (0.5, "12 hours"), (1 / 24, "1 hour"), (0.0005, "43.2 seconds")],
)
def test_its_life_in_words(settings: Any, days: float, words: str) -> None:
    settings.RETENTION_DAYS = days
    assert retention.lifetime() == words


def test_the_first_use_makes_it_permanent(alice: User, make_voice: MakeVoice) -> None:
    voice = make_voice(alice)
    retention.keep(voice, alice)
    voice.refresh_from_db()
    assert (voice.is_permanent, voice.expires_at) == (True, None)
    assert voice.first_used_at is not None


def test_a_second_use_changes_nothing(alice: User, make_voice: MakeVoice) -> None:
    voice = make_voice(alice)
    retention.keep(voice, alice)
    first = Voice.objects.get(pk=voice.pk).first_used_at
    retention.keep(voice, alice)
    assert Voice.objects.get(pk=voice.pk).first_used_at == first


def test_a_permanent_voice_never_expires(alice: User, make_voice: MakeVoice) -> None:
    voice = make_voice(alice)
    retention.keep(voice, alice)
    assert not retention.end(Voice.objects.get(pk=voice.pk), *UNUSED)
    assert Voice.objects.get(pk=voice.pk).state == "ready"


def test_when_its_time_is_up_every_sound_is_gone_and_a_tombstone_stays(alice: User, make_voice: MakeVoice) -> None:
    before = set(files())
    voice = overdue(make_voice(alice))
    assert len(set(files()) - before) == 3  # sample, profile, preview
    assert erasure.expire() == 1
    assert set(files()) - before == set()
    voice.refresh_from_db()
    assert (voice.state, voice.sample, voice.profile.name) == ("expired", None, "")
    assert voice.ended_at is not None
    assert not Sample.objects.exists()


def test_expiry_may_run_twice(alice: User, make_voice: MakeVoice) -> None:
    overdue(make_voice(alice))
    assert (erasure.expire(), erasure.expire()) == (1, 0)


def test_expiry_that_was_killed_half_way_is_finished_by_the_next(alice: User, make_voice: MakeVoice) -> None:
    before = set(files())
    voice = overdue(make_voice(alice))
    retention.end(voice, *UNUSED)  # and then the lights went out: the preview is still there
    assert set(files()) - before
    erasure.expire()
    assert not set(files()) - before


def test_a_use_at_the_last_moment_wins_over_an_expiry_that_began_before(alice: User, make_voice: MakeVoice) -> None:
    voice = overdue(make_voice(alice))
    retention.keep(voice, alice)
    assert not retention.end(voice, *UNUSED)
    assert Voice.objects.get(pk=voice.pk).is_permanent


def test_a_sample_that_another_voice_uses_stays(alice: User, make_voice: MakeVoice) -> None:
    first = make_voice(alice, "FirstVoice-1")
    second = make_voice(alice, "SecondVoice-1", sample=first.sample)
    overdue(first)
    erasure.expire()
    second.refresh_from_db()
    assert second.sample is not None
    assert Path(second.sample.file.path).exists()


def test_a_sample_that_never_became_a_voice_goes_too(alice: User, make_sample: Callable[..., Sample]) -> None:
    sample = make_sample(alice)
    Sample.objects.filter(pk=sample.pk).update(created_at=now() - timedelta(days=8))
    erasure.expire()
    assert not Sample.objects.exists()
    assert not Path(sample.file.path).exists()


def test_deleting_a_voice_deletes_what_it_said(alice: User, make_voice: MakeVoice) -> None:
    before = set(files())
    assert erasure.end_voice(make_voice(alice), *BY_OWNER)
    assert set(files()) - before == set()


def test_a_voice_without_consent_cannot_be(alice: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Voice.objects.create(owner=alice, voice_id="NoConsent-1", engine="builtin")


def test_a_consent_is_never_changed(alice: User) -> None:
    consent = Consent.give(alice)
    consent.statement = "Something else."
    with pytest.raises(TypeError):
        consent.save()


@pytest.mark.parametrize(
    "impossible",
    [
        {"is_permanent": True},  # permanent, and it expires
        {"expires_at": None},  # temporary for ever
        {"state": "expired"},  # expired, and its sound is still there
        {"sample": None},  # ready, without a sample
    ],
)
def test_impossible_states_are_impossible(alice: User, make_voice: MakeVoice, impossible: dict[str, object]) -> None:
    voice = make_voice(alice)
    with pytest.raises(IntegrityError), transaction.atomic():
        Voice.objects.filter(pk=voice.pk).update(**impossible)


def test_one_owner_cannot_have_two_living_voices_of_one_id(alice: User, make_voice: MakeVoice) -> None:
    make_voice(alice, "TwiceVoice-1")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_voice(alice, "TwiceVoice-1")
