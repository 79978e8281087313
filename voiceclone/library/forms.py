"""The one form of the library: a voice's name."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from voiceclone.samples.names import on_one_line
from voiceclone.voices.names import LONGEST


class NameField(forms.CharField):
    """What nobody sees is left out before anything is said about the rest."""

    def to_python(self, value: Any) -> str:
        return on_one_line(super().to_python(value) or "")


class NameForm(forms.Form):
    name = NameField(
        label=_("Name"),
        required=False,
        widget=forms.TextInput(
            attrs={"autofocus": True, "autocomplete": "off", "data-counter": "name-count", "data-max": LONGEST}
        ),
    )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if len(name) > LONGEST:
            raise forms.ValidationError(
                gettext("A name has at most {limit} characters; this one has {found}.").format(
                    limit=LONGEST, found=len(name)
                )
            )
        return name
