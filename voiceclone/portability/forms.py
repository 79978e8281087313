"""Deleting an account, and importing a voice: what has to be said, checked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from voiceclone.accounts.models import User
from voiceclone.portability import erasure, importing, passport_reader
from voiceclone.portability.passport import EXTENSION
from voiceclone.portability.passport_reader import NotImportable, Passport
from voiceclone.samples.intake import SampleRefused
from voiceclone.samples.models import Sample
from voiceclone.voices import voice_id
from voiceclone.voices.models import Consent

PHRASE = _("delete my account")
DAY = 86400
MUST_BE_READ = _(
    "This site clones a voice only where its speaker reads a sentence aloud here, so nothing can be imported. A "
    "passport is a ZIP: clone the sample.flac in it on the clone page."
)


class EraseForm(forms.Form):
    confirmation = forms.CharField(
        label=format_lazy(_("Type your email address or “{phrase}” to confirm"), phrase=PHRASE),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )
    last_admin = forms.BooleanField(
        label=_("I am the only admin. I know that nobody will be able to administer this site."),
        error_messages={"required": _("Tick this line, or make somebody else an admin first.")},
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if not erasure.is_last_admin(user):
            del self.fields["last_admin"]

    def clean_confirmation(self) -> str:
        value = self.cleaned_data["confirmation"].strip()
        if value.lower() not in (self.user.email.lower(), "delete my account", str(PHRASE)):
            sentence = (
                gettext("Type your email address or “{phrase}” here; “{value}” was typed.")
                if value
                else gettext("Type your email address or “{phrase}” here; nothing was typed.")
            )
            raise forms.ValidationError(sentence.format(phrase=PHRASE, value=value))
        return str(value)


class ImportForm(forms.Form):
    file = forms.FileField(
        label=_("Voice passport"),
        required=False,
        allow_empty_file=True,  # so that our own sentence says what is wrong with it
        widget=forms.FileInput(attrs={"accept": EXTENSION}),
        help_text=format_lazy(
            _("Its name ends in {ending}; {limit} MB at most."), ending=EXTENSION, limit=passport_reader.MAX_MB
        ),
    )
    voice_id = forms.CharField(
        label=_("Voice ID"),
        required=False,
        widget=forms.TextInput(
            attrs={"class": "mono", "spellcheck": "false", "autocapitalize": "off", "autocomplete": "off"}
        ),
        help_text=_("Leave it empty to keep the one in the passport."),
    )
    kept = forms.CharField(required=False, widget=forms.HiddenInput)
    consent = forms.BooleanField(
        label=Consent.STATEMENT,
        error_messages={"required": _("Tick this line first: consent that was given elsewhere does not count here.")},
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.passport: Passport | None = None
        """The passport so far, valid form or not: nothing that was uploaded is lost."""
        self.sample: Sample | None = None
        self.kept_value = ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if settings.CONSENT == "read_aloud":
            self.add_error("file", str(MUST_BE_READ))
            return cleaned
        try:
            self._take_in(cleaned.get("file"), cleaned.get("kept", ""))
        except (NotImportable, SampleRefused) as error:
            self.add_error("file", str(error))
            return cleaned
        if self.passport is None:
            if "file" not in self.errors:
                self.add_error("file", gettext("Choose a voice passport first."))
            return cleaned
        cleaned["voice_id"] = cleaned.get("voice_id") or self.passport.voice_id
        problem = voice_id.problem(cleaned["voice_id"])
        if not problem and voice_id.is_taken(self.user, cleaned["voice_id"]):
            sentence = gettext("You already have a voice with the ID “{value}”. Choose another one for this one.")
            problem = sentence.format(value=cleaned["voice_id"])
        if problem:
            self.data = {**dict(self.data.items()), "voice_id": cleaned["voice_id"]}  # shown, to be changed
            self.add_error("voice_id", problem)
        return cleaned

    def _take_in(self, upload: Any, kept: str) -> None:
        """From the upload; without one, from what an earlier try left in the form, signed so that it is still ours."""
        if upload is not None:
            description, self.sample = importing.take_in(self.user, upload, upload.size)
        elif kept:
            try:
                pk, description = signing.loads(kept, salt=self._salt(), max_age=DAY)
            except signing.BadSignature as error:
                raise NotImportable(
                    gettext("Choose the passport once more: this page was open for too long.")
                ) from error
            self.sample = Sample.objects.for_user(self.user).filter(pk=pk).first()
            if self.sample is None:
                raise NotImportable(gettext("Choose the passport once more: its sample was deleted meanwhile."))
        else:
            return
        self.passport = passport_reader.understand(description)
        self.kept_value = signing.dumps([str(self.sample.pk), description], salt=self._salt(), compress=True)

    def _salt(self) -> str:
        return f"voice passport of {self.user.pk}"
