"""Everything that a clone needs, checked: the one form for the page and for the API."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.urls import reverse_lazy

from voiceclone.accounts.models import User
from voiceclone.engines import registry
from voiceclone.predictions import catalog
from voiceclone.samples.intake import SampleRefused, take_in
from voiceclone.samples.models import Sample
from voiceclone.voices import voice_id
from voiceclone.voices.models import Consent

ACCEPT = "audio/*,video/mp4,video/webm"


class CloneForm(forms.Form):
    """Field names are those of the v3 contract; `file`, `sample`, `script` and `consent` are the page's own."""

    file = forms.FileField(
        label="Sample",
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )
    sample = forms.ModelChoiceField(Sample.objects.none(), required=False, widget=forms.HiddenInput)
    script = forms.CharField(required=False, max_length=catalog.MAX_READ_TEXT, widget=forms.HiddenInput)
    custom_voice_id = forms.CharField(
        label="Voice ID",
        widget=forms.TextInput(
            attrs={
                "class": "mono",
                "spellcheck": "false",
                "autocapitalize": "off",
                "autocomplete": "off",
                "hx-get": reverse_lazy("check-voice-id"),
                "hx-trigger": "input changed delay:300ms",
                "hx-target": "#voice-id-hint",
                "hx-swap": "innerHTML",
                "hx-params": "custom_voice_id",
                "hx-disabled-elt": "unset",
            }
        ),
    )
    text = forms.CharField(
        label="Preview text",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "data-counter": "text-count", "data-max": catalog.MAX_PREVIEW_TEXT}),
    )
    model = forms.ChoiceField(
        label="Preview model",
        required=False,
        choices=[(model.name, model.name) for model in catalog.SPEECH_MODELS],
        help_text="Which model speaks the preview. The voice works with every model.",
    )
    language_boost = forms.ChoiceField(
        label="Language",
        required=False,
        choices=[(catalog.AUTO, "Find out from the text"), *((name, name) for name in catalog.LANGUAGES_41)],
        help_text="The language of the preview text.",
    )
    need_noise_reduction = forms.BooleanField(
        label="Noise reduction", required=False, help_text="Helps a noisy sample, and hurts a clean one."
    )
    need_volume_normalization = forms.BooleanField(
        label="Volume normalization", required=False, help_text="Speaks at one even, comfortable loudness."
    )
    text_validation = forms.CharField(
        label="Text that was read",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="The sample is compared with it (English only). Leave it empty and nothing is compared.",
    )
    accuracy = forms.FloatField(
        label="Accuracy",
        required=False,
        widget=forms.NumberInput(attrs={"min": 0, "max": 1, "step": 0.01}),
        help_text="How well the sample must match the text that was read: 0 is anything, 1 is every sound.",
    )
    consent = forms.BooleanField(
        label=Consent.STATEMENT,
        error_messages={"required": "Tick this line first: a voice is cloned only with its speaker's consent."},
    )

    limits: ClassVar[dict[str, int]] = {
        "text": catalog.MAX_PREVIEW_TEXT,
        "text_validation": catalog.MAX_READ_TEXT,
    }

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["sample"].queryset = Sample.objects.for_user(user)  # type: ignore[attr-defined]
        self.kept_sample: Sample | None = None
        """The sample so far, valid form or not: nothing that was uploaded is lost."""

    @classmethod
    def initial_values(cls, user: User) -> dict[str, Any]:
        return {
            "custom_voice_id": voice_id.suggest(user),
            "text": catalog.PREVIEW_TEXT,
            "model": catalog.DEFAULT_MODEL,
            "language_boost": catalog.AUTO,
            "accuracy": catalog.DEFAULT_ACCURACY,
        }

    def clean_custom_voice_id(self) -> str:
        value: str = self.cleaned_data["custom_voice_id"]
        problem = voice_id.problem(value)
        if problem:
            raise forms.ValidationError(problem)
        if voice_id.is_taken(self.user, value):
            raise forms.ValidationError(f"You already have a voice with the ID “{value}”. Choose another one.")
        return value

    def clean_text(self) -> str:
        return self._at_most("text", "The preview text") or catalog.PREVIEW_TEXT

    def clean_text_validation(self) -> str:
        return self._at_most("text_validation", "The text that was read")

    def _at_most(self, field: str, title: str) -> str:
        value: str = self.cleaned_data[field]
        limit = self.limits[field]
        if len(value) > limit:
            raise forms.ValidationError(f"{title} has {len(value):,} characters; the limit is {limit:,}.")
        return value

    def clean_model(self) -> str:
        return self.cleaned_data["model"] or catalog.DEFAULT_MODEL

    def clean_language_boost(self) -> str:
        value: str = self.cleaned_data["language_boost"] or catalog.AUTO
        if value not in registry.capabilities(settings.ENGINE).languages:
            raise forms.ValidationError(f"The built-in engine cannot speak {value} yet.")
        return value

    def clean_accuracy(self) -> float:
        value = self.cleaned_data["accuracy"]
        if value is None:
            return catalog.DEFAULT_ACCURACY
        if not 0 <= value <= 1:
            raise forms.ValidationError(f"Accuracy is between 0 and 1; {value:g} was given.")
        return float(value)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        sample = cleaned.get("sample")
        upload = cleaned.get("file")
        if upload and not sample:
            try:
                sample = take_in(self.user, upload, transcript=cleaned.get("script", ""))
            except SampleRefused as error:
                self.add_error("file", str(error))
                return cleaned
        if sample is None and "file" not in self.errors:
            self.add_error("file", "Record or upload a sample first: some seconds of one person speaking.")
        self.kept_sample = cleaned["sample"] = sample
        return cleaned

    def inputs(self) -> dict[str, Any]:
        """What the prediction keeps, in the names of the v3 contract."""
        ours = ("file", "sample", "script", "consent", "custom_voice_id")
        kept = {name: value for name, value in self.cleaned_data.items() if name not in ours}
        return {**kept, "custom_voice_id": self.cleaned_data["custom_voice_id"]}
