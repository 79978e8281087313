"""How the site looks elsewhere: in a tab, on a home screen, and where somebody shares a link to it."""

from __future__ import annotations

import re
import shutil
import struct
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tests.test_style import DARK, LIGHT
from voiceclone.accounts.models import User

pytestmark = pytest.mark.django_db
SPANISH = {"HTTP_ACCEPT_LANGUAGE": "es"}


def fetched(client: Client, address: str, kind: str) -> bytes:
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, kind), address
    return b"".join(answer) if answer.streaming else answer.content


def size_of(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def social(page: str) -> dict[str, str]:
    return dict(re.findall(r'<meta (?:property|name)="((?:og|twitter):[\w:]+)" content="([^"]*)">', page))


@pytest.mark.parametrize("address", ["/", "/account/login/", "/admin/"])
def test_a_page_names_its_icons_and_all_of_them_are_there(
    address: str, client: Client, client_of: Callable[[User], Client], db: None
) -> None:
    browser = client_of(User.objects.create_superuser("admin@example.org")) if address == "/admin/" else client
    page = browser.get(address).content.decode()
    named = {rel: href for rel, href in re.findall(r'<link rel="([\w-]+)" href="([^"]+)"', page) if rel != "icon"}
    icons = re.findall(r'<link rel="icon" href="([^"]+)"', page)
    assert [icon.rpartition(".")[2] for icon in icons] == ["png", "svg"]
    assert size_of(fetched(client, icons[0], "image/png")) == (32, 32)
    assert b"prefers-color-scheme: dark" in fetched(client, icons[1], "image/svg+xml")
    assert size_of(fetched(client, named["apple-touch-icon"], "image/png")) == (180, 180)
    assert named["manifest"] == "/manifest.webmanifest"


def test_what_is_asked_for_at_the_root_is_there(client: Client, db: None) -> None:
    ico = fetched(client, "/favicon.ico", "image/x-icon")
    reserved, kind, count = struct.unpack("<HHH", ico[:6])
    assert (reserved, kind, count) == (0, 1, 3)
    for place, size in enumerate((16, 32, 48)):
        length, start = struct.unpack("<II", ico[6 + 16 * place + 8 : 6 + 16 * place + 16])
        assert size_of(ico[start : start + length]) == (size, size)
    assert size_of(fetched(client, "/apple-touch-icon.png", "image/png")) == (180, 180)


def test_the_manifest_has_our_name_colours_and_icons(client: Client, db: None) -> None:
    answer = client.get("/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    manifest = answer.json()
    assert manifest["name"] == "Voiceclone"
    assert (manifest["theme_color"], manifest["color_scheme_dark"]["theme_color"]) == (LIGHT["bg"], DARK["bg"])
    icons = {(icon["sizes"], icon["purpose"]): icon for icon in manifest["icons"]}
    assert set(icons) == {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")}
    for (sizes, _), icon in icons.items():
        width, height = size_of(fetched(client, icon["src"], icon["type"]))
        assert f"{width}x{height}" == sizes
    for shortcut in manifest["shortcuts"]:
        assert client.get(shortcut["url"]).status_code == 302  # to the sign-in
    spanish = client.get("/manifest.webmanifest", **SPANISH).json()
    assert (spanish["lang"], spanish["shortcuts"][0]["name"]) == ("es", "Clonar")


def test_a_shared_link_shows_a_picture(client: Client, settings: Any, db: None) -> None:
    shown = social(client.get("/").content.decode())
    assert shown["og:title"] == "Voiceclone · your voice, on your own machine"
    assert shown["og:url"] == "http://testserver/"
    assert shown["twitter:card"] == "summary_large_image"
    picture = fetched(client, shown["og:image"].removeprefix("http://testserver"), "image/jpeg")
    height, width = struct.unpack(">HH", re.search(rb"\xff\xc0...(....)", picture, re.DOTALL)[1])  # type: ignore[index]
    assert (str(width), str(height)) == (shown["og:image:width"], shown["og:image:height"]) == ("1200", "630")
    assert len(picture) <= 60_000

    settings.SITE_URL = "https://voices.example.org"
    shown = social(client.get("/account/login/?next=/clone/", **SPANISH).content.decode())
    assert shown["og:image"].startswith("https://voices.example.org/static/img/social.")
    assert shown["og:url"] == "https://voices.example.org/account/login/"
    assert shown["og:title"] == "Voiceclone · tu voz, en tu propia máquina"


def test_private_pages_say_nothing_to_those_who_share_them(alice: User, client_of: Callable[[User], Client]) -> None:
    assert not social(client_of(alice).get("/voices/").content.decode())


def test_without_a_browser_the_pictures_are_not_drawn_and_it_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(CommandError, match="A browser is missing: install one of chromium, "):
        call_command("artwork")
