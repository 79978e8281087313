"""What people do in these tests, one function a step, named as they would say it."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import FilePayload, Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.conftest import PASSWORD

TEXT = "A grey heron stands in the reeds. It waits, and it does not move at all."
LONG = 120_000  # milliseconds that a clone may take on a machine that is busy with other things


@dataclass(frozen=True)
class Person:
    email: str
    state: Any  # cookies: with them a browser is signed in


@dataclass(frozen=True)
class Clone:
    voice_id: str
    task: str
    sample: str

    @property
    def voice_page(self) -> str:
        return f"/voices/{self.voice_id}/"

    @property
    def audio(self) -> str:
        return f"/tasks/{self.task}/audio"

    @property
    def sample_audio(self) -> str:
        return f"/samples/{self.sample}/audio"


def sign_up(page: Page, name: str = "anna") -> str:
    """Create an account with the two fields of the form. Returns its address."""
    email = f"{name}-{secrets.token_hex(4)}@example.org"
    page.goto("/account/signup/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create an account").click()
    page.wait_for_url("**/clone/")
    return email


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.goto("/account/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.get_by_label("Your account").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile(r"://[^/]+/$"))


def choose(page: Page, file: Path | FilePayload) -> None:
    page.get_by_label("Sample", exact=True).set_input_files(file)


def sample_card(page: Page) -> Locator:
    return page.get_by_role("region", name="Your sample")


def result(page: Page) -> Locator:
    return page.get_by_role("region", name="Your clone")


def give_sample(page: Page, file: Path) -> None:
    choose(page, file)
    expect(sample_card(page)).to_contain_text(file.name)


def agree(page: Page) -> None:
    """Nobody has to where the sample is of nobody."""
    if page.locator("[data-of-nobody]").count() == 0:
        page.get_by_role("checkbox", name="This is my own voice").check()


def press_clone(page: Page) -> None:
    page.get_by_role("button", name="Clone voice").click()


def clone(page: Page, voice_id: str, text: str = TEXT) -> Clone:
    """Fill in the rest of a form that has its sample, and wait for the voice."""
    page.get_by_label("Voice ID").fill(voice_id)
    page.get_by_label("Preview text").fill(text)
    agree(page)
    press_clone(page)
    wait_for_clone(page)
    task = page.url.rpartition("task=")[2]
    address = sample_card(page).locator("audio[data-audio]").get_attribute("src") or ""
    return Clone(voice_id, task, address.split("/")[2])


def wait_for_clone(page: Page) -> None:
    expect(result(page).get_by_role("button", name="Play your clone")).to_be_visible(timeout=LONG)


def player(within: Locator, label: str) -> Locator:
    return within.get_by_role("group", name=label, exact=True, include_hidden=True)


def sound_of(player: Locator) -> Locator:
    return player.locator("audio[data-audio]")


def hear(player: Locator) -> None:
    """Press play, and it really plays."""
    player.get_by_role("button", name=re.compile("^Play ")).click()
    expect(sound_of(player)).to_have_js_property("paused", False)
    expect(sound_of(player)).not_to_have_js_property("currentTime", 0)
    expect(player.get_by_role("button", name=re.compile("^Pause "))).to_be_visible()


def is_focused(locator: Locator) -> bool:
    return bool(locator.evaluate("element => element === document.activeElement"))


def choose_with_the_keyboard(page: Page, path: Path) -> None:
    """Open the file chooser of the focused field. A busy machine may lose the first key; a person presses another."""
    for key in ("Enter", "Space", "Enter"):
        try:
            with page.expect_file_chooser(timeout=60_000) as chooser:
                page.keyboard.press(key)
        except PlaywrightTimeout:
            continue
        return chooser.value.set_files(path)
    raise AssertionError("the keyboard opens no file chooser")


def tab_to(page: Page, locator: Locator) -> None:
    """Reach it with the Tab key alone, from wherever the focus is."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if is_focused(locator):
            return
    raise AssertionError(f"the Tab key does not reach {locator}")
