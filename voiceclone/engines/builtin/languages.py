"""From a `language_boost` value of the v3 contract to the espeak-ng voice that speaks it."""

from __future__ import annotations

import re
from collections import Counter

from voiceclone.engines.base import EngineError

VOICES: dict[str, str | None] = {
    "Chinese": "cmn",
    "Chinese,Yue": "yue",
    "English": "en-us",
    "Arabic": "ar",
    "Russian": "ru",
    "Spanish": "es",
    "French": "fr",
    "Portuguese": "pt-br",
    "German": "de",
    "Turkish": "tr",
    "Dutch": "nl",
    "Ukrainian": "uk",
    "Vietnamese": "vi",
    "Indonesian": "id",
    "Japanese": "ja",
    "Italian": "it",
    "Korean": "ko",
    "Thai": "th",
    "Polish": "pl",
    "Romanian": "ro",
    "Greek": "el",
    "Czech": "cs",
    "Finnish": "fi",
    "Hindi": "hi",
    "Bulgarian": "bg",
    "Danish": "da",
    "Hebrew": "he",
    "Malay": "ms",
    "Persian": "fa",
    "Slovak": "sk",
    "Swedish": "sv",
    "Croatian": "hr",
    "Filipino": None,
    "Hungarian": "hu",
    "Norwegian": "nb",
    "Slovenian": "sl",
    "Catalan": "ca",
    "Nynorsk": None,
    "Tamil": "ta",
    "Afrikaans": "af",
}
"""Every language of the contract; None where espeak-ng has no voice for it."""

SUPPORTED = frozenset([*(name for name, voice in VOICES.items() if voice), "auto"])

_SCRIPTS = (
    # Kana before Han: Japanese mixes both, Chinese never has kana.
    ("Japanese", re.compile(r"[\u3040-\u30ff]"), 5),
    ("Korean", re.compile(r"[\u1100-\u11ff\uac00-\ud7af]"), 1),
    ("Chinese", re.compile(r"[\u3400-\u9fff]"), 1),
    ("Ukrainian", re.compile(r"[іїєґІЇЄҐ]"), 20),
    ("Russian", re.compile(r"[\u0400-\u04ff]"), 1),
    ("Greek", re.compile(r"[\u0370-\u03ff]"), 1),
    ("Persian", re.compile(r"[پچژگ]"), 20),
    ("Arabic", re.compile(r"[\u0600-\u06ff]"), 1),
    ("Hebrew", re.compile(r"[\u0590-\u05ff]"), 1),
    ("Thai", re.compile(r"[\u0e00-\u0e7f]"), 1),
    ("Hindi", re.compile(r"[\u0900-\u097f]"), 1),
    ("Tamil", re.compile(r"[\u0b80-\u0bff]"), 1),
    ("English", re.compile(r"[A-Za-z\u00c0-\u024f]"), 1),
)
"""A script's most likely language, and how much one of its letters counts."""
_KANJI = re.compile(r"[\u3400-\u9fff]")


def guess(text: str) -> str:
    """The language a script suggests: English for Latin letters, which many languages share, and where nothing does."""
    votes = Counter({name: weight * len(letters.findall(text)) for name, letters, weight in _SCRIPTS})
    name, count = votes.most_common(1)[0]
    return name if count else "English"


def voice_for(language: str, text: str) -> str:
    """The espeak-ng voice for a text. Raises EngineError, in words, where this engine cannot read it."""
    name = guess(text) if language == "auto" else language
    voice = VOICES.get(name)
    if voice is None:
        raise EngineError(f"The built-in engine cannot speak {name}. Choose another language or another engine.")
    if name == "Japanese" and (kanji := _KANJI.search(text)):
        raise EngineError(
            f"The built-in engine cannot read kanji ({kanji.group()}). Write the text in hiragana or katakana, "
            "or use another engine."
        )
    return voice
