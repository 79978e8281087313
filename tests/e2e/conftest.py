"""A real Chromium against one real `serve`: its log is kept, and read when all is over."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.e2e import sounds, steps
from tests.e2e.steps import Clone, Person
from tests.prepared import copy, started
from voiceclone.management.showcase import camera

MANAGE = Path(__file__).parents[2] / "manage.py"
PHONE = {"width": 390, "height": 844}
TELL_VIOLATIONS = "addEventListener('securitypolicyviolation', e => console.error(`CSP ${e.violatedDirective}`))"
expect.set_options(timeout=60_000)  # a slow machine is no failure


CHROMIUM = next(filter(None, map(shutil.which, camera.BROWSERS)), None)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without a browser: one loud line instead of one for each test. In CI every one of them fails."""
    tests = [item for item in items if item.get_closest_marker("browser")]
    if tests and not CHROMIUM and not os.environ.get("CI"):
        reason = f"NONE OF {len(tests)} BROWSER TESTS WAS RUN: install one of {', '.join(camera.BROWSERS)}"
        tests[0].add_marker(pytest.mark.skip(reason=reason))
        config.hook.pytest_deselected(items=tests[1:])
        items[:] = [item for item in items if item not in tests[1:]]


@pytest.fixture(scope="package")
def chromium() -> str:
    assert CHROMIUM, f"no browser: none of {', '.join(camera.BROWSERS)} is installed"
    return CHROMIUM


@dataclass(frozen=True)
class Studio:
    url: str
    log_file: Path

    @property
    def log(self) -> str:
        return self.log_file.read_text()


@pytest.fixture(scope="package")
def studio(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    folder = tmp_path_factory.mktemp("studio")
    copy(started(), folder / "data")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    here = Studio(f"http://127.0.0.1:{port}", folder / "log")
    with here.log_file.open("wb") as log, (folder / "out").open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, str(MANAGE), "serve", f"--port={port}"],
            env={**os.environ, "DATA_DIR": str(folder / "data")},
            stdout=out,
            stderr=log,
        )
    try:
        wait_until_healthy(here, server)
        yield here
    finally:
        server.terminate()
        server.wait(timeout=240)
    check(here.log)


def wait_until_healthy(studio: Studio, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        assert server.poll() is None, f"serve ended at once:\n{studio.log}"
        try:
            with urllib.request.urlopen(f"{studio.url}/healthz", timeout=5):  # noqa: S310 - our own server
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"serve did not become healthy:\n{studio.log}")


def check(log: str) -> None:
    """No error, and nothing that belongs to a person: each text of these tests has a heron, each file name an otter."""
    lines = log.splitlines()
    assert not [line for line in lines if " ERROR " in line or "Traceback" in line]
    assert not [line for line in lines if re.search(r"[\w.+-]+@[\w-]+\.\w", line)]
    assert not [line for line in lines if re.search("heron|otter", line, re.IGNORECASE)]


@pytest.fixture(scope="package")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> sounds.Recordings:
    return sounds.make(tmp_path_factory.mktemp("recordings"))


@pytest.fixture(scope="package")
def browser(chromium: str, recordings: sounds.Recordings) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        flags = [*camera.FLAGS, f"--use-file-for-fake-audio-capture={recordings.microphone}"]
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield browser
        browser.close()


class Visit:
    """Open pages, and what they complained about."""

    def __init__(self, browser: Browser, studio: Studio) -> None:
        self.browser, self.studio = browser, studio
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def __call__(self, person: Person | None = None, tolerate: int = 422, **options: Any) -> Page:
        """A page of a new browser session; `tolerate`: the answer that the browser may report as an error."""
        state = person.state if person else None
        # without a graphics card each step of an animation is painted by a processor core that the studio needs
        allowed: dict[str, Any] = {"permissions": ["microphone"], "reduced_motion": "reduce", **options}
        context = self.browser.new_context(base_url=self.studio.url, storage_state=state, **allowed)
        context.set_default_timeout(120_000)
        self.contexts.append(context)
        context.add_init_script(TELL_VIOLATIONS)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda message: self._listen(message, tolerate))
        return page

    def _listen(self, message: ConsoleMessage, tolerate: int) -> None:
        refusal = message.text.startswith("Failed to load resource:") and f"status of {tolerate} " in message.text
        left = re.search(r"htmx:(sendAbort|afterRequest)\b", message.text)  # the page went away before its answer came
        if message.type == "error" and not refusal and not left:
            self.complaints.append(f"{message.location.get('url')}: {message.text}")

    def end(self) -> None:
        for context in self.contexts:
            context.close()
        assert not self.complaints


@pytest.fixture
def visit(browser: Browser, studio: Studio) -> Iterator[Visit]:
    """Call it for a page; the test fails where a page logs an error or breaks the content security policy."""
    visit = Visit(browser, studio)
    yield visit
    visit.end()


@pytest.fixture
def page(visit: Visit) -> Page:
    """A newcomer's browser."""
    return visit()


@pytest.fixture(scope="package")
def alice(browser: Browser, studio: Studio) -> Person:
    visit = Visit(browser, studio)
    page = visit()
    email = steps.sign_up(page, "alice")
    alice = Person(email, page.context.storage_state())
    visit.end()
    return alice


@pytest.fixture
def alices_page(visit: Visit, alice: Person) -> Page:
    return visit(alice)


@pytest.fixture(scope="package")
def clone(browser: Browser, studio: Studio, alice: Person, recordings: sounds.Recordings) -> Clone:
    """A voice of Alice's; whatever needs one that was not used yet makes another."""
    visit = Visit(browser, studio)
    page = visit(alice)
    page.goto("/clone/")
    steps.give_sample(page, recordings.long)
    clone = steps.clone(page, "AliceVoice-With-A-Rather-Long-Name-2026")
    visit.end()
    return clone


@pytest.fixture
def another_voice(visit: Visit, alice: Person, clone: Clone) -> Callable[[str], Clone]:
    """Clone one more voice from Alice's sample, which is learnt already: it takes only as long as its preview."""

    def make(voice_id: str) -> Clone:
        page = visit(alice)
        page.goto(f"/clone/?sample={clone.sample}")
        return steps.clone(page, voice_id)

    return make
