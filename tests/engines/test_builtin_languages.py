"""Which languages the built-in engine speaks, and how it guesses."""

from __future__ import annotations

import pytest

from voiceclone.engines.base import EngineError
from voiceclone.engines.builtin.espeak import espeak
from voiceclone.engines.builtin.languages import SUPPORTED, VOICES, guess, voice_for

CONTRACT = [
    "Chinese",
    "Chinese,Yue",
    "English",
    "Arabic",
    "Russian",
    "Spanish",
    "French",
    "Portuguese",
    "German",
    "Turkish",
    "Dutch",
    "Ukrainian",
    "Vietnamese",
    "Indonesian",
    "Japanese",
    "Italian",
    "Korean",
    "Thai",
    "Polish",
    "Romanian",
    "Greek",
    "Czech",
    "Finnish",
    "Hindi",
    "Bulgarian",
    "Danish",
    "Hebrew",
    "Malay",
    "Persian",
    "Slovak",
    "Swedish",
    "Croatian",
    "Filipino",
    "Hungarian",
    "Norwegian",
    "Slovenian",
    "Catalan",
    "Nynorsk",
    "Tamil",
    "Afrikaans",
    "auto",
]


def test_every_language_of_the_contract_is_known() -> None:
    assert len(CONTRACT) == 41
    assert {*VOICES, "auto"} == set(CONTRACT)
    assert {*CONTRACT} - SUPPORTED == {"Filipino", "Nynorsk"}


@pytest.mark.parametrize("language", sorted(SUPPORTED - {"auto"}))
def test_espeak_has_its_voice(language: str) -> None:
    voice = VOICES[language]
    assert voice is not None
    assert len(espeak.speak("1 2 3", voice).phones) > 3


@pytest.mark.parametrize("language", ["Filipino", "Nynorsk", "Klingon"])
def test_a_language_it_cannot_speak_is_refused_in_words(language: str) -> None:
    with pytest.raises(EngineError, match=f"cannot speak {language}"):
        voice_for(language, "Hello")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Good morning", "English"),
        ("你好，世界", "Chinese"),
        ("東京へいきます", "Japanese"),
        ("안녕하세요", "Korean"),
        ("Доброе утро", "Russian"),
        ("Добрий ранок, їжаче", "Ukrainian"),
        ("Καλημέρα", "Greek"),
        ("صباح الخير", "Arabic"),
        ("گفت و چای پخت", "Persian"),
        ("בוקר טוב", "Hebrew"),
        ("สวัสดี", "Thai"),
        ("नमस्ते", "Hindi"),
        ("வணக்கம்", "Tamil"),
        ("123", "English"),
    ],
)
def test_auto_goes_by_the_script(text: str, language: str) -> None:
    assert guess(text) == language


def test_kanji_are_refused_rather_than_misread() -> None:
    with pytest.raises(EngineError, match="cannot read kanji"):
        voice_for("Japanese", "東京へいきます")
    assert voice_for("Japanese", "とうきょうへいきます") == "ja"
