"""The sample itself is the sentence of consent, read aloud: nothing has to be read a second time."""

from __future__ import annotations

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.cloning.test_consent import ID, form
from tests.conftest import speech
from voiceclone.accounts.models import User
from voiceclone.audio.encode import encode
from voiceclone.engines.base import TextMatch
from voiceclone.engines.builtin.espeak import espeak
from voiceclone.samples import fixes
from voiceclone.samples.models import Sample
from voiceclone.voices import readings
from voiceclone.voices.models import Evidence, Voice
from voiceclone.voices.readings import Challenge

pytestmark = pytest.mark.django_db(transaction=True)


def spoken(text: str) -> bytes:
    """The synthesiser reads it aloud."""
    said = espeak.speak(text)
    return encode(said.waveform.astype(np.float32), said.sample_rate, format="wav")


@pytest.mark.parametrize("says_it", [True, False])
def test_a_sample_that_was_recorded_with_the_sentence_is_the_reading(
    browser: Client, alice: User, says_it: bool
) -> None:
    challenge = Challenge(ID, ("paper", "whisper", "seven", "basket"))  # clear ones
    story = "Good morning. The kettle is on, the window is open, and for once nobody is in a hurry."
    read = f"{story} {challenge.sentence}"
    said = read if says_it else f"{story} Nobody here agrees to anything, and these are not the words of today."
    given = {"file": SimpleUploadedFile("me.wav", spoken(said)), "source": "recording", "script": read}
    given["challenge"] = readings.sign(alice, challenge)
    page = browser.post("/clone/sample/", given, headers={"HX-Request": "true"}).content.decode()
    sample, row = Sample.objects.get(), Evidence.objects.get()
    assert (row.sample, row.sentence, row.read) == (sample, challenge.sentence, read)
    told = page.partition('id="own-voice" hx-swap-oob="true"')[2]
    assert f'name="reading" value="{row.pk}"' in told
    assert "Comparing what you read" in told
    readings.run.call(str(row.pk))
    row.refresh_from_db()
    assert row.is_good == says_it, row.error
    browser.post("/clone/", form(sample, reading=row.pk))
    consent = Voice.objects.get().consent
    assert consent.method == ("read_aloud" if says_it else "ticked")
    if says_it:
        assert (consent.statement, consent.agreement) == (challenge.sentence, row.agreement)


def test_of_a_longer_text_the_sentence_itself_has_to_be_heard() -> None:
    challenge = Challenge(ID, ("river", "candle", "seven", "tiger"))
    words = [word.strip(".,").lower() for word in f"{40 * 'the kettle is on '}{challenge.sentence}".split()]
    sentence = len(challenge.sentence.split())
    unsaid = tuple((word, float(place < len(words) - sentence)) for place, word in enumerate(words))
    found = readings._its_end(TextMatch(0.85, "", unsaid), challenge.sentence)
    assert found.agreement == 0
    assert "agree to 0.00" in readings._problem(found, list(challenge.code_words))
    said = tuple((word, 1.0) for word in words)
    assert not readings._problem(
        readings._its_end(TextMatch(0.85, "", said), challenge.sentence), list(challenge.code_words)
    )


def test_a_sample_with_another_script_or_an_old_sentence_is_only_a_sample(browser: Client, alice: User) -> None:
    challenge, other = readings.draw(ID), readings.draw(ID)
    for script, token in (
        ("Good morning.", readings.sign(alice, challenge)),
        (f"Good morning. {other.sentence}", readings.sign(alice, challenge)),
        (f"Good morning. {challenge.sentence}", "nonsense"),
    ):
        given = {"file": SimpleUploadedFile("me.wav", speech("wav", 6.0)), "script": script, "challenge": token}
        page = browser.post("/clone/sample/", given, headers={"HX-Request": "true"})
        assert page.status_code == 200
        assert "own-voice" not in page.content.decode()
    assert not Evidence.objects.exists()


def test_a_button_says_that_the_sample_is_the_sentence(browser: Client, alice: User, sample: Sample) -> None:
    given = {"challenge": readings.sign(alice, readings.draw(ID)), "sample_says_it": "on", "custom_voice_id": ID}
    assert "Give a voice first" in browser.post("/clone/reading/", given).content.decode()
    given["sample"] = str(sample.pk)
    assert "Comparing what you read" in browser.post("/clone/reading/", given).content.decode()
    row = Evidence.objects.get()
    assert (row.sample, row.read) == (sample, "")
    row.erase()
    page = browser.post("/clone/", form(sample) | given)  # the same button without JavaScript
    assert page.status_code == 422
    row = Evidence.objects.get()
    assert "still being compared" in page.content.decode()
    assert f'name="reading" value="{row.pk}"' in page.content.decode()
    Evidence.objects.filter(pk=row.pk).update(status="completed", agreement=0.9, heard="this is my own voice")
    part = fixes.part(sample, 1.0, 5.0)
    browser.post("/clone/", form(part, reading=row.pk))  # a part of the same recording
    assert Voice.objects.get().consent.method == "read_aloud"
