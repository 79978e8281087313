"""One's voices, what is spoken with them, and the history of it all."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.e2e import steps
from tests.e2e.conftest import MANAGE, PHONE, Studio, Visit
from tests.e2e.steps import Clone

pytestmark = pytest.mark.browser
LEFT = re.compile(r"Temporary · (7 d|6 d 23 h)")


def test_a_card_shows_the_voice_its_time_and_plays_in_place(
    alices_page: Page, another_voice: Callable[[str], Clone]
) -> None:
    clone = another_voice("AliceVoice-on-a-card-1")
    alices_page.goto("/voices/")
    card = alices_page.get_by_role("article", name=clone.voice_id)
    expect(card).to_contain_text(LEFT)
    steps.hear(card.get_by_role("group", name="The preview"))
    card.get_by_role("link", name=clone.voice_id, exact=True).click()
    alices_page.wait_for_url(f"**{clone.voice_page}")


def test_an_empty_library_offers_a_sample_voice_in_one_click(page: Page) -> None:
    steps.sign_up(page)
    page.get_by_role("link", name="Voices").click()
    expect(page.get_by_role("heading", name="No voices yet")).to_be_visible()
    page.get_by_role("button", name="Try a sample voice").click()
    page.wait_for_url("**/clone/?sample=*")
    expect(steps.sample_card(page)).to_contain_text("by synthesis")


def test_a_voice_has_a_page(alices_page: Page, another_voice: Callable[[str], Clone]) -> None:
    clone = another_voice("AliceVoice-with-a-page-1")
    alices_page.goto(clone.voice_page)
    expect(alices_page.get_by_role("heading", name=clone.voice_id, level=1)).to_be_visible()
    expect(alices_page.locator("main")).to_contain_text(LEFT)
    expect(steps.result(alices_page)).to_contain_text("A grey heron")
    expect(steps.result(alices_page)).to_contain_text("Speaking with it once makes it permanent.")
    steps.hear(steps.player(steps.result(alices_page), "Your clone"))


def test_deleting_asks_once_and_then_everything_is_gone(
    visit: Callable[..., Page], alice: steps.Person, another_voice: Callable[[str], Clone]
) -> None:
    voice = another_voice("AliceVoice-to-delete-1")
    page = visit(alice, tolerate=404)
    page.goto(voice.voice_page)
    page.get_by_role("link", name="Delete this voice").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("the voice, and everything learnt from its sample")
    expect(dialog).to_contain_text("Its sample stays")
    expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("link", name="Delete this voice")).to_be_focused()

    page.get_by_role("link", name="Delete this voice").click()
    dialog.get_by_role("button", name="Delete this voice").click()
    page.wait_for_url("**/voices/")
    expect(page.locator("#toasts")).to_contain_text("is deleted, with everything it said")
    expect(page.get_by_role("article", name=voice.voice_id)).to_have_count(0)
    for address in (voice.voice_page, voice.audio):
        assert page.request.get(address).status == 404


# --- many voices ---

FILL = """
from datetime import timedelta
from django.utils.timezone import now
from tests.library import crowd
from voiceclone.accounts.models import User
from voiceclone.samples.models import Sample
from voiceclone.voices.models import Voice
owner = User.objects.get(email="{email}")
sample = Sample.objects.create(owner=owner, original_name="a.wav", sha256="0" * 64, seconds=12)
crowd.make(owner, sample, 60)
owner.voices.filter(voice_id="GameVoice-0009").update(expires_at=now() + timedelta(minutes=3, seconds=30))
"""


OBEY = """
import json, sys
import django
django.setup()
for line in sys.stdin:
    exec(json.loads(line), {})
    print("done", flush=True)
"""
OnTheServer = Callable[[str], None]


@pytest.fixture(scope="module")
def on_the_server(studio: Studio) -> Iterator[OnTheServer]:
    """Do this beside the server: one process for all that is asked, as its start takes longer than any of it."""
    environment = {**os.environ, "DATA_DIR": str(studio.log_file.parent / "data")}
    command = [sys.executable, "-c", OBEY]
    with subprocess.Popen(
        command, cwd=MANAGE.parent, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        orders, answers = process.stdin, process.stdout
        assert orders
        assert answers

        def do(code: str) -> None:
            print(json.dumps(code), file=orders, flush=True)
            assert answers.readline() == "done\n"

        yield do
        orders.close()


@pytest.fixture
def carol(browser: Browser, studio: Studio, on_the_server: OnTheServer) -> steps.Person:
    """Somebody with sixty voices, of which one ends in some minutes. Their sounds are not there."""
    visit = Visit(browser, studio)
    page = visit()
    carol = steps.Person(steps.sign_up(page, "carol"), page.context.storage_state())
    on_the_server(FILL.format(email=carol.email))
    visit.end()
    return carol


def cards(page: Page) -> Locator:
    return page.get_by_role("article")


def card(page: Page, name: str) -> Locator:
    return page.get_by_role("article", name=name, exact=True)


def names(page: Page) -> list[str | None]:
    return [article.get_attribute("aria-label") for article in cards(page).all()]


def fits_the_screen(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def scroll_to_the_end(page: Page, count: int) -> None:
    page.get_by_role("link", name="Show more").scroll_into_view_if_needed()
    expect(cards(page)).to_have_count(count)


def test_typing_finds_and_filters_and_orders_narrow(visit: Visit, carol: steps.Person) -> None:
    page = visit(carol)
    page.goto("/voices/")
    page.get_by_role("searchbox").press_sequentially("narr")
    expect(page.get_by_role("status").filter(has_text="9 voices found")).to_be_attached()
    expect(cards(page)).to_have_count(9)
    expect(page.get_by_role("searchbox")).to_be_focused()
    assert page.url.endswith("/voices/?q=narr")

    page.get_by_role("link", name="Permanent 3").click()
    expect(cards(page)).to_have_count(3)
    expect(page.get_by_role("link", name="Permanent 3")).to_be_focused()
    page.get_by_label("Order").select_option("By name")
    page.wait_for_url("**/voices/?q=narr&show=permanent&sort=name")
    assert names(page) == sorted(name or "" for name in names(page))

    page.go_back()
    page.go_back()
    expect(cards(page)).to_have_count(9)
    page.get_by_role("searchbox").fill("nobody")
    expect(page.get_by_role("heading", name="No voice is called anything like “nobody”")).to_be_visible()
    page.get_by_role("link", name="Show all voices").click()
    expect(cards(page)).to_have_count(24)


def test_back_twice_shows_where_it_ends_though_the_first_answer_is_late(visit: Visit, carol: steps.Person) -> None:
    page = visit(carol)
    page.goto("/voices/?q=narr")
    page.get_by_role("link", name="Permanent 3").click()
    expect(cards(page)).to_have_count(3)
    page.get_by_label("Order").select_option("By name")
    page.wait_for_url("**/voices/?q=narr&show=permanent&sort=name")

    late: list[Route] = []
    page.route("**/voices/?q=narr&show=permanent*", lambda route: late.append(route))
    with page.expect_request("**/voices/?q=narr&show=permanent*"):
        page.go_back()
    with page.expect_event("requestfailed", lambda request: "show=permanent" in request.url):
        page.go_back()
    expect(cards(page)).to_have_count(9)
    assert len(late) == 1


def test_scrolling_shows_every_voice_once_though_one_is_deleted_meanwhile(visit: Visit, carol: steps.Person) -> None:
    page = visit(carol)
    page.goto("/voices/?sort=oldest")
    gone = card(page, "Narrator 57")
    gone.get_by_label("More for").click()
    gone.get_by_role("link", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete this voice").click()
    expect(page.locator("#toasts")).to_contain_text("“Narrator 57” is deleted, with everything it said.")
    expect(gone).to_have_count(0)
    expect(page.get_by_role("link", name="All 59")).to_be_visible()
    assert page.evaluate("document.activeElement.closest('article') !== null")

    scroll_to_the_end(page, 47)
    scroll_to_the_end(page, 59)
    expect(page.get_by_role("link", name="Show more")).to_have_count(0)
    assert len(set(names(page))) == 59


def test_all_of_it_goes_by_the_keyboard(visit: Visit, carol: steps.Person) -> None:
    page = visit(carol)
    page.goto("/voices/?q=podcast")
    voice = card(page, "Podcast 3")
    more = voice.get_by_label("More for Podcast 3")
    steps.tab_to(page, more)
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(more).to_be_focused()
    page.keyboard.press("Enter")
    steps.tab_to(page, voice.get_by_role("link", name="Rename"))
    page.keyboard.press("Enter")
    field = page.get_by_role("dialog").get_by_label("Name")
    expect(field).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("x" * 81)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("A name has at most 80 characters; this one has 81.")
    expect(field).to_have_value("x" * 81)
    expect(field).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("Podcast, new")
    page.keyboard.press("Enter")
    renamed = card(page, "Podcast, new")
    expect(renamed).to_be_visible()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("#toasts")).to_contain_text("It is called “Podcast, new” now.")
    expect(renamed.get_by_role("link", name="Podcast, new", exact=True)).to_be_focused()

    steps.tab_to(page, renamed.get_by_label("More for"))
    page.keyboard.press("Enter")
    steps.tab_to(page, renamed.get_by_role("link", name="Delete"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(renamed.get_by_label("More for")).to_be_focused()
    page.keyboard.press("Enter")
    steps.tab_to(page, renamed.get_by_role("link", name="Delete"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(renamed).to_have_count(0)
    expect(card(page, "PodcastVoice-0010").get_by_role("link", name="PodcastVoice-0010", exact=True)).to_be_focused()


def test_show_more_goes_by_the_keyboard(visit: Visit, carol: steps.Person) -> None:
    page = visit(carol)
    page.goto("/voices/?page=2")
    page.get_by_role("link", name="Show more").focus()
    expect(cards(page)).to_have_count(36)
    assert (
        page.evaluate("[...document.querySelectorAll('article')].indexOf(document.activeElement.closest('article'))")
        == 24
    )


def test_a_tombstone_is_taken_away(visit: Visit, carol: steps.Person) -> None:
    page = visit(carol)
    page.goto("/voices/?show=expired&q=assistant")
    gone = card(page, "Assistant 5")
    gone.get_by_label("More for").click()
    gone.get_by_role("button", name="Remove from the library").click()
    expect(gone).to_have_count(0)
    expect(page.locator("#toasts")).to_contain_text("“Assistant 5” is not listed any more.")


def test_the_time_that_is_left_stays_true_and_then_the_card_says_so(
    visit: Visit, carol: steps.Person, on_the_server: OnTheServer
) -> None:
    page = visit(carol)
    page.clock.install()
    page.goto("/voices/?q=GameVoice-0009")
    expect(cards(page)).to_contain_text(re.compile(r"Temporary · [23] min"))
    page.clock.fast_forward(110_000)
    expect(cards(page)).to_contain_text(re.compile(r"Temporary · 1 min \d+ s"))
    page.clock.fast_forward(60_000)
    expect(cards(page)).to_contain_text(re.compile(r"Temporary · \d+ s"))
    on_the_server(
        "from voiceclone.voices.models import Voice; from django.utils.timezone import now; "
        f"Voice.objects.filter(voice_id='GameVoice-0009', owner__email='{carol.email}').update(expires_at=now())",
    )
    page.clock.fast_forward(60_000)
    expect(cards(page)).to_contain_text("Expired")
    expect(cards(page)).not_to_contain_text("Temporary")


def test_on_a_phone_nothing_scrolls_sideways(
    visit: Visit, carol: steps.Person, alice: steps.Person, clone: Clone
) -> None:
    page = visit(carol, viewport=PHONE)
    page.goto("/voices/")
    assert fits_the_screen(page)
    cards(page).first.get_by_label("More for").click()
    for name in ("Rename", "Download sample", "Delete"):
        expect(cards(page).first.get_by_role("link", name=name)).to_be_in_viewport()
    assert fits_the_screen(page)
    cards(page).first.get_by_role("link", name="Delete").click()
    expect(page.get_by_role("button", name="Delete this voice")).to_be_in_viewport()
    page = visit(alice, viewport=PHONE)
    page.goto(clone.voice_page)
    expect(page.get_by_role("heading", name=clone.voice_id, level=1)).to_be_visible()
    assert fits_the_screen(page)


def test_without_javascript_one_finds_turns_pages_renames_and_deletes(visit: Visit, carol: steps.Person) -> None:
    page = visit(carol, java_script_enabled=False)
    page.goto("/voices/")
    page.get_by_role("link", name="Show more").click()
    expect(page.get_by_text("Page 2 of 3")).to_be_visible()
    expect(cards(page)).to_have_count(24)
    page.get_by_role("link", name="Permanent 20").click()
    page.get_by_role("searchbox").fill("podcast")
    page.get_by_label("Order").select_option("Oldest first")
    page.get_by_role("button", name="Search").click()
    expect(cards(page)).to_have_count(3)
    voice = cards(page).first
    old = voice.get_by_role("heading").inner_text()
    voice.get_by_label("More for").click()
    voice.get_by_role("link", name="Rename").click()
    page.get_by_role("textbox", name="Name").fill("Podcast, old")
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("heading", name="Podcast, old", level=1)).to_be_visible()
    assert old != "Podcast, old"
    page.get_by_role("link", name="Delete this voice").click()
    expect(page.get_by_role("heading", name="Delete “Podcast, old”?")).to_be_visible()
    page.get_by_role("button", name="Delete this voice").click()
    expect(page.get_by_text("“Podcast, old” is deleted, with everything it said.")).to_be_visible()


# --- the page of a voice ---


def test_the_programs_of_a_voice_are_copied(visit: Visit, alice: steps.Person, clone: Clone, studio: Studio) -> None:
    page = visit(alice, permissions=["clipboard-read", "clipboard-write"])
    page.goto(clone.voice_page)
    for title, word in (("curl", "curl -fsS"), ("Python", "import requests"), ("JavaScript", "await fetch")):
        program = page.get_by_role("region", name=title, exact=True)
        if not program.is_visible():
            page.get_by_text(title, exact=True).click()
        page.get_by_role("button", name=f"Copy the {title} program").click()
        expect(page.locator("#toasts")).to_contain_text("Copied")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert word in copied
        assert clone.voice_id in copied
        assert f"{studio.url}/api/v3" in copied


def test_a_card_that_is_being_cloned_becomes_ready_where_it_is(visit: Visit, alice: steps.Person, clone: Clone) -> None:
    page = visit(alice)
    page.goto(f"/clone/?sample={clone.sample}")
    page.get_by_label("Voice ID").fill("AliceVoice-watched-1")
    page.get_by_label("Preview text").fill(steps.TEXT)
    steps.agree(page)
    steps.press_clone(page)
    page.wait_for_url("**/clone/?task=*")
    page.goto("/voices/?q=watched&show=temporary")
    expect(card(page, "AliceVoice-watched-1")).to_contain_text(LEFT, timeout=steps.LONG)
    steps.hear(card(page, "AliceVoice-watched-1").get_by_role("group", name="The preview"))
