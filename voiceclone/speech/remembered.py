"""The settings of a voice are those of the last speech with it: nothing else is stored."""

from __future__ import annotations

from typing import Any

from voiceclone.accounts.models import User
from voiceclone.predictions.models import CLONE, Prediction, PredictionQuerySet
from voiceclone.speech.forms import SpeechForm
from voiceclone.voices.models import Voice

OWN = ("text", "voice_id")
"""what a speech has for itself"""


def settings_for(user: User, voice_id: str) -> dict[str, Any]:
    last = _speeches(user).filter(voice__voice_id=voice_id).first()
    return settings_of(last) if last else dict(SpeechForm.initial_values)


def settings_of(task: Prediction) -> dict[str, Any]:
    """What a form begins with to ask for the same as `task` did, but for its text and voice."""
    given = {name: _plain(value) for name, value in task.input.items() if name not in OWN}
    return {**SpeechForm.initial_values, **given, "model": task.model}


def _plain(value: Any) -> Any:
    """1, not 1.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def last_voice(user: User) -> str:
    """The ID of the voice that was spoken with last, or else the newest; empty where there is none."""
    usable = Voice.objects.for_user(user).usable()
    last = _speeches(user).filter(voice__in=usable).values_list("voice__voice_id", flat=True).first()
    return last or usable.values_list("voice_id", flat=True).first() or ""


def _speeches(user: User) -> PredictionQuerySet:
    return Prediction.objects.for_user(user).exclude(model=CLONE)
