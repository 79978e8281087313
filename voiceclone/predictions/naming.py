"""What pages call engines, languages and emotions, in the reader's language; what is stored stays the contract's."""

from __future__ import annotations

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from voiceclone.engines import registry
from voiceclone.predictions import catalog

LANGUAGES = {value: _(value) for value in catalog.LANGUAGES_41}
EMOTIONS = {
    "happy": _("Happy"),
    "sad": _("Sad"),
    "angry": _("Angry"),
    "fearful": _("Fearful"),
    "disgusted": _("Disgusted"),
    "surprised": _("Surprised"),
    "neutral": _("Neutral"),
}


def title(engine: str) -> str:
    """“Built-in engine”; the bare name of one that is not there any more."""
    return gettext(registry.capabilities(engine).title) if engine in registry.available() else engine


def label(engine: str) -> str:
    """“Built-in engine · basic quality”."""
    if engine not in registry.available():
        return engine
    return f"{title(engine)} · {gettext(registry.capabilities(engine).quality)}"


def language(value: object) -> str:
    return str(_("Detected from the text") if value == catalog.AUTO else LANGUAGES.get(str(value), value))


def language_in_a_sentence(value: object) -> str:
    """English alone writes its languages with a capital."""
    name = language(value)
    return name if (get_language() or "en").startswith("en") else name.lower()


def emotion(value: object) -> str:
    return str(EMOTIONS.get(str(value), value))
