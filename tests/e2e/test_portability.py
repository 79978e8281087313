"""In the browser: take everything with you, carry a voice to another person, and go."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import PASSWORD
from tests.e2e import steps
from tests.e2e.conftest import Visit
from tests.e2e.sounds import Recordings
from tests.e2e.steps import LONG, Clone

pytestmark = pytest.mark.browser


def say_who(page: Page) -> None:
    expect(page.get_by_role("heading", name="Is it still you?")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()


def test_everything_in_one_zip(alices_page: Page, clone: Clone) -> None:
    page = alices_page
    page.goto("/account/")
    page.get_by_role("button", name="Make it").click()
    if "reauthenticate" in page.url:
        say_who(page)
    expect(page.get_by_role("heading", name="Your archive is ready")).to_be_visible(timeout=LONG)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download", exact=True).click()
    with ZipFile(download.value.path()) as archive:
        assert archive.testzip() is None
        assert {"samples", "voices", "previews"} <= {name.partition("/")[0] for name in archive.namelist()}
        assert any(name.startswith(f"voices/{clone.voice_id}-") for name in archive.namelist())
    page.get_by_role("button", name="Delete it now").click()
    expect(page.get_by_role("button", name="Make my archive")).to_be_visible()


def passport_of(page: Page, voice_id: str, folder: Path) -> Path:
    page.goto(f"/voices/{voice_id}/")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export this voice").click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def test_a_voice_travels_and_its_new_owner_goes(
    visit: Visit, alices_page: Page, clone: Clone, recordings: Recordings, tmp_path: Path
) -> None:
    passport = passport_of(alices_page, clone.voice_id, tmp_path)
    assert passport.suffix == ".voicepassport"
    page = visit()
    email = steps.sign_up(page, "cleo")
    page.goto("/account/")
    page.get_by_role("link", name="Import a voice").click()
    page.get_by_label("Voice passport").set_input_files(recordings.long)
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("This is not a voice passport.")).to_be_visible()
    page.get_by_label("Voice passport").set_input_files(passport)
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("Tick this line first")).to_be_visible()
    expect(page.get_by_text(re.compile("is here, 0:"))).to_be_visible()  # what was uploaded is kept
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Import").click()
    steps.wait_for_clone(page)

    page.goto("/account/")
    page.get_by_role("link", name="Delete my account").click()
    if "reauthenticate" in page.url:
        say_who(page)
    expect(page.get_by_text("1 voice", exact=True)).to_be_visible()
    page.get_by_label("Type your email address").fill("no")
    page.get_by_role("button", name="Delete my account for real").click()
    expect(page.get_by_text("“no” was typed")).to_be_visible()
    page.get_by_label("Type your email address").fill(email)
    page.get_by_role("button", name="Delete my account for real").click()
    expect(page.get_by_role("heading", name="Everything is deleted")).to_be_visible(timeout=LONG)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the receipt").click()
    assert "1 voice, 1 sample" in download.value.path().read_text()
    steps.sign_in(page, email)
    expect(page.get_by_role("alert")).to_be_visible()
