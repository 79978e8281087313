"""Form fields that keep the ranges of the v3 contract. What is wrong is said in one sentence: field, limit, value.

They take what a page sends (texts) and what a client sends (JSON values) alike; what is left out gets `default`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.formats import number_format
from django.utils.functional import Promise, lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from voiceclone.engines import registry
from voiceclone.figures import Figure
from voiceclone.predictions import naming

SHOWN = 40  # characters of a value that is quoted back


def quoted(value: object) -> str:
    text = str(value)
    return gettext("“{text}”").format(text=text if len(text) <= SHOWN else text[: SHOWN - 1] + "…")


def _in_figures(number: float) -> str:
    return str(number_format(Decimal(f"{number:.10g}"), force_grouping=True))


in_figures = lazy(_in_figures, str)
"""A number as the reader's language writes it: 0.5 or 0,5, 32,000 or 32.000."""


class NumberField(forms.Field):
    """A number in a closed range; `whole`: without a fraction."""

    widget = forms.NumberInput

    def __init__(
        self, minimum: float, maximum: float, default: float, step: float, *, whole: bool = False, **kwargs: Any
    ) -> None:
        self.minimum, self.maximum, self.default, self.whole = minimum, maximum, default, whole
        kwargs.setdefault(
            "help_text",
            format_lazy(_("{minimum} to {maximum}"), minimum=in_figures(minimum), maximum=in_figures(maximum)),
        )
        widget = forms.NumberInput(attrs={"min": minimum, "max": maximum, "step": step})
        super().__init__(required=False, widget=widget, **kwargs)

    def clean(self, value: Any) -> float | int:
        if value in (None, ""):
            return int(self.default) if self.whole else float(self.default)
        try:
            number = float(value) if not isinstance(value, bool) else math.nan
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number) or (self.whole and number != int(number)):
            sentence = (
                gettext("{field} is a whole number; {given} was given.")
                if self.whole
                else gettext("{field} is a number; {given} was given.")
            )
            raise forms.ValidationError(sentence.format(field=self.label, given=quoted(value)))
        if not self.minimum <= number <= self.maximum:
            sentence = gettext("{field} is between {minimum:g} and {maximum:g}; {given:g} was given.")
            raise forms.ValidationError(
                sentence.format(
                    field=self.label, minimum=Figure(self.minimum), maximum=Figure(self.maximum), given=Figure(number)
                )
            )
        return int(number) if self.whole else number


class OptionField(forms.ChoiceField):
    """One of some values, which are all texts or all whole numbers."""

    def __init__(
        self,
        options: Sequence[tuple[Any, Any]],
        default: Any = None,
        *,
        unset: str | Promise | None = None,
        **kwargs: Any,
    ) -> None:
        self.values, self.default = {str(value): value for value, _ in options}, default
        shown: Iterable[tuple[Any, Any]] = options if unset is None else [("", unset), *options]
        super().__init__(required=False, choices=list(shown), **kwargs)

    def clean(self, value: Any) -> Any:
        if value in (None, ""):
            return self.default
        if str(value) not in self.values or isinstance(value, bool):
            named = ", ".join(self.values)
            sentence = gettext("{field} is one of: {names}. {given} was given.")
            raise forms.ValidationError(sentence.format(field=self.label, names=named, given=quoted(value)))
        return self.values[str(value)]


class TextField(forms.CharField):
    """A text of at most `limit` characters, counted as the contract counts them: code points."""

    def __init__(
        self, limit: int, *, title: str | Promise, rows: int, counter: str = "", default: str = "", **kwargs: Any
    ) -> None:
        self.limit, self.title, self.default = limit, title, default
        counting = {"data-counter": counter, "data-max": limit} if counter else {}
        kwargs.setdefault("required", False)
        super().__init__(widget=forms.Textarea(attrs={"rows": rows, **counting}), **kwargs)

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        if len(text) > self.limit:
            sentence = gettext("{field} has {found:,} characters; the limit is {limit:,}.")
            raise forms.ValidationError(
                sentence.format(field=self.title, found=Figure(len(text)), limit=Figure(self.limit))
            )
        return text or self.default


class PronunciationField(forms.Field):
    """How words are to be said: pairs such as `omg/oh my god`, one a line in a page, a list from a client."""

    widget = forms.Textarea
    PAIRS, LENGTH = 100, 200

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"rows": 2, "placeholder": "GIF/jif", "spellcheck": "false"}
        super().__init__(required=False, widget=forms.Textarea(attrs=attrs), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        lines = value if isinstance(value, list) else str(value or "").splitlines()
        pairs = [str(line).strip() for line in lines if str(line).strip()]
        if len(pairs) > self.PAIRS:
            sentence = gettext("{field} has {found} pairs; the limit is {limit}.")
            raise forms.ValidationError(sentence.format(field=self.label, found=len(pairs), limit=self.PAIRS))
        for pair in pairs:
            alias, slash, said = (part.strip() for part in pair.partition("/"))
            if not (alias and slash and said):
                sentence = gettext("{field} has pairs such as omg/oh my god, with a slash between; {given} was given.")
                raise forms.ValidationError(sentence.format(field=self.label, given=quoted(pair)))
            if len(pair) > self.LENGTH:
                sentence = gettext("A pair of {field} has {found} characters; the limit is {limit}.")
                raise forms.ValidationError(sentence.format(field=self.label, found=len(pair), limit=self.LENGTH))
        return pairs


def can_speak(engine: str, language: str) -> str:
    """The language, where that engine can speak it."""
    if language not in registry.capabilities(engine).languages:
        sentence = gettext("{engine} cannot speak {language} yet.")
        name = naming.language_in_a_sentence(language)
        raise forms.ValidationError(sentence.format(engine=naming.title(engine), language=name))
    return language
