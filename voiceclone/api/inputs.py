"""From a client's JSON to what our forms take, and from their errors to sentences that name the field.

Unknown keys are dropped and null is as good as nothing, as with the vendor. `"0.7"` is a number, `1` is a text or a
switch where one is wanted: command lines and low-code tools send them so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms

from voiceclone.api.errors import Refused
from voiceclone.predictions.fields import NumberField, OptionField, PronunciationField, quoted

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
SWITCH = {True: True, False: False, "true": True, "false": False, "1": True, "0": False, "": False}


class Wrong(ValueError):
    """This value is not what the field takes."""


def for_form(form: type[forms.Form], body: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a client for a form of ours. Raises Refused with all that is wrong in kind."""
    values, errors = {}, {}
    for name, field in form.base_fields.items():
        if body.get(name) is None:
            continue
        try:
            values[name] = _as_wanted(field, body[name])
        except Wrong as error:
            errors[name] = f"{_title(field, name)} is {error}; {quoted(body[name])} was given."
    if errors:
        raise refusal(errors)
    return values


def switch(body: Mapping[str, Any], name: str) -> bool:
    """One of the keys that are no field of a page, such as `enable_sync_mode`. Raises Refused."""
    try:
        return switched(body[name]) if body.get(name) is not None else False
    except Wrong as error:
        raise refusal({name: f"It is {error}; {quoted(body[name])} was given."}) from error


def text(body: Mapping[str, Any], name: str) -> str:
    """The same for a text; empty where it is not there. Raises Refused."""
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise refusal({name: f"It is a text; {quoted(value)} was given."})
    return (value or "").strip()


def switched(value: Any) -> bool:
    """Raises Wrong."""
    known = value.lower() if isinstance(value, str) else value
    if isinstance(known, list | dict) or known not in SWITCH:
        raise Wrong("true or false")
    return SWITCH[known]


def errors_of(form: forms.Form) -> dict[str, str]:
    """What a form has found wrong, a sentence for each field."""
    return {name: _sentence(form, name, errors[0]) for name, errors in form.errors.as_data().items()}


def refusal(errors: Mapping[str, str]) -> Refused:
    """400 with one sentence for each field, the name that clients know first."""
    message = " ".join(f'field "{name}": {sentence}' for name, sentence in errors.items())
    return Refused(400, message, errors=dict(errors))


def _as_wanted(field: forms.Field, value: Any) -> Any:
    if isinstance(field, forms.BooleanField):
        return switched(value)
    if isinstance(field, PronunciationField):
        if not isinstance(value, str) and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
            raise Wrong("an array of texts")
        return value
    if isinstance(field, NumberField):
        if isinstance(value, bool | list | dict) or (isinstance(value, str) and value and not NUMBER.fullmatch(value)):
            raise Wrong("a whole number" if field.whole else "a number")
        return value
    if isinstance(value, bool | list | dict):
        raise Wrong("a text")
    if isinstance(field, OptionField) and isinstance(value, float) and value.is_integer():
        return int(value)  # some clients send every number with a fraction
    return value if isinstance(value, str) else str(value)


def _title(field: forms.Field, name: str) -> str:
    return str(field.label or name)


def _sentence(form: forms.Form, name: str, error: Any) -> str:
    if error.code == "required":
        return f"{_title(form.fields[name], name)} is required, and was not given."
    return str(error.messages[0])
