"""Paid once, never lost: every kind of harm on the way, and what the vendor has on its books afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from tests.harm import AFTER, Harm
from tests.hosted.conftest import Vendor, work
from voiceclone.accounts.models import User
from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import Prediction, RemoteJob
from voiceclone.predictions.remote import breaker, machine, states
from voiceclone.voices.models import Voice
from voiceclone.work.leases import LeaseLost

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Prediction]


def books(vendor: Vendor, task: Prediction) -> int:
    """How many clones the vendor has made for this one."""
    return len(vendor.tasks(custom_voice_id=task.remote.voice_name))


def test_a_clone_and_a_speech_when_all_is_well(vendor: Vendor, harm: Harm, clone: Make, speech: Make) -> None:
    made = work(clone())[0]
    assert (made.status, made.error) == ("completed", "")
    assert made.audio.size > 1000
    assert made.master.name.endswith(".flac")
    assert made.remote.state == "done"
    assert made.remote.price == 0.5
    voice = made.voice
    assert voice is not None
    assert (voice.state, voice.engine, voice.is_permanent, voice.lost_at) == ("ready", "wavespeed", False, None)
    assert abs(voice.vendor_until - now() - timedelta(days=7)) < timedelta(minutes=1)  # type: ignore[operator]
    said = work(speech(voice, "Good morning, everybody.", format="wav", speed=1.2))[0]
    assert said.status == "completed"
    assert said.audio.name.endswith(".wav")
    voice.refresh_from_db()
    assert (voice.is_permanent, voice.vendor_until) == (True, None)
    assert voice.vendor_used_at is not None
    assert books(vendor, made) == 1
    (bought,) = vendor.tasks(text="Good morning, everybody.")
    assert (bought["input"]["speed"], bought["input"]["format"]) == (1.2, "flac")
    assert not harm.leaked


@pytest.mark.parametrize("what", [*AFTER, "500 before", "drop before", "429 before"])
def test_a_clone_is_made_once_whatever_becomes_of_the_answer(
    what: str, vendor: Vendor, harm: Harm, clone: Make
) -> None:
    harm.script["submit"].append(what)
    made = work(clone())[0]
    assert (made.status, made.error) == ("completed", "")
    assert books(vendor, made) == 1
    assert harm.accepted(custom_voice_id=made.remote.voice_name) == 1
    assert harm.done[f"submit: {what}"] == 1


def test_where_the_list_does_not_help_the_same_voice_id_is_sent_again(vendor: Vendor, harm: Harm, clone: Make) -> None:
    """ "Duplicate" means that it is ours; its preview is a speech then, and both are on the books once."""
    harm.script["submit"].append("drop after")
    harm.script["list"].extend(["data null"] * 40)
    made = work(clone())[0]
    assert (made.status, made.error) == ("completed", "")
    assert made.audio.size > 1000
    job = made.remote
    assert (job.purpose, job.settled) == ("preview", 0.5)
    assert books(vendor, made) == 1
    assert len(vendor.tasks(voice_id=job.voice_name)) == 1
    assert made.voice is not None
    assert made.voice.vendor_until is None  # a speech is a use


def test_a_refusal_of_what_is_sent_again_says_nothing_of_the_first(vendor: Vendor, harm: Harm, clone: Make) -> None:
    harm.script["submit"].extend(["drop after", "402 before"])
    harm.script["list"].extend(["data null"] * 40)
    made = work(clone())[0]
    assert made.status == "failed"
    assert "An earlier request for it was never answered, so it may have been charged ($0.50)." in made.error
    assert made.remote.price == 0.5
    assert books(vendor, made) == 1


@pytest.mark.parametrize("what", ["drop after", "garbage", "late"])
def test_a_speech_is_found_in_the_vendors_list(
    what: str, vendor: Vendor, harm: Harm, hosted_voice: Voice, speech: Make
) -> None:
    harm.script["submit"].append(what)
    text = f"A sentence that met {what}."
    said = work(speech(hosted_voice, text))[0]
    assert (said.status, said.error) == ("completed", "")
    assert len(vendor.tasks(text=text)) == 1


@pytest.mark.parametrize("what", ["drop after", "drop before", "502 before"])
def test_a_speech_is_never_sent_again_by_itself(
    what: str, vendor: Vendor, harm: Harm, hosted_voice: Voice, speech: Make
) -> None:
    harm.script["submit"].append(what)
    harm.script["list"].extend(["garbage"] * 60)
    text = f"Nobody knows of {what}."
    said = work(speech(hosted_voice, text))[0]
    assert said.status == "failed"
    assert "may be charged twice" in said.error
    assert said.remote.outcome_is_unclear
    assert said.remote.price > 0  # it counts as spent
    assert len(vendor.tasks(text=text)) == (1 if what == "drop after" else 0)
    again = work(lifecycle.retry(said))[0]
    assert again.status == "completed"


def test_two_equal_speeches_of_unclear_outcome_do_not_take_each_others_sound(
    vendor: Vendor, harm: Harm, hosted_voice: Voice, speech: Make
) -> None:
    harm.script["submit"].extend(["drop after", "drop before"])
    first, second = work(speech(hosted_voice, "The very same."), speech(hosted_voice, "The very same."))
    assert sorted([first.status, second.status]) == ["completed", "failed"]
    assert len(vendor.tasks(text="The very same.")) == 1


def test_looking_and_fetching_suffer_everything_and_pay_nothing(vendor: Vendor, harm: Harm, clone: Make) -> None:
    harm.script["upload"].extend(["500 before", "drop after", "garbage"])
    looks = [
        "429 before",
        "500 before",
        "drop after",
        "garbage",
        "truncated",
        "data null",
        "unknown word",
        "clock skew",
    ]
    harm.script["result"].extend([*looks, "slow body", "half headers"])
    harm.script["output"].extend(["404", "drop before", "truncated", "garbage"])
    made = work(clone())[0]
    assert (made.status, made.error) == ("completed", "")
    assert books(vendor, made) == 1
    assert sum(harm.done.values()) >= 12


def test_a_worker_that_dies_after_sending_is_replaced_and_nothing_is_sent_twice(
    vendor: Vendor, harm: Harm, clone: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = clone()
    monkeypatch.setattr(machine.Step, "_accepted", lambda *_: (_ for _ in ()).throw(LeaseLost()))  # `kill -9` here
    work(task, until=lambda: RemoteJob.objects.get().state == "submitting")
    monkeypatch.undo()
    RemoteJob.objects.update(lease_until=now() - timedelta(seconds=1))
    made = work(task)[0]
    assert made.status == "completed"
    assert books(vendor, made) == 1


def test_a_sleeper_that_wakes_up_too_late_changes_nothing(harm: Harm, clone: Make) -> None:
    task = clone()
    lifecycle.run.call(task.pk)
    pk = RemoteJob.objects.get().pk
    assert RemoteJob.objects.claim(pk)
    sleeper = RemoteJob.objects.get(pk=pk)
    RemoteJob.objects.update(lease_until=now() - timedelta(seconds=1))
    assert RemoteJob.objects.claim(pk)
    with pytest.raises(LeaseLost):
        states.move(sleeper, "submitting")
    job = RemoteJob.objects.get(pk=pk)
    with pytest.raises(states.NoSuchMove):
        states.move(job, "done")
    job.state, job.purpose = "unknown", "speech"
    with pytest.raises(states.NoSuchMove, match="never sent again"):
        states.move(job, "submitting")


def test_what_the_vendor_refuses_is_said_in_its_words_and_costs_nothing(
    harm: Harm, hosted_voice: Voice, speech: Make, settings: Any
) -> None:
    settings.VENDOR_KEYS = {"wavespeed": "vc_wrong"}
    said = work(speech(hosted_voice, "With a wrong key."))[0]
    assert said.status == "failed"
    assert said.error.startswith("WaveSpeed says: “")
    assert "The key is wrong" in said.error
    assert said.remote.price == 0


def test_a_voice_that_the_vendor_has_lost(vendor: Vendor, harm: Harm, hosted_voice: Voice, speech: Make) -> None:
    import requests

    name = RemoteJob.objects.get().voice_name
    gone = requests.delete(
        f"{vendor.studio.url}/api/v3/voices/{name}", headers={"Authorization": f"Bearer {vendor.key}"}, timeout=30
    )
    assert gone.status_code == 200
    said = work(speech(hosted_voice, "Are you there?"))[0]
    assert said.status == "failed"
    assert "Clone it again from the kept sample" in said.error
    assert "Clónala otra vez a partir de la muestra guardada" in said.error_in["es"]
    hosted_voice.refresh_from_db()
    assert hosted_voice.lost_at is not None


def test_cancelled_before_it_was_sent_it_costs_nothing(harm: Harm, clone: Make, alice: User) -> None:
    task = clone()
    lifecycle.run.call(task.pk)
    assert lifecycle.cancel(task)
    job = RemoteJob.objects.get()
    assert (job.status, job.state, job.price) == ("cancelled", "cancelled", 0)
    machine.carry(job.pk)
    assert not harm.submitted


def test_a_vendor_that_is_down_is_left_alone_for_a_while(harm: Harm, clone: Make) -> None:
    harm.script["upload"].extend(["500 before"] * 5)
    task = clone()
    work(task, until=lambda: breaker.state("wavespeed") == "open")
    asked = sum(harm.done.values())
    for pk in RemoteJob.objects.values_list("pk", flat=True):
        RemoteJob.objects.update(not_before=now())
        machine.carry(pk)
    assert sum(harm.done.values()) == asked
    assert Prediction.objects.get().stage == "resting"
    assert work(task)[0].status == "completed"
    assert breaker.state("wavespeed") == "closed"


def test_what_was_paid_for_and_came_too_late_is_looked_for_again_not_paid_again(
    vendor: Vendor, harm: Harm, clone: Make, settings: Any
) -> None:
    harm.script["result"].extend(["unknown word"] * 200)
    task = clone()
    work(task, until=lambda: RemoteJob.objects.filter(state="waiting").exists())
    settings.HOSTED_LONGEST_MINUTES = 3 / 60
    late = work(task)[0]
    assert late.status == "failed"
    assert "To try again is to look again: it costs nothing." in late.error
    assert "Intentarlo de nuevo es volver a mirar: no cuesta nada." in late.error_in["es"]
    settings.HOSTED_LONGEST_MINUTES = 60
    harm.script["result"].clear()
    again = lifecycle.retry(late)
    made = work(again)[0]
    assert (made.status, made.error) == ("completed", "")
    assert books(vendor, made) == 1
    assert sum(RemoteJob.objects.values_list("price", flat=True)) == 0.5


def test_hundreds_wait_at_the_vendor_and_keep_nobody(
    harm: Harm, hosted_voice: Voice, alice: User, django_assert_max_num_queries: Any
) -> None:
    """A job that waits is a row: one look at what is due finds the few that are."""
    task = Prediction.objects.get()
    waiting = [
        RemoteJob(owner=alice, engine="wavespeed", purpose="speech", state="waiting", account="x", remote_id=f"id{n}",
                  token="t", not_before=now() + timedelta(hours=1))
        for n in range(600)
    ]  # fmt: skip
    RemoteJob.objects.bulk_create(waiting)
    with django_assert_max_num_queries(1):
        assert list(RemoteJob.objects.due()) == []
    assert task.status == "completed"
