"""From a `language_boost` value of the v3 contract to the espeak-ng voice that speaks it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from voiceclone.engines.base import EngineError
from voiceclone.said import Said

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

_LETTERS = {
    "Latin": "A-Za-z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff",
    "Greek": "\u0370-\u03ff\u1f00-\u1fff",
    "Cyrillic": "\u0400-\u052f",
    "Hebrew": "\u0590-\u05ff\ufb1d-\ufb4f",
    "Arabic": "\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc",
    "Devanagari": "\u0900-\u097f",
    "Tamil": "\u0b80-\u0bff",
    "Thai": "\u0e00-\u0e7f",
    "Hangul": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af",
    "East Asian": "\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff",
}
_SCRIPT_OF = {
    "Greek": "Greek",
    "Russian": "Cyrillic",
    "Ukrainian": "Cyrillic",
    "Bulgarian": "Cyrillic",
    "Hebrew": "Hebrew",
    "Arabic": "Arabic",
    "Persian": "Arabic",
    "Hindi": "Devanagari",
    "Tamil": "Tamil",
    "Thai": "Thai",
    "Korean": "Hangul",
    "Chinese": "East Asian",
    "Chinese,Yue": "East Asian",
    "Japanese": "East Asian",
}
"""The script of a language, where that is not Latin."""
_LIKELY = {
    "Latin": "English",  # which many languages share
    "Cyrillic": "Russian",
    "Arabic": "Arabic",
    "Devanagari": "Hindi",
    "Hangul": "Korean",
    "East Asian": "Chinese",
}
_TELLTALES = {
    "Cyrillic": ("Ukrainian", re.compile("[іїєґІЇЄҐ]")),
    "Arabic": ("Persian", re.compile("[پچژگ]")),
    "East Asian": ("Japanese", re.compile("[\u3040-\u30ff]")),
}
"""Letters that only the second language of a script has."""
_RUN = re.compile("|".join(f"([{letters}])" for letters in _LETTERS.values()))
_KANJI = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a sentence in one script, and the espeak-ng voice that reads it."""

    text: str
    voice: str

    @property
    def english(self) -> bool:
        return self.voice == VOICES["English"]


def guess(script: str, text: str) -> str:
    """The likeliest language of a script, by the letters of a text."""
    other, telltale = _TELLTALES.get(script, ("", None))
    return other if telltale and telltale.search(text) else _LIKELY.get(script, script)


def runs(language: str, sentence: str, text: str) -> list[Run]:
    """A sentence of a text, cut where its script changes; what is no letter goes with what is before it.

    `language` is a `language_boost` value and reads its own script, "auto" none; other scripts are read in their
    likeliest language. Raises EngineError, in words, where this engine cannot read it.
    """
    if language != "auto":
        _voice(language, "")
    own = _SCRIPT_OF.get(language, "Latin") if language != "auto" else ""
    cuts, scripts, names = [0], [""], tuple(_LETTERS)
    for letter in _RUN.finditer(sentence):
        script = names[(letter.lastindex or 1) - 1]
        if not scripts[-1]:
            scripts[0] = script
        elif script != scripts[-1]:
            cuts.append(letter.start())
            scripts.append(script)
    scripts[0] = scripts[0] or own or "Latin"  # a sentence without letters: a number
    found = []
    for script, start, beyond in zip(scripts, cuts, [*cuts[1:], len(sentence)], strict=True):
        # Han is Japanese beside kana, which may stand in another sentence of a Chinese text.
        name = language if script == own else guess(script, sentence if script == "East Asian" else text)
        found.append(Run(sentence[start:beyond], _voice(name, sentence[start:beyond])))
    return found


def _voice(language: str, text: str) -> str:
    voice = VOICES.get(language)
    if voice is None:
        raise EngineError(
            "The built-in engine cannot speak {language}. Choose another language or another engine.",
            language=Said(language),
        )
    if language == "Japanese" and (kanji := _KANJI.search(text)):
        raise EngineError(
            "The built-in engine cannot read kanji ({kanji}). Write the text in hiragana or katakana, or use another "
            "engine.",
            kanji=kanji.group(),
        )
    return voice
