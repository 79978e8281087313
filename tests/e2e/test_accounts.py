"""Signing up, in and out; a forgotten password; the second step."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import PASSWORD
from tests.e2e import steps

if TYPE_CHECKING:
    from tests.e2e.conftest import Studio

pytestmark = pytest.mark.browser


def test_signing_up_takes_two_fields_and_lands_on_the_clone_page(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Clone your voice").click()
    fields = page.locator("main form").locator("input:not([type=hidden]), select, textarea")
    expect(fields).to_have_count(2)
    page.get_by_label("Email").fill("heron-watcher@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create an account").click()
    page.wait_for_url("**/clone/")
    expect(page.get_by_role("heading", name="Clone a voice")).to_be_visible()
    expect(page.get_by_label("Voice ID")).to_have_value(re.compile(r"^HeronwatcherVoice-\d{4}$"))


def test_a_password_that_is_too_short_is_refused_and_the_address_stays(page: Page) -> None:
    page.goto("/account/signup/")
    page.get_by_label("Email").fill("heron@example.org")
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Create an account").click()
    expect(page.get_by_role("alert")).to_contain_text("too short")
    expect(page.get_by_label("Email")).to_have_value("heron@example.org")


def test_signing_out_and_in_again(page: Page) -> None:
    email = steps.sign_up(page)
    steps.sign_out(page)
    page.goto("/voices/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/voices/")


def test_without_a_mail_server_the_link_to_a_new_password_is_in_the_log(page: Page, studio: Studio) -> None:
    email = steps.sign_up(page)
    steps.sign_out(page)
    page.goto("/account/login/")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("Email").fill(email)
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_role("heading", name="Ask for your link")).to_be_visible()

    page.goto(link_in(studio.log, "password/reset/key"))
    for field in page.locator("input[type=password]").all():
        field.fill("three herons in a row")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("heading", name="Your password is changed")).to_be_visible()

    steps.sign_in(page, email)
    expect(page.get_by_role("alert")).to_be_visible()
    steps.sign_in(page, email, "three herons in a row")
    page.wait_for_url("**/clone/")


def test_with_a_second_step_the_password_alone_lets_nobody_in(page: Page) -> None:
    email = steps.sign_up(page)
    page.goto("/account/2fa/totp/activate/")
    page.get_by_label("Password").fill(PASSWORD)  # whoever sits down at an open page must not get this far
    page.get_by_role("button", name="Continue").click()
    secret = page.locator("#totp-secret").inner_text().strip()
    enter_code(page, secret, "Switch it on")

    steps.sign_out(page)
    steps.sign_in(page, email)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    page.goto("/voices/")
    expect(page.get_by_role("heading", name="Voices")).to_have_count(0)  # half signed in is not signed in
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    enter_code(page, secret, "Sign in")
    page.wait_for_url("**/clone/")


def link_in(log: str, part: str) -> str:
    """The latest link of that kind."""
    return re.findall(rf"https?://\S+{part}\S*", log)[-1]


def one_time_code(secret: str) -> str:
    """The code of this half minute (RFC 6238)."""
    key = base64.b32decode(secret.upper() + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1)
    offset = digest[-1] & 15
    return f"{(struct.unpack_from('>I', digest, offset)[0] & 0x7FFFFFFF) % 1_000_000:06}"


def enter_code(page: Page, secret: str, button: str) -> None:
    """Enter the code; where the half minute ended meanwhile, the next one."""
    before = page.url
    for _ in range(2):
        page.get_by_label("Code").fill(one_time_code(secret))
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.locator("main")).to_be_visible()
        if page.url != before:
            return
    raise AssertionError("the code was refused")
