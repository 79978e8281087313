"""Goes through the scenes with one browser. A scene is opened once; its pictures differ by width and scheme only."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from voiceclone.management.showcase import scenes
from voiceclone.management.showcase.filling import PASSWORD
from voiceclone.management.showcase.instance import Instance

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request, Route

UNUSED = ",".join((
    # each window would prepare a menu of its address bar, and each page a process for the next one: half of all it does
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "AimEnabled", "SpareRendererForSitePerProcess",
    # only the last --disable-features counts: what Playwright asks for, of what concerns a page here
    "AvoidUnnecessaryBeforeUnloadCheckSync", "AvoidCorsURLLoaderRestartOnRedirect", "DestroyProfileOnBrowserClose",
    "HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "NetworkTimeServiceQuerying",
    "OptimizationHints", "PaintHolding", "PreconnectToSearch", "ThirdPartyStoragePartitioning",
))  # fmt: skip
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", f"--disable-features={UNUSED}",
    "--use-fake-device-for-media-stream", "--deny-permission-prompts",  # for those who may
]  # fmt: skip
HEIGHTS = {390: 844, 768: 1024}
STILL = "/-/still/"
PATIENCE = 120_000  # milliseconds


class Unavailable(Exception):
    """What it needs is not on this machine; says what."""


def installed() -> str:
    """The path of a browser that can be driven. Raises Unavailable."""
    if not find_spec("playwright"):
        raise Unavailable("Playwright is missing: pip install -r requirements-dev.txt")
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not path:
        raise Unavailable(f"A browser is missing: install one of {', '.join(BROWSERS)}.")
    return path


@contextmanager
def browser(microphone: str = "") -> Iterator[Browser]:
    """`microphone`: a WAV file that is heard, over and over, by whoever records."""
    path, heard = installed(), [f"--use-file-for-fake-audio-capture={microphone}"] if microphone else []
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=[*FLAGS, "--hide-scrollbars", *heard])
        yield opened
        opened.close()


def visit(
    browser: Browser,
    instance: Instance,
    wanted: str = "",
    language: str = "en",
    on_request: Callable[[Request], None] = lambda request: None,
) -> Iterator[tuple[str, Page]]:
    """Each scene whose name contains `wanted`, open in a page and settled."""
    for who in (scenes.NOBODY, *instance.cookies):
        context = browser.new_context(locale=language, reduced_motion="reduce")
        context.set_default_timeout(PATIENCE)
        if who:
            context.add_cookies([{"name": "sid", "value": instance.cookies[who], "url": instance.url}])
        page = context.new_page()
        page.on("request", on_request)
        for scene in scenes.PAGES:
            if scene.who == who and wanted in scene.name:
                if scene.prepare and who == scenes.NOBODY:
                    context.clear_cookies()
                page.goto(instance.address(scene.path))
                if scene.prepare:
                    STEPS[scene.prepare](page)
                yield scene.name, settled(page)
        if who == scenes.NOBODY:
            yield from _stills(page, instance, wanted)
        context.close()


def _stills(page: Page, instance: Instance, wanted: str) -> Iterator[tuple[str, Page]]:
    stills = {still["name"]: still for still in instance.stills}

    def answer(route: Route) -> None:
        still = stills[route.request.url.rpartition("/")[2]]
        route.fulfill(status=still["status"], body=still["html"], content_type="text/html; charset=utf-8")

    page.route(f"**{STILL}*", answer)
    for name in stills:
        if wanted in name:
            page.goto(f"{instance.url}{STILL}{name}")
            yield name, settled(page)


def settled(page: Page) -> Page:
    page.evaluate("document.fonts.ready.then(() => true)")
    return page


# --- what people do before a picture is taken ---


def sign_in(page: Page, email: str, password: str) -> None:
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(password)
    page.locator("form:has(input[name=login]) button.primary").click()
    page.wait_for_load_state()


def sign_in_wrongly(page: Page) -> None:
    sign_in(page, "maker@example.org", "not my password")


def sign_in_half(page: Page) -> None:
    sign_in(page, "guarded@example.org", PASSWORD)


def open_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('main details:not(.menu)').forEach(e => e.open = true)")


def open_menu(page: Page) -> None:
    page.locator("main details.menu summary").first.click()


def open_account_menu(page: Page) -> None:
    page.locator(".topbar details.menu summary").click()


def clone_without_consent(page: Page) -> None:
    page.locator("input[name=custom_voice_id]").fill("1")
    page.locator("form").filter(has=page.locator("input[name=custom_voice_id]")).evaluate("e => e.noValidate = true")
    page.locator("form:has(input[name=custom_voice_id]) button.primary").last.click()
    page.locator("[aria-invalid=true]").first.wait_for()


def record(page: Page) -> None:
    page.context.grant_permissions(["microphone"])
    page.locator("[data-record]").first.click()
    page.locator("[data-state=recording] [data-timer]", has_text="0:02").wait_for()


def record_and_stop(page: Page) -> None:
    record(page)
    page.locator("[data-timer]", has_text="0:04").first.wait_for()
    page.locator("[data-state=recording] [data-record]").click()
    page.locator("[data-state=taken] [data-use]:visible").wait_for()


def record_without_leave(page: Page) -> None:
    page.context.clear_permissions()
    page.locator("[data-record]").first.click()
    page.locator("[data-state=error]").wait_for()


def upload_a_text(page: Page) -> None:
    page.locator("input[type=file][name=file]").set_input_files(
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Not a recording at all. " * 400}
    )
    page.locator("#file-errors .errors").wait_for()


def choose_permission(page: Page) -> None:
    page.locator("[name=whose][value=permission]").check()


def choose_hosted(page: Page) -> None:
    open_all(page)
    page.locator("[name=engine][value=wavespeed]").check()


def make_key(page: Page) -> None:
    page.locator("main input[name=name]").fill("Reading lamp")
    page.locator("main form:has(input[name=name]) button").first.click()
    page.wait_for_load_state()


STEPS = {
    step.__name__: step
    for step in (
        *(sign_in_wrongly, sign_in_half, open_all, open_menu, open_account_menu, clone_without_consent, make_key),
        *(record, record_and_stop, record_without_leave, upload_a_text, choose_permission, choose_hosted),
    )
}
