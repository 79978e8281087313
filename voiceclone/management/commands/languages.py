"""The texts of pages and mails, for translators: collect them, and turn what is translated into what Django reads.

Babel does what GNU gettext's programs would; it is a requirement of developers only. The compiled catalogs (`.mo`) lie
in the repository, so a machine with nothing but Python has every language. So do the words of our scripts: they say
`say("…")`, and find the translation in `static/js/words.LANGUAGE.js`, which only pages in that language load.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.template import templatize

from voiceclone.audit.naming import CONTEXT, TEXTS

KEYWORDS = {
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "_": None,
    "Said": None,
    "EngineError": None,
    "SampleRejected": None,
    "Unreachable": (2,),
}
IN_SCRIPTS = {"say": None}
NOT_TEXTS = {"management", "migrations"}


def collected() -> Any:
    """A catalog of every text in our Python files and templates, marked or made of a name, with where it stands."""
    from babel.messages.catalog import Catalog
    from babel.messages.extract import extract

    catalog = Catalog(project="voiceclone", charset="utf-8")
    for path, source in _sources():
        name = str(path.relative_to(settings.BASE_DIR))
        for _, text, comments, context in extract("python", BytesIO(source.encode()), KEYWORDS):
            catalog.add(text, locations=[(name, 0)], auto_comments=comments, context=context)
    for module, texts in TEXTS.items():
        for text in sorted(texts):
            catalog.add(text, locations=[(module.replace(".", "/") + ".py", 0)], context=CONTEXT)
    for path, text in _in_scripts():
        catalog.add(text, locations=[(str(path.relative_to(settings.BASE_DIR)), 0)])
    return catalog


def _in_scripts() -> Iterator[tuple[Path, str]]:
    from babel.messages.extract import extract

    for path in sorted((settings.BASE_DIR / "static" / "js").glob("*.js")):
        if not path.name.startswith(("words.", "htmx.")):
            for _, text, _, _ in extract("javascript", BytesIO(path.read_bytes()), IN_SCRIPTS):
                yield path, str(text)


def words_of(language: str) -> Path:
    return settings.BASE_DIR / "static" / "js" / f"words.{language}.js"


def words(catalog: Any) -> str:
    """The script that gives ours their words."""
    told = {text: catalog.get(text).string for _, text in _in_scripts()}
    text = json.dumps(told, ensure_ascii=False, indent=0, sort_keys=True)
    return f"// Made by `manage.py languages`.\n(window.voiceclone ||= {{}}).words = {text};\n"


def _sources() -> Iterator[tuple[Path, str]]:
    for path in sorted((settings.BASE_DIR / "voiceclone").rglob("*.py")):
        if not NOT_TEXTS & set(path.parts):
            yield path, path.read_text()
    for path in sorted((settings.BASE_DIR / "templates").rglob("*.*")):
        if path.suffix in (".html", ".txt"):
            yield path, templatize(path.read_text())


def translated(language: str) -> Any:
    """The catalog of a language as its .po file has it."""
    from babel.messages.pofile import read_po

    with (folder_of(language) / "django.po").open("rb") as file:
        return read_po(file, locale=language, domain="django")


def folder_of(language: str) -> Path:
    return settings.BASE_DIR / "locale" / language / "LC_MESSAGES"


def compiled(catalog: Any) -> bytes:
    from babel.messages.mofile import write_mo

    buffer = BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


class Command(BaseCommand):
    help = "Collect the texts of pages and mails into locale/*/LC_MESSAGES/django.po, and compile what is translated."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            from babel.messages.catalog import Catalog
            from babel.messages.pofile import write_po
        except ImportError as error:
            raise CommandError("Babel is missing: pip install -r requirements-dev.txt") from error
        texts = collected()
        for language, name in settings.LANGUAGES:
            if language == settings.LANGUAGE_CODE:
                continue
            folder = folder_of(language)
            folder.mkdir(parents=True, exist_ok=True)
            exists = (folder / "django.po").exists()
            catalog = translated(language) if exists else Catalog(locale=language, domain="django", charset="utf-8")
            catalog.update(texts, no_fuzzy_matching=True)
            catalog.obsolete.clear()
            with (folder / "django.po").open("wb") as file:
                write_po(file, catalog, width=120, sort_by_file=True, include_lineno=False, omit_header=False)
            (folder / "django.mo").write_bytes(compiled(catalog))
            words_of(language).write_text(words(catalog))
            missing = sum(not _is_full(message) for message in catalog if message.id)
            self.stdout.write(f"{name}: {len(catalog)} texts, {missing} not translated.")


def _is_full(message: Any) -> bool:
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(strings)
