"""The pictures by which other programs know this site, for whoever changes the logo: they are drawn from it."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template import Context, Engine

from voiceclone.management.showcase import camera

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

STATIC = settings.BASE_DIR / "static"
SOCIAL = settings.BASE_DIR / "voiceclone" / "management" / "artwork" / "social.html"
HERE = "http://artwork.localhost"  # nobody answers there: `_answer` does
ROUNDED = {"img/icon-32.png": 32, "img/icon-192.png": 192, "img/icon-512.png": 512}
FULL = {"root/apple-touch-icon.png": 180, "img/icon-512-full.png": 512}  # whoever shows these cuts the corners itself
ICO_SIZES = (16, 32, 48)
QUALITY = 84  # as a PNG it would weigh 94 kB


class Command(BaseCommand):
    help = "Draw the icons and the picture for links from static/img/logo.svg and management/artwork/social.html."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        logo = (STATIC / "img" / "logo.svg").read_text()
        try:
            with camera.browser() as browser:
                page = browser.new_page(color_scheme="light")
                for name, size in ROUNDED.items():
                    self._keep(name, drawn(page, logo, size))
                for name, size in FULL.items():
                    self._keep(name, drawn(page, logo.replace('rx="8"', ""), size))
                self._keep("root/favicon.ico", ico({size: drawn(page, logo, size) for size in ICO_SIZES}))
                self._keep("img/social.jpg", social(page))
        except camera.Unavailable as error:
            raise CommandError(str(error)) from error

    def _keep(self, name: str, picture: bytes) -> None:
        (STATIC / name).write_bytes(picture)
        self.stdout.write(f"static/{name}: {len(picture):,} bytes")


def drawn(page: Page, svg: str, size: int) -> bytes:
    """The drawing as a PNG of so many pixels a side; what it does not cover is transparent."""
    page.set_viewport_size({"width": size, "height": size})
    page.set_content(svg.replace("<svg ", f'<svg style="position:fixed;inset:0;width:{size}px;height:{size}px" ', 1))
    return page.screenshot(omit_background=True)


def ico(pictures: dict[int, bytes]) -> bytes:
    """PNGs of these sizes in one file. https://en.wikipedia.org/wiki/ICO_(file_format)"""
    head, body = struct.pack("<HHH", 0, 1, len(pictures)), b""
    start = len(head) + 16 * len(pictures)
    for size, png in pictures.items():
        head += struct.pack("<BBBBHHII", size, size, 0, 0, 1, 32, len(png), start + len(body))
        body += png
    return head + body


def social(page: Page) -> bytes:
    page.set_viewport_size({"width": 1200, "height": 630})
    page.route(f"{HERE}/**", _answer)
    page.goto(f"{HERE}/")
    camera.settled(page)
    return page.screenshot(type="jpeg", quality=QUALITY)


def _answer(route: Route) -> None:
    path = route.request.url.removeprefix(HERE)
    if path.startswith("/static/"):
        route.fulfill(path=STATIC / path.removeprefix("/static/"))
    else:
        page = Engine.get_default().from_string(SOCIAL.read_text()).render(Context())
        route.fulfill(body=page, content_type="text/html; charset=utf-8")
