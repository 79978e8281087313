"""Deleting for real what predictions have made."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils.timezone import now

from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import Prediction
from voiceclone.samples.models import Sample
from voiceclone.voices import retention
from voiceclone.voices.models import Voice
from voiceclone.work.files import erase_folder


def end_voice(voice: Voice, state: Voice.State) -> bool:
    """Expire or delete a voice with all that it said. False where it was not the time, or somebody was faster."""
    for prediction in voice.predictions.unfinished():
        if state == Voice.State.DELETED:
            lifecycle.cancel(prediction)
    voice.refresh_from_db()
    if voice.is_gone:  # it was still being cloned: the cancelled task has ended it
        return True
    if not retention.end(voice, state):
        return False
    for prediction in voice.predictions.exclude(audio=""):
        erase_audio(prediction)
    return True


def erase_audio(prediction: Prediction) -> None:
    Prediction.objects.filter(pk=prediction.pk).update(audio="", peaks=[])
    erase_folder(f"predictions/{prediction.pk}")


def erase(prediction: Prediction) -> None:
    """Delete a finished prediction and its sound."""
    erase_audio(prediction)
    prediction.delete()


def expire() -> int:
    """Periodic: end the voices whose time is up, and samples that never became a voice. Returns how many voices.

    Safe to run twice, late, or killed half way: each state changes in one UPDATE, and the sound of voices that a
    killed run had ended is found by the next.
    """
    ended = sum(end_voice(voice, Voice.State.EXPIRED) for voice in Voice.objects.overdue())
    gone = (Voice.State.EXPIRED, Voice.State.DELETED)
    for prediction in Prediction.objects.filter(voice__state__in=gone).exclude(audio=""):
        erase_audio(prediction)
    old = now() - timedelta(days=settings.RETENTION_DAYS)
    in_use = Exists(Voice.objects.filter(sample=OuterRef("pk")))
    for sample in Sample.objects.filter(~in_use, created_at__lt=old):
        retention.erase_sample(sample)
    return ended
