"""By keyboard alone, without JavaScript, on a phone, in the dark, and at an address that is not there."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import PASSWORD
from tests.e2e import sounds, steps
from tests.e2e.conftest import PHONE, Visit
from tests.e2e.steps import Clone, Person

pytestmark = pytest.mark.browser


def test_the_keyboard_alone_is_enough(alices_page: Page, recordings: sounds.Recordings) -> None:
    page = alices_page
    page.goto("/clone/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    steps.tab_to(page, page.get_by_label("Sample", exact=True))
    steps.choose_with_the_keyboard(page, recordings.of("wav"))
    expect(page.get_by_role("heading", name="Your sample")).to_be_focused()

    steps.tab_to(page, page.get_by_label("Voice ID"))
    page.keyboard.press("Control+A")
    page.keyboard.type("AliceVoice-by-keyboard-1")
    steps.tab_to(page, page.get_by_role("checkbox", name="This is my own voice"))
    page.keyboard.press("Space")
    steps.tab_to(page, page.get_by_role("button", name="Clone voice"))
    page.keyboard.press("Enter")
    steps.wait_for_clone(page)

    player = steps.player(steps.result(page), "Your clone")
    steps.tab_to(page, player.get_by_role("button", name="Play your clone"))
    page.keyboard.press("Enter")
    expect(steps.sound_of(player)).not_to_have_js_property("currentTime", 0)
    page.keyboard.press("Enter")
    expect(steps.sound_of(player)).to_have_js_property("paused", True)
    steps.tab_to(page, player.get_by_label("Position in your clone"))
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(steps.sound_of(player)).to_have_js_property("currentTime", 2)


def test_without_javascript_a_plain_form_ends_in_a_plain_player(
    visit: Visit, alice: Person, recordings: sounds.Recordings
) -> None:
    page = visit(alice, java_script_enabled=False)
    page.goto("/clone/")
    expect(page.locator("noscript p", has_text="Recording in the page needs JavaScript.").first).to_be_visible()
    expect(page.get_by_role("button", name="Start recording")).to_be_hidden()
    steps.choose(page, recordings.of("wav"))
    page.get_by_label("Voice ID").fill("AliceVoice-plain-1")
    page.get_by_label("Preview text").fill(steps.TEXT)
    steps.press_clone(page)
    expect(page.get_by_role("alert")).to_contain_text("Tick this line first")
    expect(steps.sample_card(page)).to_contain_text("otter.wav")  # it needs no second upload
    expect(page.get_by_label("Voice ID")).to_have_value("AliceVoice-plain-1")

    steps.agree(page)
    steps.press_clone(page)
    page.wait_for_url("**/clone/?task=*")
    sound = steps.result(page).locator("audio[controls]:visible")
    expect(sound).to_have_count(2, timeout=steps.LONG)  # the sample and the clone
    for address in [audio.get_attribute("src") for audio in sound.all()]:
        assert page.request.get(str(address)).status == 200
    expect(page.locator("meta[http-equiv=refresh]")).to_have_count(0)


def test_a_phone_shows_every_page_without_scrolling_sideways(visit: Visit, alice: Person, clone: Clone) -> None:
    page = visit(alice, viewport=PHONE, is_mobile=True, has_touch=True)
    own = ["/clone/", f"/clone/?task={clone.task}", "/voices/", clone.voice_page, "/speak/", "/history/"]
    account = ["", "email/", "password/change/", "2fa/", "2fa/webauthn/", "sessions/"]
    for address in ["/", *own, f"/tasks/{clone.task}/", *(f"/account/{name}" for name in account)]:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address
        for name in ("Clone", "Voices", "Speak", "History"):
            expect(page.get_by_role("navigation").get_by_role("link", name=name, exact=True)).to_be_in_viewport()
    newcomer = visit(viewport=PHONE, is_mobile=True, has_touch=True)
    for address in ("/account/signup/", "/account/login/", "/account/password/reset/"):
        newcomer.goto(address)
        assert newcomer.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address
    steps.sign_up(newcomer, "somebody.with.a.very.long.address.indeed")
    for address in ("/account/", "/account/email/", "/account/2fa/"):
        newcomer.goto(address)
        assert newcomer.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address


def test_on_a_phone_the_result_comes_into_view_by_itself(visit: Visit, alice: Person, clone: Clone) -> None:
    page = visit(alice, viewport=PHONE, is_mobile=True, has_touch=True)
    page.goto(f"/clone/?sample={clone.sample}")
    page.get_by_label("Voice ID").fill("AliceVoice-on-a-phone-1")
    page.get_by_label("Preview text").fill(steps.TEXT)
    steps.agree(page)
    steps.press_clone(page)
    expect(steps.result(page).get_by_role("heading").first).to_be_in_viewport()
    steps.wait_for_clone(page)
    expect(steps.result(page).get_by_role("button", name="Play your clone")).to_be_in_viewport()
    page.reload()
    expect(steps.result(page).get_by_role("heading").first).to_be_in_viewport()


def test_what_scripts_say_is_said_in_the_language_of_the_page(visit: Visit) -> None:
    page = visit(locale="es-ES")
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', 'NotAllowedError') }"
    )
    page.goto("/account/signup/")
    page.get_by_label("Correo electrónico").fill("garza@example.org")
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_role("button", name="Crear una cuenta").click()
    page.wait_for_url("**/clone/")
    page.get_by_label("Texto de prueba").fill("Una garza gris.")
    expect(page.locator("#text-count")).to_have_text("15 / 2.000")
    page.get_by_role("button", name="Empezar a grabar").first.click()
    expect(page.get_by_role("alert").filter(visible=True)).to_contain_text("El micrófono está bloqueado")


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_the_look_follows_the_system_until_one_chooses(visit: Visit) -> None:
    light, dark = "rgb(251, 250, 248)", "rgb(18, 17, 16)"
    assert background(opened(visit(color_scheme="light"))) == light
    page = opened(visit(color_scheme="dark"))
    assert background(page) == dark
    page.get_by_role("button", name="Switch to the light look").click()
    assert background(page) == light
    page.reload()
    assert background(page) == light


def opened(page: Page) -> Page:
    page.goto("/")
    return page


def test_an_address_that_is_not_there_gets_our_own_page(visit: Visit) -> None:
    page = visit(tolerate=404)
    response = page.goto("/not/here")
    assert response is not None
    assert response.status == 404
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    page.get_by_role("link", name="Back to the start").click()
    expect(page.get_by_role("heading", name="Hear your own voice")).to_be_visible()
