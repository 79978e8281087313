"""Everything that speaking needs, checked: the one form for the page and for the API."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from voiceclone.accounts.models import User
from voiceclone.engines import registry
from voiceclone.engines.base import Capabilities
from voiceclone.predictions import catalog, naming, pauses
from voiceclone.predictions.fields import NumberField, OptionField, PronunciationField, TextField, can_speak, in_figures
from voiceclone.predictions.remote import offers, renewal
from voiceclone.speech.widgets import GreyedSelect
from voiceclone.voices import retention
from voiceclone.voices.models import Voice

MORE = ("sample_rate", "bitrate", "channel", "english_normalization", "pronunciation_dict")


class SpeechForm(forms.Form):
    """Field names, ranges and defaults are those of the v3 contract. Fill it with a page's POST or a client's JSON."""

    voice_id = forms.CharField(label=_("Voice"), widget=forms.Select)
    text = TextField(
        catalog.MAX_TEXT, title=_("The text"), label=_("Text"), rows=8, counter="text-count", required=True, strip=False
    )
    model = OptionField(
        [(model.id, model.name) for model in catalog.SPEECH_MODELS],
        f"minimax/{catalog.DEFAULT_MODEL}",
        label=_("Model"),
    )
    speed = NumberField(0.5, 2, 1, 0.01, label=_("Speed"))
    volume = NumberField(0.1, 10, 1, 0.01, label=_("Volume"))
    pitch = NumberField(-12, 12, 0, 1, whole=True, label=_("Pitch"), help_text=_("−12 to 12 semitones"))
    emotion = OptionField(
        [*naming.EMOTIONS.items()],
        catalog.DEFAULT_EMOTION,
        label=_("Emotion"),
        widget=GreyedSelect,
    )
    language_boost = OptionField(
        [(catalog.AUTO, _("Detect from the text")), *naming.LANGUAGES.items()],
        catalog.AUTO,
        label=_("Language"),
        widget=GreyedSelect,
    )
    format = OptionField([(name, name.upper()) for name in catalog.FORMATS], catalog.DEFAULT_FORMAT, label=_("Format"))
    sample_rate = OptionField(
        [(rate, format_lazy("{rate} Hz", rate=in_figures(rate))) for rate in catalog.SAMPLE_RATES],
        label=_("Sample rate"),
        unset=format_lazy(_("Default, {rate} Hz"), rate=in_figures(catalog.DEFAULT_SAMPLE_RATE)),
    )
    bitrate = OptionField(
        [(rate, f"{rate // 1000} kbit/s") for rate in catalog.BITRATES],
        label=_("Bitrate"),
        unset=format_lazy(_("Default, {rate} kbit/s"), rate=catalog.DEFAULT_BITRATE // 1000),
        help_text=_("MP3 only."),
    )
    channel = OptionField([("1", _("Mono")), ("2", _("Stereo"))], label=_("Channels"), unset=_("Default, mono"))
    english_normalization = forms.BooleanField(
        label=_("Spell out English numbers"),
        required=False,
        help_text=_("Reads numbers, dates and units the English way."),
    )
    pronunciation_dict = PronunciationField(
        label=_("Pronunciation"), help_text=_("One pair a line: the word, a slash, how to say it.")
    )

    initial_values: ClassVar[dict[str, Any]] = {
        "model": f"minimax/{catalog.DEFAULT_MODEL}",
        "speed": 1,
        "volume": 1,
        "pitch": 0,
        "emotion": "neutral",  # what most people want first; a client that says nothing gets the contract's default
        "language_boost": catalog.AUTO,
        "format": catalog.DEFAULT_FORMAT,
    }

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        for field in self.fields.values():
            field.widget.attrs["form"] = "speak-form"  # in the page the settings stand outside of it
        voices = Voice.objects.for_user(user).usable().only("voice_id", "name")
        choices = [(voice.voice_id, voice.title) for voice in voices]
        self.has_voices = bool(choices)
        wanted = str(self["voice_id"].value() or "").strip()
        if wanted and wanted not in dict(choices):  # it stays chosen, so that what is said about it makes sense
            choices.insert(0, (wanted, gettext("{voice} (cannot be used)").format(voice=wanted)))
        self.fields["voice_id"].widget.choices = choices
        self.chosen = self._find(wanted)
        self._grey_out()
        self.cost_note = ""
        self.prices: dict[str, float] = {}
        """US dollars for 1,000 characters, by model; empty where speaking is free."""
        self._say_what_it_costs()

    @property
    def engine(self) -> str:
        """Which one would speak."""
        return self.chosen.engine if self.chosen else settings.ENGINE

    @property
    def capabilities(self) -> Capabilities:
        return registry.capabilities(self.engine)

    @property
    def more_was_changed(self) -> bool:
        """Whether *More settings* has something to show."""
        return any(self.errors.get(name) or self[name].value() for name in MORE)

    @property
    def voice_problem(self) -> str:
        """Why nothing can be spoken with the chosen voice, as a sentence; empty where it can."""
        if self.chosen:
            return retention.problem(self.chosen)
        value = str(self["voice_id"].value() or "").strip()
        return gettext("You have no voice with the ID “{value}”.").format(value=value) if value else ""

    @property
    def way_out(self) -> str:
        """Where the chosen voice cannot speak: “renew” what its vendor lost, a new “clone”, or nothing."""
        voice = self.chosen
        if voice is None or not self.voice_problem or voice.state == Voice.State.CLONING:
            return ""
        if voice.is_ready and not voice.is_overdue:
            return "renew" if voice.lost_at and not voice.frozen_at else ""
        return "clone"

    @property
    def renewal_price(self) -> str:
        return renewal.price(self.chosen) if self.chosen else ""

    def _find(self, voice_id: str) -> Voice | None:
        if "\0" in voice_id:  # PostgreSQL does not even look for it
            return None
        mine = Voice.objects.for_user(self.user).filter(voice_id=voice_id).order_by("-created_at")
        return mine.living().first() or mine.first()

    def _grey_out(self) -> None:
        """What the engine cannot honour cannot be chosen, and the page says why."""
        can_be_spoken, can_be_felt = self.capabilities.languages, self.capabilities.emotions
        speaks, sounds = (
            gettext("This voice cannot speak {values} yet."),
            gettext("This voice cannot sound {values} yet."),
        )
        languages = {value: naming.language_in_a_sentence(value) for value in naming.LANGUAGES}
        for field, words, honoured, sentence in (
            ("language_boost", languages, can_be_spoken, speaks),
            ("emotion", {value: naming.emotion(value).lower() for value in naming.EMOTIONS}, can_be_felt, sounds),
        ):
            missing = [value for value in words if value not in honoured]
            widget = self.fields[field].widget
            assert isinstance(widget, GreyedSelect)
            widget.greyed = frozenset(missing)
            if missing:
                self.fields[field].help_text = sentence.format(values=_listed([words[value] for value in missing]))

    def _say_what_it_costs(self) -> None:
        """Before the click: a voice at a vendor has a price for each model."""
        engine = self.chosen.engine if self.chosen else ""
        if not registry.is_hosted(engine):
            return
        vendor = registry.hosted(engine).vendor
        field = self.fields["model"]
        assert isinstance(field, OptionField)
        self.prices = {
            model.id: registry.hosted(engine).speech_price(model.id, 1000) for model in catalog.SPEECH_MODELS
        }
        field.choices = [(model.id, offers.model_label(engine, model)) for model in catalog.SPEECH_MODELS]
        field.help_text = gettext("Prices are for 1,000 characters.")
        self.cost_note = f"{str(offers.LEAVES).format(vendor=vendor)} {offers.books(self.user, engine)}"

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if wrong := pauses.problem(text):
            raise forms.ValidationError(wrong)
        return text

    def clean_voice_id(self) -> str:
        if self.chosen is None or self.voice_problem:
            raise forms.ValidationError(self.voice_problem)
        self.voice = self.chosen
        value: str = self.cleaned_data["voice_id"]
        return value

    def clean_language_boost(self) -> str:
        engine = self.voice.engine if "voice_id" in self.cleaned_data else settings.ENGINE
        return can_speak(engine, self.cleaned_data["language_boost"])

    def clean_emotion(self) -> str:
        emotion: str = self.cleaned_data["emotion"]
        if emotion not in self.capabilities.emotions:
            sentence, word = gettext("This voice cannot sound {values} yet."), naming.emotion(emotion).lower()
            raise forms.ValidationError(sentence.format(values=word))
        return emotion

    def inputs(self) -> dict[str, Any]:
        """What the prediction keeps: what was given, and the contract's defaults for the rest."""
        return {name: value for name, value in self.cleaned_data.items() if name != "model" and value is not None}

    @property
    def chosen_model(self) -> str:
        return str(self.cleaned_data["model"])


def _listed(names: list[str]) -> str:
    return gettext(" or ").join(filter(None, (", ".join(names[:-1]), names[-1])))
