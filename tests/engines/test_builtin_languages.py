"""Which languages the built-in engine speaks, and how it guesses."""

from __future__ import annotations

import pytest

from voiceclone.engines.base import EngineError
from voiceclone.engines.builtin.espeak import espeak
from voiceclone.engines.builtin.languages import SUPPORTED, VOICES, runs

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
        runs(language, "Hello", "Hello")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Good morning", "English"),
        ("你好，世界", "Chinese"),
        ("とうきょうへいきます", "Japanese"),
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
    assert [(run.text, run.voice) for run in runs("auto", text, text)] == [(text, VOICES[language])]


@pytest.mark.parametrize(
    ("language", "text", "pieces"),
    [
        ("auto", "Say 你好 to her.", [("Say ", "en-us"), ("你好 ", "cmn"), ("to her.", "en-us")]),
        ("auto", "(Привет, world!)", [("(Привет, ", "ru"), ("world!)", "en-us")]),
        ("Spanish", "Hola, мир.", [("Hola, ", "es"), ("мир.", "ru")]),
        ("Chinese,Yue", "你好 London", [("你好 ", "yue"), ("London", "en-us")]),
        ("Bulgarian", "Добро утро 7", [("Добро утро 7", "bg")]),
        ("German", "12", [("12", "de")]),
    ],
)
def test_a_sentence_changes_its_language_with_its_script(
    language: str, text: str, pieces: list[tuple[str, str]]
) -> None:
    assert [(run.text, run.voice) for run in runs(language, text, text)] == pieces


def test_a_sentence_without_telltale_letters_follows_the_rest_of_its_text() -> None:
    assert runs("auto", "Добрий ранок.", "Добрий ранок. Як ти, їжаче?")[0].voice == "uk"


def test_kanji_are_refused_rather_than_misread() -> None:
    with pytest.raises(EngineError, match="cannot read kanji"):
        runs("Japanese", "東京", "東京")
    with pytest.raises(EngineError, match="cannot read kanji"):
        runs("auto", "東京へいきます", "東京へいきます")
