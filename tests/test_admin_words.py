"""The admin panel in another language: what is as in English is somebody's, or the same word in both."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.utils.translation import override

from tests.conftest import PASSWORD
from tests.test_admin import address, fill
from voiceclone.accounts.models import User
from voiceclone.voices.models import Consent

pytestmark = pytest.mark.django_db
DATA = re.compile(r"@|[0-9a-f]{8}|Voice-\d|192\.0\.2\.|^[\W\d]*$")  # addresses, ids, signs
ROWS = {"A browser", "abcd", "wavespeed", "builtin", "minimax/voice-clone", "auto", "one-0", "x.run", "ValueError"}
ROWS |= {"A-voice-1", Consent.STATEMENT}
SAME = {"Voiceclone", "MFA", "WebAuthn", "ID", "Id", "No", "Error", "Bytes.", "Clones"}
OPTIONS = [model._meta for model in admin.site._registry]


class Texts(HTMLParser):
    """Whatever is to be read in a page, but for what scripts are given."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.hidden = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden = tag in ("script", "style")
        given = dict(attrs)
        shown = ["title", "aria-label", "placeholder", *(["value"] if given.get("type") == "submit" else [])]
        for name in shown:
            self.handle_data(given.get(name) or "")

    def handle_endtag(self, tag: str) -> None:
        self.hidden = False

    def handle_data(self, text: str) -> None:
        words = " ".join(text.split()).strip("› :")
        if not self.hidden and not DATA.search(words):
            self.found.add(words)


def read(browser: Client, where: str, language: str) -> set[str]:
    answer = browser.get(where, headers={"accept-language": language})
    page = answer.content.decode()
    assert f'<html lang="{language}"' in page
    return Texts(page).found if answer.status_code == 200 else set()


@pytest.mark.parametrize("model", [None, *admin.site._registry], ids=lambda model: model.__name__ if model else "index")
def test_nothing_is_left_in_english(model: Any, client_of: Any) -> None:
    fill(1)
    browser = client_of(User.objects.create_superuser("root@example.org", PASSWORD))
    pages = ["/admin/"]
    if model:
        pages = [address(model), address(model, "add/")]
        pages += [address(model, f"{row.pk}/change/") for row in model.objects.all()]
    left = {where: read(browser, where, "es") & read(browser, where, "en") - SAME - ROWS for where in pages}
    assert not any(left.values()), left


def test_every_model_has_names_in_it() -> None:
    """In a page they stand within Django's own sentences."""
    said = {}
    for language in ("en", "es"):
        with override(language):
            said[language] = {str(name) for opts in OPTIONS for name in (opts.verbose_name, opts.verbose_name_plural)}
    assert not said["en"] & said["es"]
