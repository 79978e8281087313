"""Every text is translated, whole, and what is compiled is what is written; who reads which language."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from voiceclone.accounts.models import User
from voiceclone.api.catalog import request_schema
from voiceclone.management.commands import languages
from voiceclone.predictions import asked
from voiceclone.predictions.catalog import CLONE
from voiceclone.predictions.models import Prediction
from voiceclone.speech.forms import SpeechForm
from voiceclone.voices import voice_id
from voiceclone.voices.models import Voice

OTHERS = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
SPANISH = {"HTTP_ACCEPT_LANGUAGE": "es-MX,es;q=0.9,en;q=0.5"}
PLACEHOLDER = re.compile(r"%\(\w+\)|\{[^}]*\}|</?\w+|%[sd]")


def strings(message: Any) -> list[tuple[str, str]]:
    """Each form of a text beside its translation."""
    if isinstance(message.id, tuple):
        return [(message.id[min(form, 1)], string) for form, string in enumerate(message.string)]
    return [(message.id, message.string)]


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language: str) -> None:
    """Where it fails: `manage.py languages`, fill in what is empty in locale/*/LC_MESSAGES/django.po, and once more."""
    catalog = languages.translated(language)
    texts = {(message.context, message.id): message for message in languages.collected() if message.id}
    known = {(message.context, message.id): message for message in catalog if message.id}
    assert not [text for text in texts if text not in known]
    assert not [text for text in known if text not in texts]
    assert not [message.id for message in known.values() if message.fuzzy]
    assert not [message.id for message in known.values() if not all(new for _, new in strings(message))]


@pytest.mark.parametrize("language", OTHERS)
def test_translations_keep_what_is_filled_in_and_the_markup(language: str) -> None:
    for message in languages.translated(language):
        if message.id:
            for old, new in strings(message):
                assert set(PLACEHOLDER.findall(old)) == set(PLACEHOLDER.findall(new)), (old, new)


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    """A bare machine has no Babel: it reads the .mo file that lies in the repository."""
    compiled = (languages.folder_of(language) / "django.mo").read_bytes()
    assert compiled == languages.compiled(languages.translated(language))
    assert languages.words_of(language).read_text() == languages.words(languages.translated(language))


def test_a_page_speaks_the_language_of_the_browser(client: Client, db: None) -> None:
    answer = client.get("/", **SPANISH)
    page = answer.content.decode()
    assert '<html lang="es">' in page
    assert "Escucha tu propia voz decir algo nuevo" in page
    assert answer["Content-Language"] == "es"
    assert "Accept-Language" in answer["Vary"]
    assert "Hear your own voice" in client.get("/", HTTP_ACCEPT_LANGUAGE="sv").content.decode()


def test_languages_are_called_by_their_own_names(client: Client, db: None) -> None:
    page = client.get("/", **SPANISH).content.decode()
    assert '<button class="link small" name="language" value="en" lang="en">English</button>' in page
    assert ">Español</b>" in page


def test_an_error_speaks_it_too(client: Client, db: None) -> None:
    assert "Aquí no hay nada" in client.get("/no/such/page", **SPANISH).content.decode()


def test_a_choice_is_kept_for_the_browser_and_the_account(alice: User, client_of: Callable[[User], Client]) -> None:
    browser = client_of(alice)
    answer = browser.post("/language/", {"language": "es", "next": "/voices/"})
    assert (answer.status_code, answer["Location"]) == (302, "/voices/")
    assert "Todavía no hay voces" in browser.get("/voices/").content.decode()
    alice.refresh_from_db()
    assert alice.language == "es"
    assert "Todavía no hay voces" in client_of(alice).get("/voices/").content.decode()
    browser.post("/account/logout/")
    assert "Iniciar sesión" in browser.get("/account/login/").content.decode()


def test_an_unknown_language_changes_nothing(alice: User, client_of: Callable[[User], Client]) -> None:
    client_of(alice).post("/language/", {"language": "xx"})
    alice.refresh_from_db()
    assert alice.language == ""


def test_programs_are_answered_in_english_whatever_they_say(client: Client, db: None) -> None:
    answer = client.get("/api/v3/balance", **SPANISH)
    assert answer["Content-Language"] == "en"
    assert "Invalid authentication" in answer.json()["message"]


def test_a_form_says_what_is_wrong_in_the_language_of_whoever_filled_it_in(alice: User) -> None:
    with translation.override("es"):
        form = SpeechForm(alice, {"speed": "9", "channel": "7"})
        assert form.errors["speed"] == ["Velocidad está entre 0,5 y 2; se recibió 9."]
        assert "Por defecto, 32" in form.as_p()
        assert voice_id.problem("short") == "Un ID de voz tiene al menos 8 caracteres; este tiene 5."
    assert SpeechForm(alice, {"speed": "9"}).errors["speed"] == ["Speed is between 0.5 and 2; 9 was given."]


def test_what_is_kept_for_programs_is_english_whoever_asks_first() -> None:
    with translation.override("es"):
        assert request_schema(CLONE)["properties"]["custom_voice_id"]["title"] == "Voice ID"


def test_what_is_refused_is_refused_in_the_language_of_the_page(
    alice: User, client_of: Callable[[User], Client], make_voice: Callable[..., Voice]
) -> None:
    User.objects.filter(pk=alice.pk).update(language="es")
    browser = client_of(User.objects.get(pk=alice.pk))
    text = SimpleUploadedFile("otter.wav", b"A grey heron.\n" * 99)
    said = unescape(browser.post("/clone/sample/", {"file": text}).content.decode())
    assert "Esto es un archivo de texto, no una grabación. Leemos MP3, M4A" in said
    passport = SimpleUploadedFile("otter.voicepassport", b"PK\x03\x04" + b"heron" * 99)
    said = unescape(browser.post("/voices/import/", {"file": passport, "consent": "on"}).content.decode())
    assert "Este pasaporte está dañado: no llegó entero." in said
    make_voice(alice, "GoneVoice-1", state="expired", ended_at=datetime(2026, 3, 4, 15, 6, tzinfo=UTC))
    said = unescape(browser.get("/speak/?voice=GoneVoice-1").content.decode())
    assert "caducó el 4 de marzo de 2026, 15:06 UTC: no se usó en los 7 días" in said


def test_what_was_asked_for_is_told_in_it_too(alice: User) -> None:
    given = {"text": "Hola.", "pitch": -2, "emotion": "sad", "language_boost": "Spanish", "english_normalization": True}
    task = Prediction(owner=alice, model="minimax/speech-02-hd", input=given)
    with translation.override("es"):
        assert asked.rows(task) == [
            ("Modelo", "speech-02-hd"),
            ("Tono", "−2 semitonos"),
            ("Emoción", "Triste"),
            ("Idioma", "Español"),
            ("Números en inglés con palabras", "Sí"),
        ]
        assert asked.settings(task)[:3] == ["−2 semitonos", "triste", "Español"]
    assert asked.settings(task)[:3] == ["−2 semitones", "sad", "Spanish"]


def test_the_page_about_the_api_speaks_it_around_what_it_quotes(client: Client, db: None) -> None:
    page = client.get("/api/docs", **SPANISH).content.decode()
    assert "Crear una clave" in page
    assert 'lang="en"' in page
    assert "Crear una clave" not in client.get("/api/docs").content.decode()


@pytest.mark.parametrize("language", OTHERS)
def test_scripts_get_their_words_only_where_they_need_them(language: str, client: Client, db: None) -> None:
    words = staticfiles_storage.url(f"js/words.{language}.js")
    assert words in client.get("/", HTTP_ACCEPT_LANGUAGE=language).content.decode()
    assert "js/words." not in client.get("/").content.decode()
