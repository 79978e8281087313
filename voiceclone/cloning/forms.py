"""Everything that a clone needs, checked: the same for the page and for the API."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.urls import reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from voiceclone.accounts.models import User
from voiceclone.cloning.card import report_card
from voiceclone.cloning.consenting import ConsentForm
from voiceclone.engines import registry
from voiceclone.figures import Figure
from voiceclone.predictions import catalog, naming
from voiceclone.predictions.fields import NumberField, OptionField, TextField, can_speak, quoted
from voiceclone.predictions.remote import offers
from voiceclone.samples.intake import SampleRefused, take_in
from voiceclone.samples.models import Sample
from voiceclone.voices import voice_id

ACCEPT = "audio/*,video/mp4,video/webm"


class ContractForm(forms.Form):
    """What the v3 contract has: field names, ranges and defaults. Fill it with a page's POST or a client's JSON."""

    custom_voice_id = forms.CharField(
        label=_("Voice ID"),
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
    text = TextField(
        catalog.MAX_PREVIEW_TEXT,
        title=_("The preview text"),
        label=_("Preview text"),
        rows=3,
        counter="text-count",
        default=catalog.PREVIEW_TEXT,
    )
    model = OptionField(
        [(model.name, model.name) for model in catalog.SPEECH_MODELS],
        catalog.DEFAULT_MODEL,
        label=_("Preview model"),
        help_text=_("Which model speaks the preview. The voice works with every model."),
    )
    language_boost = OptionField(
        [(catalog.AUTO, _("Detect from the text")), *naming.LANGUAGES.items()],
        catalog.AUTO,
        label=_("Language"),
        help_text=_("The language of the preview text."),
    )
    need_noise_reduction = forms.BooleanField(
        label=_("Noise reduction"), required=False, help_text=_("Helps a noisy sample, and hurts a clean one.")
    )
    need_volume_normalization = forms.BooleanField(
        label=_("Volume normalization"), required=False, help_text=_("Speaks at one even, comfortable loudness.")
    )
    text_validation = TextField(
        catalog.MAX_READ_TEXT,
        title=_("The text that was read"),
        label=_("Text that was read"),
        rows=2,
        help_text=_(
            "The words of your sample, in English: the voice is learnt from them faster and better, and the sample is "
            "compared with them. Without this text nothing is compared."
        ),
    )
    accuracy = NumberField(
        0,
        1,
        catalog.DEFAULT_ACCURACY,
        0.01,
        label=_("Accuracy"),
        help_text=_(
            "How well the sample must match the text that was read; below it, the task fails and says what was heard. "
            "0 accepts anything, 1 wants every sound. A careful reading reaches 0.90; one word in seven wrong gives "
            "0.80. Without a text above it is ignored."
        ),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

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
            raise forms.ValidationError(
                gettext("You already have a voice with the ID “{value}”. Choose another one.").format(value=value)
            )
        return value

    def wanted_engine(self) -> str:
        """Programs get the site's default: there is no such field in the contract."""
        return str(settings.ENGINE)

    def clean_language_boost(self) -> str:
        return can_speak(self.wanted_engine(), self.cleaned_data["language_boost"])

    def inputs(self) -> dict[str, Any]:
        """What the prediction keeps, in the names of the v3 contract."""
        return {name: self.cleaned_data[name] for name in ContractForm.base_fields}


class CloneForm(ConsentForm, ContractForm):
    """The page's: `file`, `sample`, `script`, `engine` and what is said about consent are its own."""

    file = forms.FileField(
        label=_("Sample"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )
    sample = forms.ModelChoiceField(Sample.objects.none(), required=False, widget=forms.HiddenInput)
    script = forms.CharField(required=False, max_length=catalog.MAX_READ_TEXT, widget=forms.HiddenInput)
    engine = forms.CharField(required=False)
    noise_default = forms.BooleanField(required=False, widget=forms.HiddenInput)
    """What the report card has set noise reduction to: where it is something else by now, that was the person."""

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.fields["sample"].queryset = Sample.objects.for_user(user)  # type: ignore[attr-defined]
        self.kept_sample: Sample | None = None
        """The sample so far, valid form or not: nothing that was uploaded is lost."""
        self.offers = offers.offers(user)
        self.offer_consent()

    def wanted_engine(self) -> str:
        wanted = str(self["engine"].value() or "")
        return wanted if wanted in settings.ENGINES else settings.ENGINE

    @property
    def offer(self) -> offers.Offer:
        """The one that is chosen so far."""
        return next(offer for offer in self.offers if offer.name == self.wanted_engine())

    def clean_engine(self) -> str:
        given = self.cleaned_data["engine"] or settings.ENGINE
        found = next((offer for offer in self.offers if offer.name == given), None)
        if found is None:
            names = ", ".join(settings.ENGINES)
            raise forms.ValidationError(
                gettext("Engine is one of: {names}. {given} was given.").format(names=names, given=quoted(given))
            )
        if found.problem:
            raise forms.ValidationError(found.problem)
        return str(given)

    def _check_length(self, sample: Sample, engine: str) -> None:
        """Said before anything is paid for; the sample stays."""
        shortest = registry.capabilities(engine).shortest_sample
        if sample.seconds < shortest:
            sentence = gettext("The sample is {found:.1f} seconds long; {engine} needs at least {limit:g} seconds.")
            figures = {"found": Figure(sample.seconds), "limit": Figure(shortest)}
            self.add_error("engine", sentence.format(engine=naming.title(engine), **figures))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        sample = cleaned.get("sample")
        upload = cleaned.get("file")
        if upload and not sample:
            try:
                sample = take_in(self.user, upload, transcript=cleaned.get("script", ""))
            except SampleRefused as error:
                self.add_error("file", str(error))
        if sample is None and "file" not in self.errors:
            self.add_error("file", gettext("Record or upload a sample first: some seconds of one person speaking."))
        self.kept_sample = cleaned["sample"] = sample
        self.check_consent(sample)
        if sample and cleaned.get("engine"):
            self._check_length(sample, cleaned["engine"])
        if sample:
            refusal = report_card(sample).refusal
            if refusal:
                self.add_error("sample", refusal)
        return cleaned
