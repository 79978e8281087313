"""The Speak page: what it remembers, what it says about a voice, and how a speech arrives sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.utils.timezone import now

from voiceclone.accounts.models import User
from voiceclone.engines.base import Chunk
from voiceclone.predictions import lifecycle, sounds
from voiceclone.predictions.models import CLONE, Prediction
from voiceclone.speech.forms import SpeechForm
from voiceclone.voices.models import Voice

pytestmark = pytest.mark.django_db(transaction=True)
MakeVoice = Callable[..., Voice]
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def browser(alice: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(alice)


def speak(voice: Voice, **settings: Any) -> Prediction:
    given = {"text": "One heron. Two herons.", "voice_id": voice.voice_id, **settings}
    return lifecycle.submit(voice.owner, "minimax/speech-2.6-hd", "builtin", voice, given)


def html(browser: Client, address: str = "/speak/", **posted: str) -> str:
    answer = browser.post(address, posted, **HTMX) if posted else browser.get(address)  # type: ignore[arg-type]
    return answer.content.decode()


def test_the_settings_of_a_voice_are_those_of_its_last_speech(
    browser: Client, alice: User, make_voice: MakeVoice
) -> None:
    one, other = make_voice(alice, "OneVoice-1"), make_voice(alice, "OtherVoice-1")
    speak(one, speed=1.25, pitch=-3, emotion="sad", sample_rate=16000)
    speak(other, speed=0.5)
    page = html(browser, "/speak/?voice=OneVoice-1")
    assert 'name="speed" value="1.25"' in page
    assert 'name="pitch" value="-3"' in page
    assert '<option value="sad" selected>' in page
    assert '<option value="minimax/speech-2.6-hd" selected>' in page
    assert '<option value="16000" selected>' in page
    assert "One heron." not in page
    assert 'name="speed" value="0.5"' in html(browser)  # the voice that was spoken with last


def test_another_voice_brings_its_settings_and_keeps_the_text(
    browser: Client, alice: User, make_voice: MakeVoice
) -> None:
    speak(make_voice(alice), speed=1.25)
    given = {"voice_id": "AliceVoice-1", "text": "Unsaid.", "speed": "2"}
    fragment = html(browser, use="voice", **given)
    assert 'name="speed" value="1.25"' in fragment
    assert '<textarea name="text"' not in fragment  # it stays as it is
    assert 'id="speak-button" hx-swap-oob="true"' in fragment  # another voice may be able to speak
    without_javascript = browser.post("/speak/", {"use": "voice", **given}).content.decode()
    assert 'name="speed" value="1.25"' in without_javascript
    assert "Unsaid.</textarea>" in without_javascript
    assert 'name="speed" value="1"' in html(browser, use="defaults", **given)
    assert Prediction.objects.exclude(model=CLONE).count() == 1


def test_what_the_engine_cannot_honour_is_greyed_out_with_the_reason(
    browser: Client, alice: User, make_voice: MakeVoice
) -> None:
    make_voice(alice)
    page = html(browser)
    assert '<option value="Filipino" disabled>' in page
    assert '<option value="English">' in page
    assert "This voice cannot speak Filipino" in page


@pytest.mark.parametrize(
    ("state", "fields", "sentence"),
    [
        ("cloning", {}, "is still being cloned"),
        ("failed", {}, "was not made: its clone failed"),
        ("expired", {}, "expired on"),
        ("deleted", {}, "was deleted on"),
        ("ready", {"frozen_at": now()}, "is frozen since"),
    ],
)
def test_a_voice_that_cannot_speak_has_its_own_sentence_and_nothing_is_lost(
    browser: Client, alice: User, make_voice: MakeVoice, state: str, fields: dict[str, Any], sentence: str
) -> None:
    make_voice(alice, state=state, **fields)
    shown = html(browser, "/speak/?voice=AliceVoice-1")
    assert sentence in shown
    assert 'id="speak-button" disabled aria-describedby="voice-note"' in shown
    assert ('href="/clone/">Clone a new one</a>' in shown) == (state in ("failed", "expired", "deleted"))
    answer = browser.post("/speak/", {"voice_id": "AliceVoice-1", "text": "Unsaid.", "speed": "1.5"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count(sentence) == 1
    assert "Unsaid.</textarea>" in page
    assert 'name="speed" value="1.5"' in page
    assert '<option value="AliceVoice-1" selected>' in page


def test_a_foreign_voice_is_like_one_that_never_was(
    browser: Client, bob: User, alice: User, make_voice: MakeVoice
) -> None:
    make_voice(bob, "BobsVoice-1")
    nothing_yet = html(browser, "/speak/?voice=BobsVoice-1")
    assert "No voice to speak with yet" in nothing_yet
    assert "You have no voice with the ID “BobsVoice-1”." in nothing_yet
    make_voice(alice)
    assert "You have no voice with the ID “BobsVoice-1”." in html(browser, "/speak/?voice=BobsVoice-1")
    assert "You have no voice with the ID" in html(browser, "/speak/?voice=%00")


def test_a_temporary_voice_says_what_speaking_does(browser: Client, alice: User, make_voice: MakeVoice) -> None:
    voice = make_voice(alice)
    assert "Its first finished speech makes it permanent." in html(browser)
    Voice.objects.filter(pk=voice.pk).update(is_permanent=True, expires_at=None)
    assert "makes it permanent" not in html(browser)


@pytest.mark.parametrize("given", ["One <#100#> two.", "One. <#1#>", "<#1#> One.", "One <#1#> <#1#> two."])
def test_a_pause_that_cannot_be_is_refused_for_pages_and_programs(
    alice: User, make_voice: MakeVoice, given: str
) -> None:
    make_voice(alice)
    form = SpeechForm(alice, {"voice_id": "AliceVoice-1", "text": given})
    assert "ause" in form.errors["text"][0]
    assert SpeechForm(alice, {"voice_id": "AliceVoice-1", "text": "One <#1.5#> two."}).is_valid()


def test_sliders_know_their_ends_where_numbers_have_a_comma(
    browser: Client, alice: User, make_voice: MakeVoice
) -> None:
    make_voice(alice)
    page = browser.get("/speak/", HTTP_ACCEPT_LANGUAGE="es").content.decode()
    ends = re.findall(r'type="range"[^>]* min="([^"]*)" max="([^"]*)"', page)
    assert ends == [("0.5", "2"), ("0.1", "10"), ("-12", "12")]


def test_the_result_stands_between_the_button_and_the_settings(
    browser: Client, alice: User, make_voice: MakeVoice
) -> None:
    voice = make_voice(alice)
    page = html(browser)
    places = [page.index(f'id="{name}"') for name in ("speak-form", "speak-button", "result", "settings", "id_speed")]
    assert places == sorted(places)
    assert page.index("</form>", places[1]) < places[2]
    assert set(
        re.findall(r'<(?:input|select|textarea)[^>]* name="(?:speed|emotion|sample_rate)"[^>]*(form="[\w-]+")', page)
    ) == {'form="speak-form"'}
    answer = html(browser, "/speak/", voice_id=voice.voice_id, text="One heron.", speed="9")
    settings = answer.partition('<aside class="card" id="settings" hx-swap-oob="true"')[2]
    assert "Speed is between 0.5 and 2; 9 was given." in unescape(settings)


def test_a_double_click_is_one_task(browser: Client, alice: User, make_voice: MakeVoice) -> None:
    make_voice(alice)
    for _ in range(2):
        html(browser, voice_id="AliceVoice-1", text="One heron.", nonce="abc")
    assert Prediction.objects.exclude(model=CLONE).count() == 1


def test_sound_starts_by_itself_only_after_the_persons_own_click(
    browser: Client, alice: User, make_voice: MakeVoice
) -> None:
    make_voice(alice)
    page = html(browser, voice_id="AliceVoice-1", text="One heron.")
    assert "data-hear" in page.partition("data-heard")[0]
    task = Prediction.objects.exclude(model=CLONE).get()
    assert "data-hear>" not in html(browser, f"/speak/?task={task.pk}")


def test_the_estimate_is_silent_before_the_first_run(browser: Client, alice: User, make_voice: MakeVoice) -> None:
    voice = make_voice(alice)
    assert "data-work" not in html(browser)
    task = speak(voice, speed=2)
    times = {"started_at": task.created_at, "finished_at": task.created_at}
    Prediction.objects.filter(pk=task.pk).update(status="completed", seconds=1.1, **times)
    assert f'data-sound="{1.1 * 2 / 22:.5f}"' in html(browser)


def test_sentences_are_offered_while_the_rest_is_made(browser: Client, alice: User, make_voice: MakeVoice) -> None:
    task = speak(make_voice(alice))
    page = html(browser, f"/speak/?task={task.pk}")
    assert '<span data-sentence="0">One heron.</span> <span data-sentence="1">Two herons.</span>' in page
    assert 'data-parts=""' in page

    held = lifecycle.claim(task.pk)
    assert held
    length = sounds.keep_part(held, 0, Chunk("One heron.", np.zeros(36000, np.float32), 24000))
    with lifecycle.hold(held) as progress:
        progress("speaking", 1, 2)
    lifecycle.offer_parts(held, [length])
    changes = html(browser, f"/tasks/changes/?as=speech&v=0&task={task.pk}")
    assert 'data-parts="1.5"' in changes
    assert "Speaking 2 of 2" in changes
    assert "“Two herons.”" in changes
    assert "data-player" not in changes  # whatever plays goes on playing
    assert browser.get(f"/tasks/{task.pk}/parts/0").status_code == 200


def test_a_cancelled_speech_offers_the_same_again(browser: Client, alice: User, make_voice: MakeVoice) -> None:
    task = speak(make_voice(alice))
    changes = browser.post(f"/tasks/{task.pk}/cancel/?as=speech", **HTMX).content.decode()  # type: ignore[arg-type]
    assert f"innerHTML:#speech-{task.pk}-foot" in changes
    assert "data-gone" in changes
    assert f"/tasks/{task.pk}/retry/" in changes
