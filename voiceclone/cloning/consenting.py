"""The part of the clone form in which somebody says whose voice it is, and shows it where the site asks for that."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from voiceclone.accounts.models import User
from voiceclone.figures import Figure
from voiceclone.predictions.fields import OptionField, TextField
from voiceclone.samples.intake import SampleRefused
from voiceclone.samples.models import Sample
from voiceclone.samples.names import clean_name
from voiceclone.voices import readings
from voiceclone.voices.models import Consent, Evidence, Whose
from voiceclone.work.leases import Status

FILE_MB = 10
SHORTEST_DECLARATION, LONGEST_DECLARATION = 20, 2000
READ_ALOUD = "read_aloud"  # a value of CONSENT
CHOICES = [one for one in Whose.choices if one[0] != Whose.NOBODY]


def _same_recording(one: Sample | None, other: Sample) -> bool:
    """Also where one of the two is a part of it, or a cleaned one."""
    return one is not None and one.source_sample.pk == other.source_sample.pk


class ConsentForm(forms.Form):
    """Whose voice, the line to tick, the sentence read aloud, or a declaration with a file."""

    whose = OptionField(
        CHOICES, Whose.MINE, initial=Whose.MINE, label=_("Whose voice is it?"), widget=forms.RadioSelect
    )
    consent = forms.BooleanField(
        label=Consent.STATEMENT,
        error_messages={"required": _("Tick this line first: a voice is cloned only with its speaker's consent.")},
    )
    declaration = TextField(
        LONGEST_DECLARATION,
        title=_("What you say about the permission"),
        label=_("Who is the speaker, and how do you know that they agree?"),
        rows=3,
        help_text=_("In your own words. Kept with the voice as a record."),
    )
    permission_file = forms.FileField(
        label=_("A file that shows it"),
        required=False,
        help_text=_("If you have one: a letter, a form, a recording; at most 10 MB. It is kept with the voice."),
    )
    permission = forms.ModelChoiceField(Evidence.objects.none(), required=False, widget=forms.HiddenInput)
    reading_file = forms.FileField(required=False)
    challenge = forms.CharField(required=False, widget=forms.HiddenInput)
    sample_says_it = forms.BooleanField(required=False)  # the sample is the sentence, read aloud
    reading = forms.ModelChoiceField(Evidence.objects.none(), required=False, widget=forms.HiddenInput)

    user: User

    def offer_consent(self) -> None:
        """What of it this person may choose: their own evidence that belongs to no voice yet."""
        mine = Evidence.objects.for_user(self.user).filter(consent=None)
        self.fields["reading"].queryset = mine.filter(kind=Evidence.Kind.READING)  # type: ignore[attr-defined]
        self.fields["permission"].queryset = mine.filter(kind=Evidence.Kind.FILE)  # type: ignore[attr-defined]
        if not self.must_read_aloud:
            self.fields["whose"].choices = [one for one in CHOICES if one[0] != Whose.CANNOT_SPEAK]  # type: ignore[attr-defined]
        self.kept_reading: Evidence | None = None
        self.kept_permission: Evidence | None = None

    @property
    def must_read_aloud(self) -> bool:
        return bool(settings.CONSENT == READ_ALOUD)

    @property
    def needs_approval(self) -> bool:
        """Nobody has read it aloud, so an admin decides."""
        return self.must_read_aloud and self.cleaned_data["whose"] not in (Whose.MINE, Whose.NOBODY)

    def check_consent(self, sample: Sample | None) -> None:
        """Call it in `clean`. What was read or uploaded is kept, whatever else is wrong with the form."""
        self.kept_permission = self._permission()
        if sample is not None and sample.source == Sample.Source.DEMO:
            self._ask_nobody()
            return
        whose = self.cleaned_data.get("whose", Whose.MINE)
        if whose == Whose.MINE:
            self.kept_reading = self._reading(sample)
            self._check_reading(sample)
            return
        words = self.cleaned_data.get("declaration", "")
        if "declaration" not in self.errors and len(words) < SHORTEST_DECLARATION:
            sentence = gettext(
                "Say who the speaker is and how you know that they agree, in at least {limit} characters; {found} were "
                "given."
            )
            self.add_error("declaration", sentence.format(limit=SHORTEST_DECLARATION, found=len(words)))

    def _ask_nobody(self) -> None:
        """Speech that the project made: nobody has to agree, so no answer about it can be wrong."""
        for name in ("whose", "consent", "declaration"):
            self.errors.pop(name, None)
        self.cleaned_data["whose"] = Whose.NOBODY

    def _permission(self) -> Evidence | None:
        upload = self.cleaned_data.get("permission_file")
        if not upload:
            return self.cleaned_data.get("permission")
        if upload.size > FILE_MB << 20:
            sentence = gettext("The file is {found:.1f} MB; the limit is {limit} MB.")
            self.add_error("permission_file", sentence.format(found=Figure(upload.size / (1 << 20)), limit=FILE_MB))
            return self.cleaned_data.get("permission")
        row = Evidence(owner=self.user, kind=Evidence.Kind.FILE, status=Status.COMPLETED, size=upload.size)
        row.original_name = clean_name(upload.name)
        row.sha256 = hashlib.sha256(b"".join(upload.chunks())).hexdigest()
        upload.seek(0)
        row.file.save("file", upload, save=False)
        row.save(force_insert=True)
        return row

    def _reading(self, sample: Sample | None) -> Evidence | None:
        """The one that was compared meanwhile; or, from a browser without JavaScript, one that comes with the form."""
        upload = self.cleaned_data.get("reading_file")
        says_it = sample if self.cleaned_data.get("sample_says_it") else None
        if not upload and not says_it:
            return self.cleaned_data.get("reading")
        try:
            challenge = readings.unsign(self.user, self.cleaned_data.get("challenge", ""))
            if says_it:
                return readings.from_sample(says_it, challenge)
            assert upload
            return readings.take_in(self.user, upload, challenge, sample)
        except (readings.Stale, SampleRefused) as error:
            self.add_error("reading", str(error))
            return None

    def _check_reading(self, sample: Sample | None) -> None:
        reading, voice_id = self.kept_reading, self.cleaned_data.get("custom_voice_id")
        if reading is None:
            if self.must_read_aloud and "reading" not in self.errors:
                self.add_error("reading", gettext("Read the sentence aloud first: this site asks for it."))
        elif reading.is_unfinished:
            self.add_error(
                "reading",
                gettext("What you read is still being compared. Wait some seconds, then press “Clone voice” again."),
            )
        elif not reading.is_good and self.must_read_aloud:
            self.add_error("reading", reading.reason)
        elif reading.is_good and sample and not _same_recording(reading.sample, sample):
            self.add_error(
                "reading",
                gettext("The sentence was read for another sample. Read it again: the two voices are compared."),
            )
        elif reading.is_good and voice_id and reading.voice_id != voice_id:
            sentence = gettext(
                "The sentence that you read names “{read}”, and the voice is to be “{wanted}”. Read the sentence for "
                "it, or take the voice ID back."
            )
            self.add_error("reading", sentence.format(read=reading.voice_id, wanted=voice_id))

    def give_consent(self, method: str = Consent.Method.TICKED) -> Consent:
        """Write it down. Call it in the transaction that makes the voice."""
        whose = self.cleaned_data["whose"]
        facts: dict[str, Any] = {"whose": whose, "statement": Consent.STATEMENTS[whose]}
        evidence = self.kept_permission
        if whose == Whose.NOBODY:
            method, evidence = Consent.Method.NOTED, None
        elif whose == Whose.MINE:
            evidence = self.kept_reading if self.kept_reading and self.kept_reading.is_good else None
            if evidence:
                method = Consent.Method.READ_ALOUD
                facts |= {
                    "statement": evidence.sentence,
                    "heard": evidence.heard,
                    "agreement": evidence.agreement,
                    "likeness": evidence.likeness,
                }
        else:
            facts["declaration"] = self.cleaned_data["declaration"]
        return Consent.give(self.user, method=method, evidence=evidence, **facts)
