"""Everything that speaking needs, checked: the one form for the page and for the API."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.conf import settings

from voiceclone.accounts.models import User
from voiceclone.predictions import catalog
from voiceclone.predictions.fields import NumberField, OptionField, PronunciationField, TextField, can_speak
from voiceclone.voices import retention
from voiceclone.voices.models import Voice


class SpeechForm(forms.Form):
    """Field names, ranges and defaults are those of the v3 contract. Fill it with a page's POST or a client's JSON."""

    voice_id = forms.CharField(label="Voice", widget=forms.Select)
    text = TextField(
        catalog.MAX_TEXT, title="The text", label="Text", rows=8, counter="text-count", required=True, strip=False
    )
    model = OptionField(
        [(model.id, model.name) for model in catalog.SPEECH_MODELS], f"minimax/{catalog.DEFAULT_MODEL}", label="Model"
    )
    speed = NumberField(0.5, 2, 1, 0.01, label="Speed")
    volume = NumberField(0.1, 10, 1, 0.01, label="Volume")
    pitch = NumberField(-12, 12, 0, 1, whole=True, label="Pitch", help_text="-12 to 12 semitones")
    emotion = OptionField(
        [(name, name.capitalize()) for name in catalog.EMOTIONS], catalog.DEFAULT_EMOTION, label="Emotion"
    )
    language_boost = OptionField(
        [(catalog.AUTO, "Find out from the text"), *((name, name) for name in catalog.LANGUAGES_41)],
        catalog.AUTO,
        label="Language",
    )
    format = OptionField([(name, name.upper()) for name in catalog.FORMATS], catalog.DEFAULT_FORMAT, label="Format")
    sample_rate = OptionField(
        [(rate, f"{rate:,} Hz") for rate in catalog.SAMPLE_RATES],
        label="Sample rate",
        unset=f"Default, {catalog.DEFAULT_SAMPLE_RATE:,} Hz",
    )
    bitrate = OptionField(
        [(rate, f"{rate // 1000} kbit/s") for rate in catalog.BITRATES],
        label="Bitrate",
        unset=f"Default, {catalog.DEFAULT_BITRATE // 1000} kbit/s",
        help_text="Of MP3 only.",
    )
    channel = OptionField([("1", "Mono"), ("2", "Stereo")], label="Channels", unset="Default, mono")
    english_normalization = forms.BooleanField(
        label="English numbers in words", required=False, help_text="Reads numbers, dates and units as English does."
    )
    pronunciation_dict = PronunciationField(label="Pronunciation", help_text="One pair a line, such as omg/oh my god.")

    initial_values: ClassVar[dict[str, Any]] = {
        "model": f"minimax/{catalog.DEFAULT_MODEL}",
        "speed": 1.0,
        "volume": 1.0,
        "pitch": 0,
        "emotion": "neutral",  # what most people want first; a client that says nothing gets the contract's default
        "language_boost": catalog.AUTO,
        "format": catalog.DEFAULT_FORMAT,
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

    def clean_language_boost(self) -> str:
        engine = self.voice.engine if "voice_id" in self.cleaned_data else settings.ENGINE
        return can_speak(engine, self.cleaned_data["language_boost"])

    def inputs(self) -> dict[str, Any]:
        """What the prediction keeps: what was given, and the contract's defaults for the rest."""
        return {name: value for name, value in self.cleaned_data.items() if name != "model" and value is not None}

    @property
    def chosen_model(self) -> str:
        return str(self.cleaned_data["model"])
