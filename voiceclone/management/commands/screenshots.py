"""A picture of every page and state, for whoever changes how they look."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from voiceclone.management.showcase import camera, instance

WIDTHS, SCHEMES = (390, 768, 1280), ("light", "dark")
TALLEST = 8000  # pixels


class Command(BaseCommand):
    help = "Fill a studio of its own, open every page and state in Chromium, and take a picture of each."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="where the pictures go: NAME-WIDTH-SCHEME.png")
        parser.add_argument("--only", default="", metavar="TEXT", help="pages whose name contains this")
        parser.add_argument("--widths", type=int, nargs="+", default=WIDTHS, metavar="PIXELS")
        parser.add_argument("--schemes", nargs="+", default=SCHEMES, choices=SCHEMES)
        parser.add_argument("--language", default="en", help="what the browser asks for")

    def handle(self, *args: Any, folder: Path, only: str, language: str, **options: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        started, taken = time.monotonic(), 0
        try:
            camera.installed()  # before half a minute is spent on the studio
            with instance.opened(language) as studio, camera.browser(studio.parts["microphone"]) as browser:
                for name, page in camera.visit(browser, studio, only, language):
                    for scheme in options["schemes"]:
                        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                        for width in options["widths"]:
                            least = camera.HEIGHTS.get(width, 800)
                            page.set_viewport_size({"width": width, "height": least})
                            tall = int(page.evaluate("document.documentElement.scrollHeight"))
                            if tall > least:  # what sticks to the foot of a window belongs to the foot of the picture
                                page.set_viewport_size({"width": width, "height": min(tall, TALLEST)})
                            page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
                            taken += 1
        except camera.Unavailable as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{taken} pictures are in {folder} ({time.monotonic() - started:.0f} s).")
