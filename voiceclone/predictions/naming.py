"""What pages call engines, languages and emotions, in the reader's language; what is stored stays the contract's."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from voiceclone.engines import registry
from voiceclone.predictions import catalog

LANGUAGES = {
    "Chinese": _("Chinese"),
    "Chinese,Yue": _("Chinese,Yue"),
    "English": _("English"),
    "Arabic": _("Arabic"),
    "Russian": _("Russian"),
    "Spanish": _("Spanish"),
    "French": _("French"),
    "Portuguese": _("Portuguese"),
    "German": _("German"),
    "Turkish": _("Turkish"),
    "Dutch": _("Dutch"),
    "Ukrainian": _("Ukrainian"),
    "Vietnamese": _("Vietnamese"),
    "Indonesian": _("Indonesian"),
    "Japanese": _("Japanese"),
    "Italian": _("Italian"),
    "Korean": _("Korean"),
    "Thai": _("Thai"),
    "Polish": _("Polish"),
    "Romanian": _("Romanian"),
    "Greek": _("Greek"),
    "Czech": _("Czech"),
    "Finnish": _("Finnish"),
    "Hindi": _("Hindi"),
    "Bulgarian": _("Bulgarian"),
    "Danish": _("Danish"),
    "Hebrew": _("Hebrew"),
    "Malay": _("Malay"),
    "Persian": _("Persian"),
    "Slovak": _("Slovak"),
    "Swedish": _("Swedish"),
    "Croatian": _("Croatian"),
    "Filipino": _("Filipino"),
    "Hungarian": _("Hungarian"),
    "Norwegian": _("Norwegian"),
    "Slovenian": _("Slovenian"),
    "Catalan": _("Catalan"),
    "Nynorsk": _("Nynorsk"),
    "Tamil": _("Tamil"),
    "Afrikaans": _("Afrikaans"),
}
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
    return str(_("Found out from the text") if value == catalog.AUTO else LANGUAGES.get(str(value), value))


def emotion(value: object) -> str:
    return str(EMOTIONS.get(str(value), value))
