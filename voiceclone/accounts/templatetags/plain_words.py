"""Labels and help for the fields of allauth's forms."""

from __future__ import annotations

from typing import Any

from django import template

from voiceclone.accounts import words

register = template.Library()


@register.filter
def plain_label(field: Any) -> Any:
    """Empty where its own will do."""
    replaces = field.name == "password1" and "password2" in field.form.fields
    return words.NEW_PASSWORD if replaces else words.LABELS.get(field.name, "")


@register.filter
def plain_help(field: Any) -> Any:
    return words.HELP.get(field.name, "")
