"""The rule by which voices last, as a person would tell it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.db import IntegrityError, connection, transaction
from django.utils.timezone import now

from voiceclone.accounts.models import User
from voiceclone.audit.models import Action, AuditEvent
from voiceclone.cloning.submit import submit
from voiceclone.predictions import erasure, lifecycle
from voiceclone.predictions.models import CLONE, Prediction
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


def speech(voice: Voice) -> Prediction:
    return lifecycle.submit(voice.owner, "minimax/speech-02-hd", "builtin", voice, {"text": "Good morning."})


def finish(task: Prediction) -> None:
    """As a worker does at the end of a speech that went well."""
    claimed = lifecycle.claim(task.pk)
    assert claimed is not None
    assert claimed.voice is not None
    assert lifecycle.complete(claimed, lambda: retention.keep(voice=claimed.voice, user=claimed.owner))  # type: ignore[arg-type]


def test_a_speech_that_was_accepted_in_time_saves_the_voice_though_it_ends_too_late(
    alice: User, make_voice: MakeVoice
) -> None:
    voice = make_voice(alice)
    task = speech(voice)
    overdue(voice)
    assert erasure.expire() == 0
    finish(task)
    assert erasure.expire() == 0
    voice.refresh_from_db()
    assert (voice.state, voice.is_permanent, voice.expires_at) == ("ready", True, None)


@pytest.mark.parametrize("end", [lifecycle.cancel, lambda task: lifecycle.fail(lifecycle.claim(task.pk), "No.", 1403)])
def test_a_speech_that_came_to_nothing_saves_no_voice(
    alice: User, make_voice: MakeVoice, end: Callable[[Prediction], bool]
) -> None:
    voice = make_voice(alice)
    task = speech(voice)
    overdue(voice)
    assert end(task)
    assert erasure.expire() == 1


def test_a_preview_is_no_use(alice: User, make_sample: Callable[..., Sample]) -> None:
    inputs = {"custom_voice_id": "FreshVoice-1", "text": "Hello.", "language_boost": "auto"}
    task = submit(alice, make_sample(alice, 12.0), inputs)
    lifecycle.run.call(task.pk)
    voice = Voice.objects.get()
    assert (voice.state, voice.is_permanent, voice.first_used_at) == ("ready", False, None)


def test_after_its_time_a_voice_is_not_spoken_with_and_says_since_when(alice: User, make_voice: MakeVoice) -> None:
    voice = overdue(make_voice(alice))
    with pytest.raises(retention.NotUsable, match=rf"expired on {voice.expires_at:%-d %B %Y}.*not used within 7 days"):
        speech(voice)
    erasure.expire()
    voice.refresh_from_db()
    assert f"expired on {voice.ended_at:%-d %B %Y, %H:%M} UTC" in retention.problem(voice)
    assert not Prediction.objects.exclude(model=CLONE).exists()


def test_two_first_uses_at_once_are_one(alice: User, make_voice: MakeVoice) -> None:
    voice = make_voice(alice)
    finish(speech(voice))
    finish(speech(voice))
    assert AuditEvent.objects.filter(action=Action.VOICE_KEPT, object_id=str(voice.pk)).count() == 1


def test_of_a_use_and_an_expiry_at_the_same_moment_one_wins_whole(alice: User, make_voice: MakeVoice) -> None:
    """Both begin while the voice is still in time, and its time is up in between."""
    sample = make_voice(alice, "KeepsSample-1").sample
    for turn in range(12):
        voice = make_voice(alice, f"RaceVoice-{turn}", sample=sample)
        Voice.objects.filter(pk=voice.pk).update(expires_at=now() + timedelta(milliseconds=2 * turn))
        start = threading.Barrier(2)
        outcome: dict[str, object] = {}

        def use(voice: Voice = voice, start: Any = start, outcome: Any = outcome) -> None:
            start.wait()
            try:
                outcome["task"] = speech(voice)
            except retention.NotUsable:
                outcome["task"] = None
            finally:
                connection.close()

        def expire(start: Any = start, outcome: Any = outcome) -> None:
            start.wait()
            try:
                while not outcome.get("ended"):
                    outcome["ended"] = erasure.expire() or "task" in outcome
            finally:
                connection.close()

        threads = [threading.Thread(target=use), threading.Thread(target=expire)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        overdue(voice) if Voice.objects.get(pk=voice.pk).is_ready else None
        erasure.expire()
        assert Voice.objects.get(pk=voice.pk).is_ready == (outcome["task"] is not None)


def test_a_frozen_voice_is_not_used_and_its_time_stands_still(alice: User, bob: User, make_voice: MakeVoice) -> None:
    voice = make_voice(alice)
    assert retention.freeze(voice, admin=bob)
    with pytest.raises(retention.NotUsable, match="is frozen since"):
        speech(voice)
    hour = timedelta(hours=1)
    Voice.objects.filter(pk=voice.pk).update(expires_at=now() - PAST, frozen_at=now() - hour)
    assert erasure.expire() == 0
    assert retention.unfreeze(voice, admin=bob)
    voice.refresh_from_db()
    assert voice.expires_at is not None
    assert abs(voice.expires_at - now() - hour) < timedelta(minutes=1)
    assert retention.problem(voice) == ""


def test_an_admin_may_make_a_voice_permanent(alice: User, bob: User, make_voice: MakeVoice) -> None:
    voice = make_voice(alice)
    assert retention.make_permanent(voice, admin=bob)
    assert not retention.make_permanent(voice, admin=bob)
    overdue_at = Voice.objects.filter(pk=voice.pk, is_permanent=True, expires_at=None, first_used_at=None)
    assert overdue_at.exists()


def test_the_audit_trail_tells_what_became_of_a_voice(alice: User, bob: User, make_voice: MakeVoice) -> None:
    voice = make_voice(alice)
    retention.freeze(voice, admin=bob)
    erasure.end_voice(voice, Voice.State.DELETED, Voice.EndReason.ADMIN, bob)
    told = AuditEvent.objects.filter(object_id=str(voice.pk)).order_by("pk").values_list("action", "actor")
    assert list(told) == [("voice.frozen", bob.pk), ("voice.deleted", bob.pk)]


def test_an_audit_event_is_never_changed(alice: User, make_voice: MakeVoice) -> None:
    erasure.end_voice(make_voice(alice), *BY_OWNER, alice)
    event = AuditEvent.objects.get()
    event.action = Action.VOICE_KEPT
    with pytest.raises(TypeError):
        event.save()


def grow_old() -> None:
    """Files that are young are left alone: somebody may be about to write their rows."""
    long_ago = (now() - timedelta(hours=2)).timestamp()
    for path in files():
        os.utime(path, (long_ago, long_ago))


def test_files_that_a_killed_process_left_are_swept(alice: User, make_voice: MakeVoice) -> None:
    grow_old()
    erasure.sweep()  # what other tests left
    keeps = make_voice(alice, "KeepsFiles-1")
    before = set(files())
    lost = make_voice(alice, "LostFiles-1", sample=keeps.sample)
    ended = {"state": "deleted", "end_reason": "owner", "ended_at": now(), "expires_at": None}
    Voice.objects.filter(pk=lost.pk).update(**ended, sample=None, profile="")
    Prediction.objects.filter(voice=lost).update(audio="", peaks=[])  # and then the lights went out
    assert erasure.sweep() == 0
    grow_old()
    assert erasure.sweep() == 2
    assert set(files()) == before


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
        {"first_used_at": now()},  # used, and temporary all the same
        {"ended_at": now()},  # ended, and ready
        {"end_reason": "unused"},
        {"state": "failed", "expires_at": None},  # ended, but nobody knows when and why
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
