"""The history: finding what was made, hearing it, taking it away, deleting it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e import steps
from tests.e2e.conftest import PHONE, Visit
from tests.e2e.steps import Clone, Person

pytestmark = pytest.mark.browser


def speak(page: Page, voice: Clone, text: str) -> None:
    page.goto(f"/speak/?voice={voice.voice_id}")
    page.get_by_role("textbox", name="Text").fill(text)
    page.get_by_role("button", name="Speak", exact=True).click()
    expect(page.get_by_role("link", name="Download MP3")).to_be_visible(timeout=steps.LONG)


def row(page: Page, text: str) -> Locator:
    return page.get_by_role("article").filter(has_text=text)


def menu_of(row: Locator) -> Locator:
    row.get_by_label("More for").click()
    return row.locator("details[open] .items")


def test_what_was_spoken_is_found_heard_taken_away_and_deleted(alices_page: Page, clone: Clone) -> None:
    page = alices_page
    speak(page, clone, f"The violet heron flies away. {steps.TEXT}")
    page.goto("/history/")
    page.get_by_label("Words of the text").press_sequentially("VIOLET")
    expect(page).to_have_url(re.compile(r"/history/\?q=VIOLET$"))
    expect(page.get_by_role("article")).to_have_count(1)
    expect(page.get_by_label("Words of the text")).to_be_focused()
    found = row(page, "violet heron")
    expect(found).to_contain_text(clone.voice_id)
    steps.hear(found.get_by_role("group", name="This task"))
    with page.expect_download() as download:
        menu_of(found).get_by_role("link", name="Download WAV").click()
    assert re.fullmatch(rf"{clone.voice_id}-[\w-]+-ai\.wav", download.value.suggested_filename)
    menu_of(found).get_by_role("link", name="Use these settings").click()
    expect(page.get_by_role("textbox", name="Text")).to_have_value(f"The violet heron flies away. {steps.TEXT}")

    page.go_back()
    expect(page.get_by_label("Words of the text")).to_have_value("VIOLET")
    menu_of(found).get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("The violet heron flies away.")
    dialog.get_by_role("button", name="Keep it").click()
    expect(found).to_have_count(1)
    menu_of(found).get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete").click()
    gone = page.get_by_text("Deleted, with its sound.")
    expect(gone).to_be_focused()
    page.reload()
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()


def test_a_running_task_is_cancelled_in_its_row_and_retried(alices_page: Page, clone: Clone) -> None:
    page = alices_page
    page.goto(f"/speak/?voice={clone.voice_id}")
    page.get_by_role("textbox", name="Text").fill("The patient heron waits and waits for the evening. " * 40)
    page.get_by_role("button", name="Speak", exact=True).click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    page.goto("/history/?q=patient")
    patient = row(page, "patient heron").first
    expect(patient).to_contain_text(re.compile("Speaking"), timeout=steps.LONG)
    menu_of(patient).get_by_role("button", name="Cancel").click()
    expect(patient).to_contain_text("Cancelled")
    menu_of(patient).get_by_role("button", name="Retry").click()
    page.wait_for_url("**/speak/?task=*")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", name="Cancelled")).to_be_visible()
    expect(page.get_by_role("button", name="Retry")).to_be_visible()


def test_a_menu_stays_open_while_its_row_changes(alices_page: Page, clone: Clone) -> None:
    page = alices_page
    page.goto(f"/speak/?voice={clone.voice_id}")
    page.get_by_role("textbox", name="Text").fill("The curious heron looks around, and then it looks again. " * 40)
    page.get_by_role("button", name="Speak", exact=True).click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    page.goto("/history/?q=curious")
    menu = menu_of(row(page, "curious heron").first)
    expect(menu.get_by_role("button", name="Cancel")).to_be_visible()
    other = page.context.new_page()
    other.goto("/history/?q=curious")
    menu_of(row(other, "curious heron").first).get_by_role("button", name="Cancel").click()
    expect(menu.get_by_role("button", name="Retry")).to_be_visible()
    expect(row(page, "curious heron").first.get_by_label("More for")).to_be_focused()


def test_a_task_has_a_page_from_which_it_is_deleted(alices_page: Page, clone: Clone) -> None:
    page = alices_page
    speak(page, clone, "The last heron of the day.")
    page.goto("/history/")
    row(page, "The last heron").get_by_role("link", name="The last heron").click()
    expect(page.get_by_role("heading", name="Speech with")).to_be_visible()
    expect(page.get_by_role("row", name="Emotion")).to_contain_text("Neutral")
    page.get_by_role("button", name="Delete this task").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.wait_for_url("**/history/")
    expect(row(page, "The last heron")).to_have_count(0)


def test_the_keyboard_alone_is_enough(alices_page: Page, clone: Clone) -> None:
    page = alices_page
    speak(page, clone, "The keyboard heron.")
    page.goto("/history/")
    steps.tab_to(page, page.get_by_label("Words of the text"))
    page.keyboard.type("keyboard heron")
    expect(page.get_by_role("article")).to_have_count(1)
    found = row(page, "The keyboard heron.")
    steps.tab_to(page, found.get_by_label("More for"))
    page.keyboard.press("Enter")
    steps.tab_to(page, found.get_by_role("button", name="Delete", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(found.get_by_label("More for")).to_be_visible()


def test_without_javascript_everything_is_a_form_or_a_link(visit: Visit, alice: Person, clone: Clone) -> None:
    speak(visit(alice), clone, "The plain heron.")
    page = visit(alice, java_script_enabled=False)
    page.goto("/history/")
    page.get_by_label("Words of the text").fill("plain heron")
    page.get_by_label("Status").select_option("completed")
    page.get_by_role("button", name="Find").click()
    found = row(page, "The plain heron.")
    expect(page.get_by_role("article")).to_have_count(1)
    expect(found.locator("audio[controls]")).to_be_visible()
    menu_of(found).get_by_role("button", name="Delete").click()
    expect(page.locator("#toasts")).to_contain_text("Deleted, with its sound.")


def test_on_a_phone_nothing_scrolls_sideways(visit: Visit, alice: Person, clone: Clone) -> None:
    page = visit(alice, viewport=PHONE, is_mobile=True, has_touch=True)
    page.goto("/history/")
    menu_of(page.get_by_role("article").first)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_filters_act_at_once(alices_page: Page, clone: Clone) -> None:
    page = alices_page
    page.goto("/history/")
    page.get_by_label("Model").select_option("Clones")
    expect(page).to_have_url(re.compile(r"/history/\?model=minimax%2Fvoice-clone$"))
    expect(row(page, clone.voice_id).first).to_contain_text("voice-clone")
    page.get_by_label("From (UTC)").fill("2001-01-01")
    page.get_by_label("To (UTC)").fill("2001-01-31")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    page.get_by_role("link", name="Show all").first.click()
    expect(page).to_have_url(re.compile("/history/$"))
