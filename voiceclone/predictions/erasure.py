"""Deleting for real what predictions have made."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import now

from voiceclone.accounts.models import User
from voiceclone.audit.models import Action, record
from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import Prediction, PredictionQuerySet
from voiceclone.samples.models import Sample, Upload
from voiceclone.voices import retention
from voiceclone.voices.models import Approval, Enrolment, Evidence, Voice
from voiceclone.work.files import erase_folder, sweep_folders
from voiceclone.work.leases import UNFINISHED


def end_voice(voice: Voice, state: Voice.State, reason: Voice.EndReason, actor: User | None = None) -> bool:
    """Expire or delete a voice with all that it said. False where it was not the time, or somebody was faster."""
    if state == Voice.State.DELETED:
        cancelled = [lifecycle.cancel(prediction) for prediction in voice.predictions.unfinished()]
        voice.refresh_from_db()
        if voice.is_gone and any(cancelled):  # it was still being cloned: the cancelled task has ended it
            record(Action.VOICE_DELETED, voice.pk, actor)
            return True
    if not retention.end(voice, state, reason, actor):
        return False
    for prediction in _sounding(voice.predictions.all()):
        erase_audio(prediction)
    return True


def forget_tombstone(voice: Voice) -> None:
    """Its owner does not want to see it in the library any more."""
    Voice.objects.filter(pk=voice.pk, state=Voice.State.EXPIRED).update(state=Voice.State.DELETED)


def _sounding(predictions: PredictionQuerySet) -> PredictionQuerySet:
    return predictions.filter(~Q(audio="") | ~Q(master="") | ~Q(parts=[]))


def erase_audio(prediction: Prediction) -> None:
    Prediction.objects.filter(pk=prediction.pk).update(audio="", master="", parts=[], peaks=[], sentences=[])
    erase_folder(f"predictions/{prediction.pk}")


def erase(prediction: Prediction) -> None:
    """Delete a finished prediction and its sound, and the other takes of it with theirs."""
    for take in prediction.takes.all():
        lifecycle.cancel(take)
        erase_audio(take)
    erase_audio(prediction)
    prediction.delete()


def expire() -> int:
    """Periodic: end the voices whose time is up, and samples that never became a voice. Returns how many voices.

    Safe to run twice, late, or killed half way: each state changes in one UPDATE, and the sound of voices that a
    killed run had ended is found by the next, or by `sweep`.
    """
    unused = (Voice.State.EXPIRED, Voice.EndReason.UNUSED)
    ended = sum(end_voice(voice, *unused) for voice in Voice.objects.overdue())
    gone = (Voice.State.EXPIRED, Voice.State.DELETED)
    for prediction in _sounding(Prediction.objects.filter(voice__state__in=gone)).exclude(status__in=UNFINISHED):
        erase_audio(prediction)
    old = now() - timedelta(days=settings.RETENTION_DAYS)
    in_use = Exists(Voice.objects.filter(sample=OuterRef("pk")))
    waiting = Exists(Approval.objects.waiting().filter(sample=OuterRef("pk")))
    for sample in Sample.objects.filter(~in_use, ~waiting, created_at__lt=old):
        retention.erase_sample(sample)
    return ended


def sweep() -> int:
    """Periodic: delete the files that belong to nothing, as a process leaves them that was killed between row and file.

    Returns how many folders went.
    """
    rows: dict[str, QuerySet[Any]] = {
        "samples": Sample.objects.all(),
        "uploads": Upload.objects.all(),
        "voices": Voice.objects.living(),
        "evidence": Evidence.objects.all(),
        "enrolments": Enrolment.objects.all(),
        "predictions": Prediction.objects.unfinished() | _sounding(Prediction.objects.all()),
    }
    return sum(sweep_folders(folder, owners) for folder, owners in rows.items())
