"""What is Alice's is not there for Bob."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e import steps
from tests.e2e.conftest import Visit
from tests.e2e.steps import Clone

pytestmark = pytest.mark.browser


def test_bob_finds_nothing_of_alices(visit: Visit, clone: Clone) -> None:
    page = visit(tolerate=404)
    steps.sign_up(page, "bob")
    hers = [
        clone.voice_page,
        clone.sample_audio,
        clone.audio,
        f"/tasks/{clone.task}/",
        f"/clone/?task={clone.task}",
        f"/clone/?again={clone.task}",
        f"/clone/?sample={clone.sample}",
    ]
    for address in hers:
        response = page.goto(address)
        assert response is not None
        assert response.status == 404, address
        expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    page.goto(f"/speak/?voice={clone.voice_id}")
    expect(page.get_by_role("heading", name="No voice to speak with yet")).to_be_visible()
    for address in ("/voices/", "/history/"):
        page.goto(address)
        expect(page.get_by_role("article")).to_have_count(0)


def test_bob_may_call_his_voice_the_same(visit: Visit, clone: Clone) -> None:
    page = visit()
    steps.sign_up(page, "bob")
    page.get_by_label("Voice ID").fill(clone.voice_id)
    expect(page.locator("#voice-id-hint")).to_contain_text("Free.")


def test_a_stranger_is_asked_to_sign_in(visit: Visit, clone: Clone) -> None:
    page = visit()
    for address in (clone.voice_page, clone.sample_audio, clone.audio, "/clone/", "/voices/", "/history/", "/account/"):
        page.goto(address)
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
