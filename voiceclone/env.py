"""Typed readers for the environment: `X`, or the content of the file that `X_FILE` names.

Each raises ImproperlyConfigured with a sentence that names the variable, what it holds and what it may hold.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")


def text(name: str, default: str = "") -> str:
    file = os.environ.get(f"{name}_FILE")
    if file:
        try:
            return Path(file).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(
                f"{name}_FILE names {file!r}, which cannot be read: {error.strerror}."
            ) from error
        except UnicodeDecodeError:
            raise ImproperlyConfigured(f"{name}_FILE names {file!r}, which is no text.") from None
    return os.environ.get(name, default).strip()


def flag(name: str, default: bool) -> bool:
    value = text(name).lower()
    if not value and name not in os.environ:
        return default
    if value not in TRUE + FALSE:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be 1 or 0.")
    return value in TRUE


def number(name: str, default: float, *, minimum: float, maximum: float) -> float:
    raw = text(name) or str(default)
    try:
        value = float(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {raw!r}; it must be a number.") from None
    if not minimum <= value <= maximum:
        raise ImproperlyConfigured(f"{name} is {raw}; it must be between {minimum:g} and {maximum:g}.")
    return value


def whole(name: str, default: int, *, minimum: int, maximum: int) -> int:
    value = number(name, default, minimum=minimum, maximum=maximum)
    if value != int(value):
        raise ImproperlyConfigured(f"{name} is {value:g}; it must be a whole number.")
    return int(value)


def choice(name: str, default: str, allowed: Sequence[str]) -> str:
    value = text(name) or default
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be one of: {', '.join(allowed)}.")
    return value


def words(name: str) -> list[str]:
    """A list separated by commas."""
    return [word.strip() for word in text(name).split(",") if word.strip()]


def choices(name: str, allowed: Sequence[str]) -> list[str]:
    """Some of a few words, separated by commas; none where it is unset."""
    found = words(name)
    for value in found:
        if value not in allowed:
            raise ImproperlyConfigured(f"{name} names {value!r}; it may name: {', '.join(allowed)}.")
    return found


def url(name: str, *schemes: str, example: str) -> str:
    """The address of a service. The sentence does not repeat the value: it may hold a password."""
    value = text(name)
    try:
        parts = urlsplit(value)
        wrong = bool(value) and (parts.scheme not in schemes or parts.port == 0 or " " in value)
    except ValueError:  # no port, or half an IPv6 address
        wrong = True
    if wrong:
        raise ImproperlyConfigured(f"{name} must look like {example}.")
    return value
