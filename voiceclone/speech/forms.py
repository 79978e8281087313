"""Everything that speaking needs, checked: the one form for the page and for the API."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings

from voiceclone.accounts.models import User
from voiceclone.engines import registry
from voiceclone.predictions import catalog
from voiceclone.voices import retention
from voiceclone.voices.models import Voice


def _range(minimum: float, maximum: float, step: float) -> forms.NumberInput:
    return forms.NumberInput(attrs={"min": minimum, "max": maximum, "step": step})


class SpeechForm(forms.Form):
    """Field names, ranges and defaults are those of the v3 contract."""

    voice_id = forms.CharField(label="Voice", widget=forms.Select)
    text = forms.CharField(
        label="Text",
        widget=forms.Textarea(attrs={"rows": 8, "data-counter": "text-count", "data-max": catalog.MAX_TEXT}),
    )
    model = forms.ChoiceField(
        label="Model", required=False, choices=[(model.id, model.name) for model in catalog.SPEECH_MODELS]
    )
    speed = forms.FloatField(label="Speed", required=False, widget=_range(0.5, 2, 0.01), help_text="0.5 to 2")
    volume = forms.FloatField(label="Volume", required=False, widget=_range(0.1, 10, 0.01), help_text="0.1 to 10")
    pitch = forms.IntegerField(
        label="Pitch", required=False, widget=_range(-12, 12, 1), help_text="-12 to 12 semitones"
    )
    emotion = forms.ChoiceField(
        label="Emotion", required=False, choices=[(name, name.capitalize()) for name in catalog.EMOTIONS]
    )
    language_boost = forms.ChoiceField(
        label="Language",
        required=False,
        choices=[(catalog.AUTO, "Find out from the text"), *((name, name) for name in catalog.LANGUAGES_41)],
    )
    format = forms.ChoiceField(
        label="Format", required=False, choices=[("mp3", "MP3"), ("wav", "WAV"), ("flac", "FLAC")]
    )

    defaults: dict[str, Any] = {
        "model": f"minimax/{catalog.DEFAULT_MODEL}",
        "speed": 1.0,
        "volume": 1.0,
        "pitch": 0,
        "emotion": "neutral",
        "language_boost": catalog.AUTO,
        "format": "mp3",
    }

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        voices = Voice.objects.for_user(user).usable().only("voice_id", "name")
        self.fields["voice_id"].widget.choices = [(voice.voice_id, voice.title) for voice in voices]

    def clean_voice_id(self) -> str:
        value: str = self.cleaned_data["voice_id"]
        mine = Voice.objects.for_user(self.user).filter(voice_id=value).order_by("-created_at")
        voice = mine.living().first() or mine.first()
        if voice is None:
            raise forms.ValidationError(f"You have no voice with the ID “{value}”.")
        reason = retention.problem(voice)
        if reason:
            raise forms.ValidationError(reason)
        self.voice = voice
        return value

    def clean_text(self) -> str:
        value: str = self.cleaned_data["text"]
        if len(value) > catalog.MAX_TEXT:
            raise forms.ValidationError(f"The text has {len(value):,} characters; the limit is {catalog.MAX_TEXT:,}.")
        return value

    def clean_speed(self) -> float:
        return float(self._within("speed", 0.5, 2))

    def clean_volume(self) -> float:
        return float(self._within("volume", 0.1, 10))

    def clean_pitch(self) -> int:
        return int(self._within("pitch", -12, 12))

    def _within(self, field: str, minimum: float, maximum: float) -> float:
        value = self.cleaned_data[field]
        if value is None:
            return float(self.defaults[field])
        if not minimum <= value <= maximum:
            raise forms.ValidationError(
                f"{self.fields[field].label} is between {minimum:g} and {maximum:g}; {value:g} was given."
            )
        return float(value)

    def clean_language_boost(self) -> str:
        value: str = self.cleaned_data["language_boost"] or catalog.AUTO
        if value not in registry.capabilities(settings.ENGINE).languages:
            raise forms.ValidationError(f"The built-in engine cannot speak {value} yet.")
        return value

    def inputs(self) -> dict[str, Any]:
        """What the prediction keeps: what was given, and the defaults for the rest."""
        given = {
            name: value for name, value in self.cleaned_data.items() if name != "model" and value not in (None, "")
        }
        return {**{k: v for k, v in self.defaults.items() if k != "model"}, **given}

    @property
    def chosen_model(self) -> str:
        return self.cleaned_data["model"] or str(self.defaults["model"])
