"""Finding tasks in the history: by words in their text, voice, model, status and day. Odd values are ignored."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from voiceclone.accounts.models import User
from voiceclone.predictions import catalog
from voiceclone.predictions.models import CLONE, Prediction, PredictionQuerySet
from voiceclone.voices.models import Voice
from voiceclone.work.leases import UNFINISHED, Status

RUNNING, SPEECH = "running", "speech"
STATUSES = {
    RUNNING: UNFINISHED,
    **{str(status): (status,) for status in (Status.COMPLETED, Status.FAILED, Status.CANCELLED)},
}
DAY = {"type": "date"}


class HistoryForm(forms.Form):
    """The address of a history page says what is looked for, so this form is always sent by GET."""

    q = forms.CharField(
        required=False, max_length=200, label=_("Words of the text"), widget=forms.TextInput({"type": "search"})
    )
    voice = forms.ChoiceField(required=False, label=_("Voice"))
    model = forms.ChoiceField(required=False, label=_("Model"))
    since = forms.DateField(required=False, label=_("From (UTC)"), widget=forms.DateInput(DAY, "%Y-%m-%d"))
    until = forms.DateField(required=False, label=_("To (UTC)"), widget=forms.DateInput(DAY, "%Y-%m-%d"))
    status = forms.ChoiceField(
        required=False,
        label=_("Status"),
        choices=[
            ("", _("Any status")),
            (RUNNING, _("In progress")),
            (Status.COMPLETED, _("Completed")),
            (Status.FAILED, _("Failed")),
            (Status.CANCELLED, _("Cancelled")),
        ],
    )

    def __init__(self, user: User, given: QueryDict) -> None:
        super().__init__(given, auto_id="find-%s")
        self.user = user
        names = Voice.objects.for_user(user).order_by("created_at").values_list("voice_id", "name")
        voices = {voice_id: name or voice_id for voice_id, name in names}  # the latest of an ID names it
        voices = dict(sorted(voices.items(), key=lambda voice: voice[1].lower()))
        self._choose("voice", [("", gettext("Any voice")), *voices.items()])
        kinds = [("", gettext("Any model")), (CLONE, gettext("Clones")), (SPEECH, gettext("All speech"))]
        self._choose("model", [*kinds, *((model.id, model.name) for model in catalog.SPEECH_MODELS)])

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def wanted(self) -> dict[str, Any]:
        """What is looked for, without what makes no sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def found(self) -> PredictionQuerySet:
        wanted, rows = self.wanted, Prediction.objects.for_user(self.user)
        if words := wanted.get("q"):
            rows = rows.saying(words)
        if voice_id := wanted.get("voice"):
            rows = rows.filter(voice__voice_id=voice_id)
        if model := wanted.get("model"):
            rows = rows.exclude(model=CLONE) if model == SPEECH else rows.filter(model=model)
        if status := wanted.get("status"):
            rows = rows.filter(status__in=STATUSES[status])
        if since := wanted.get("since"):
            rows = rows.filter(created_at__gte=_midnight(since))
        if until := wanted.get("until"):
            rows = rows.filter(created_at__lt=_midnight(until) + timedelta(days=1))
        return rows


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
