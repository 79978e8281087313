"""Consent on the clone page: ticked, read aloud, with permission, or approved by an admin."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.conftest import speech
from voiceclone.accounts.models import User
from voiceclone.engines.base import TextMatch
from voiceclone.predictions import erasure
from voiceclone.samples.models import Sample
from voiceclone.voices import readings
from voiceclone.voices.models import Consent, Evidence, Voice
from voiceclone.voices.readings import Challenge

pytestmark = pytest.mark.django_db(transaction=True)
ID = "ConsentVoice-1"
DECLARATION = "She is my grandmother; these are tapes from 1998, and she asked me to."


def form(sample: Sample, **values: Any) -> dict[str, Any]:
    return {"custom_voice_id": ID, "text": "Hello there.", "consent": "on", "sample": sample.pk, **values}


def read(user: User, sample: Sample, heard: TextMatch | None = None, voice_id: str = ID) -> Evidence:
    """A sentence that was read; as a worker leaves it that heard all of it, or what is given."""
    row = readings.from_sample(sample, readings.draw(voice_id))
    words = tuple((word.strip(".,").lower(), 1.0) for word in row.sentence.split())
    match = heard or TextMatch(0.93, "this is my own voice", words)
    problem = readings._problem(match, row.code_words)
    Evidence.objects.filter(pk=row.pk).update(
        status="failed" if problem else "completed", error=problem, heard=match.heard, agreement=match.agreement
    )
    row.refresh_from_db()
    return row


def test_a_tick_says_whose_voice_it_is(browser: Client, sample: Sample) -> None:
    browser.post("/clone/", form(sample))
    consent = Voice.objects.get().consent
    assert (consent.method, consent.whose, consent.agreement) == ("ticked", "mine", None)
    assert consent.statement == "This is my own voice, and I agree that it is cloned here."


def test_a_sentence_is_fresh_and_names_the_app_and_the_voice(browser: Client) -> None:
    pages = [browser.get("/clone/reading/", {"custom_voice_id": ID}).content.decode() for _ in range(2)]
    for page in pages:
        assert f"I agree that Voiceclone makes a copy of it, called {ID}. My words today are " in page
    words = [page.partition("My words today are ")[2].partition(".")[0] for page in pages]
    assert words[0] != words[1]
    assert "Choose a voice ID first" in browser.get("/clone/reading/", {"custom_voice_id": "bad"}).content.decode()


def test_what_was_read_is_heard_by_a_worker_and_another_text_does_not_pass(
    browser: Client, alice: User, sample: Sample
) -> None:
    challenge = readings.draw(ID)
    given = {"challenge": readings.sign(alice, challenge), "sample": sample.pk, "custom_voice_id": ID}
    answer = browser.post(
        "/clone/reading/", {**given, "reading_file": SimpleUploadedFile("me.wav", speech("wav", 6.0))}
    )
    row = Evidence.objects.get()
    assert "Comparing what you read" in answer.content.decode()
    readings.run.call(str(row.pk))
    page = browser.get(f"/clone/reading/{row.pk}/").content.decode()
    row.refresh_from_db()
    assert (row.status, row.sample) == ("failed", sample)
    assert row.agreement is not None
    assert row.likeness is not None
    assert row.likeness > 0.99  # it is the same recording
    assert row.agreement < 0.4
    told = re.search(r"agree to (\d\.\d\d)", row.error)
    assert told
    assert float(told[1]) == pytest.approx(row.agreement, abs=0.0101)
    assert "To be read:" in page
    assert "nobody was" in page  # what was heard instead
    assert challenge.code_words != tuple(page.partition("My words today are ")[2].partition(".")[0].split())


@pytest.mark.parametrize("heard", [0.0, 0.5])
def test_an_old_recording_with_other_words_does_not_pass(heard: float) -> None:
    drawn = ["river", "candle", "seven", "tiger"]
    text = Challenge(ID, tuple(drawn)).sentence
    words = tuple((word, heard if word in drawn else 1.0) for word in (one.strip(".,").lower() for one in text.split()))
    assert "The last words were not heard: river, candle, seven, tiger." in readings._problem(
        TextMatch(0.85, "", words), drawn
    )
    assert not readings._problem(TextMatch(0.85, "", tuple((word, 1.0) for word, _ in words)), drawn)


@pytest.mark.parametrize("token", ["", "nonsense"])
def test_a_sentence_of_somebody_else_or_of_nobody_is_refused(
    browser: Client, bob: User, sample: Sample, token: str
) -> None:
    for given in (token, readings.sign(bob, readings.draw(ID))):
        upload = SimpleUploadedFile("me.wav", speech("wav", 6.0))
        answer = browser.post(
            "/clone/reading/", {"challenge": given, "reading_file": upload, "custom_voice_id": ID, "sample": sample.pk}
        )
        assert answer.status_code == 422
        assert "good for an hour" in answer.content.decode()
    assert not Evidence.objects.exists()


def test_what_was_read_is_kept_with_the_consent_and_goes_with_the_voice(
    browser: Client, alice: User, sample: Sample
) -> None:
    row = read(alice, sample)
    browser.post("/clone/", form(sample, reading=row.pk))
    voice = Voice.objects.get()
    consent = voice.consent
    assert (consent.method, consent.statement, consent.agreement) == ("read_aloud", row.sentence, 0.93)
    assert consent.evidence.pk == row.pk
    clip = Path(row.file.path)
    assert clip.exists()
    page = browser.get(f"/voices/{ID}/").content.decode()
    assert "Read aloud on" in page
    assert "what was heard agrees to 0.93" in page
    erasure.end_voice(voice, Voice.State.DELETED, Voice.EndReason.OWNER, alice)
    readings.prune()
    assert not clip.exists()
    assert not Evidence.objects.exists()
    assert Consent.objects.get().heard == "this is my own voice"


@pytest.mark.parametrize(("alike", "problem"), [(0.9, ""), (None, ""), (0.73, "their likeness is 0.73, and 0.80 is")])
def test_somebody_else_cannot_read_it(alike: float | None, problem: str) -> None:
    assert problem in readings._stranger(alike)
    assert bool(problem) == bool(readings._stranger(alike))


def test_it_is_read_for_one_sample(
    browser: Client, alice: User, sample: Sample, make_sample: Callable[..., Sample]
) -> None:
    row = read(alice, sample)
    answer = browser.post("/clone/", form(make_sample(alice, 8.0), reading=row.pk))
    assert "read for another sample" in answer.content.decode()
    upload = SimpleUploadedFile("me.wav", speech("wav", 6.0))
    given = {"challenge": readings.sign(alice, readings.draw(ID)), "custom_voice_id": ID, "reading_file": upload}
    assert "Give a voice first" in browser.post("/clone/reading/", given).content.decode()
    assert not Voice.objects.exists()


def test_one_reading_is_for_one_voice(browser: Client, alice: User, sample: Sample) -> None:
    row = read(alice, sample)
    answer = browser.post("/clone/", form(sample, reading=row.pk, custom_voice_id="AnotherVoice-2"))
    assert "names “ConsentVoice-1”, and the voice is to be “AnotherVoice-2”" in answer.content.decode()
    browser.post("/clone/", form(sample, reading=row.pk))
    assert browser.post("/clone/", form(sample, reading=row.pk, custom_voice_id="AnotherVoice-2")).status_code == 422
    assert Voice.objects.count() == 1


def test_permission_says_who_the_speaker_is(browser: Client, sample: Sample) -> None:
    answer = browser.post("/clone/", form(sample, whose="permission", declaration="She agreed."))
    assert "at least 20 characters; 11 were given." in answer.content.decode()
    letter = SimpleUploadedFile("../letter of the heron.html", b"<script>alert(1)</script>")
    browser.post("/clone/", form(sample, whose="permission", declaration=DECLARATION, permission_file=letter))
    consent = Voice.objects.get().consent
    assert (consent.method, consent.whose, consent.declaration) == ("ticked", "permission", DECLARATION)
    assert (consent.evidence.original_name, consent.evidence.size) == ("letter of the heron.html", 25)
    assert Path(consent.evidence.file.path).name == "file"


def test_a_file_is_not_lost_by_a_mistake_elsewhere(browser: Client, sample: Sample) -> None:
    letter = SimpleUploadedFile("letter.pdf", b"%PDF-1.4")
    given = {"whose": "permission", "declaration": DECLARATION}
    page = browser.post(
        "/clone/", form(sample, **given, custom_voice_id="bad", permission_file=letter)
    ).content.decode()
    kept = Evidence.objects.get()
    assert f'name="permission" value="{kept.pk}"' in page
    browser.post("/clone/", form(sample, **given, permission=kept.pk))
    assert Voice.objects.get().consent.evidence == kept


def test_a_file_that_is_too_large_is_refused(browser: Client, sample: Sample) -> None:
    letter = SimpleUploadedFile("letter.pdf", bytes(11 << 20))
    answer = browser.post("/clone/", form(sample, whose="permission", declaration=DECLARATION, permission_file=letter))
    assert "The file is 11.0 MB; the limit is 10 MB." in answer.content.decode()


def test_where_the_site_asks_for_it_a_tick_is_not_enough(
    read_aloud: None, browser: Client, alice: User, sample: Sample
) -> None:
    answer = browser.post("/clone/", form(sample))
    assert "Read the sentence aloud first: this site asks for it." in answer.content.decode()
    wrong = read(alice, sample, TextMatch(0.2, "something else", ()))
    answer = browser.post("/clone/", form(sample, reading=wrong.pk))
    assert "agree to 0.20; 0.70 is needed" in answer.content.decode()
    assert not Voice.objects.exists()
    browser.post("/clone/", form(sample, reading=read(alice, sample).pk))
    assert Voice.objects.get().consent.method == "read_aloud"


def test_the_sample_of_nobody_needs_no_reading(read_aloud: None, browser: Client) -> None:
    browser.post("/clone/demo/")
    browser.post("/clone/", form(Sample.objects.get()))
    assert Voice.objects.get().consent.whose == "nobody"


@pytest.mark.parametrize("said", [{}, {"consent": "", "whose": ""}, {"whose": "permission", "consent": ""}])
def test_of_the_sample_of_nobody_no_untrue_statement_is_kept(browser: Client, said: dict[str, str]) -> None:
    browser.post("/clone/demo/")
    browser.post("/clone/", form(Sample.objects.get(), **said))
    consent = Voice.objects.get().consent
    assert (consent.whose, consent.method, consent.declaration) == ("nobody", "noted", "")
    assert consent.statement == "The project made this speech itself, by synthesis; it belongs to nobody."
    page = browser.get(Voice.objects.get().get_absolute_url()).content.decode()
    assert f"Noted on {consent.given_at:%-d %B %Y, %H:%M} UTC" in page


def test_a_recording_is_not_of_nobody(browser: Client, sample: Sample) -> None:
    assert browser.post("/clone/", form(sample, whose="nobody")).status_code == 422
    assert not Voice.objects.exists()


def test_without_javascript_the_reading_comes_with_the_form(
    read_aloud: None, browser: Client, alice: User, sample: Sample
) -> None:
    token = readings.sign(alice, readings.draw(ID))
    upload = SimpleUploadedFile("me.wav", speech("wav", 6.0))
    page = browser.post("/clone/", form(sample, challenge=token, reading_file=upload)).content.decode()
    assert "still being compared" in page
    assert f'name="reading" value="{Evidence.objects.get().pk}"' in page


def test_a_passport_is_no_way_around(read_aloud: None, browser: Client) -> None:
    upload = SimpleUploadedFile("x.voicepassport", b"PK")
    page = browser.post("/voices/import/", {"file": upload, "consent": "on"}).content.decode()
    assert "clone the sample.flac in it on the clone page" in page


def test_words_are_told_apart_and_known() -> None:
    words = readings._WORDS.split()
    assert len(set(words)) == len(words) >= 40
    assert json.dumps(words).isascii()
