"""The one form of the library: a voice's name."""

from __future__ import annotations

from django import forms

from voiceclone.samples.names import on_one_line
from voiceclone.voices.names import LONGEST


class NameForm(forms.Form):
    name = forms.CharField(
        label="Name",
        required=False,
        widget=forms.TextInput(
            attrs={"autofocus": True, "autocomplete": "off", "data-counter": "name-count", "data-max": LONGEST}
        ),
    )

    def clean_name(self) -> str:
        name = on_one_line(self.cleaned_data["name"])
        if len(name) > LONGEST:
            raise forms.ValidationError(f"A name has at most {LONGEST} characters; this one has {len(name)}.")
        return name
