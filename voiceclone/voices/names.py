"""Names: how long a voice's may be, its title as it is sought and put in order, and a text that may be looked up."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from django.db import models

LONGEST = 80
ACCENTS = range(0x300, 0x370)
FOLDED = 256


def fold(text: str) -> str:
    """“Ärzte” → “arzte”: in every database the same, and found without its accents."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if ord(c) not in ACCENTS)
    return unicodedata.normalize("NFC", plain.casefold())[:FOLDED]


if TYPE_CHECKING:
    TextField = models.CharField[str, str]
else:
    TextField = models.CharField


class FoldedTitle(TextField):
    """The title of its voice, folded, whenever that is saved."""

    def pre_save(self, model_instance: Any, add: bool) -> str:
        folded = fold(model_instance.name or model_instance.voice_id)
        setattr(model_instance, self.attname, folded)
        return folded


class LookedUpText(TextField):
    """A text that people and programs look rows up by, whatever they send.

    PostgreSQL refuses a NUL even in a question; what stands for it here is in no such text either.
    """

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return value.replace("\0", "\ufffd") if isinstance(value, str) else value
