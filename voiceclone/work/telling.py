"""Sentences in the languages of the pages, for a row that whoever reads it may read in another one."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext, override

from voiceclone.figures import Figure
from voiceclone.said import Said


def in_each_language(sentence: object) -> tuple[str, dict[str, str]]:
    """A sentence in English, and in each other language that has other words for it."""
    with override(settings.LANGUAGE_CODE):
        english, others = str(sentence), {}
    for language, _ in settings.LANGUAGES if english else ():
        with override(language):
            text = _told(sentence)
        if text != english and language != settings.LANGUAGE_CODE:
            others[language] = text
    return english, others


def _told(sentence: object) -> str:
    """In the active language; what is nobody's pattern, such as a vendor's words, stays as it is."""
    pattern, values = (sentence.pattern, sentence.values) if isinstance(sentence, Said) else (sentence, {})
    text = gettext(str(pattern))
    return text.format(**{name: _filled_in(value) for name, value in values.items()}) if values else text


def _filled_in(value: object) -> object:
    if isinstance(value, Said):
        return _told(value)
    return Figure(value) if isinstance(value, int | float) else value
