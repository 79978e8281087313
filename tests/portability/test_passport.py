"""A voice passport: one voice leaves this site whole, and arrives at another only if nothing in it is wrong."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import numpy as np
import pytest
import soundfile
from django.template.loader import render_to_string
from django.test import Client
from django.utils.timezone import now

from tests.conftest import speech
from tests.portability.conftest import SPEECH, upload
from voiceclone.accounts.models import User
from voiceclone.audit.models import Action, AuditEvent
from voiceclone.cloning.submit import submit
from voiceclone.engines import registry
from voiceclone.engines.builtin import profile as builtin_profile
from voiceclone.engines.builtin.demo import demo_sample
from voiceclone.portability import erasure, passport, passport_reader
from voiceclone.portability.passport_reader import NotImportable
from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import CLONE, Prediction
from voiceclone.samples.models import Sample
from voiceclone.voices import retention
from voiceclone.voices.models import Consent, Voice

pytestmark = pytest.mark.django_db(transaction=True)
MakeVoice = Callable[..., Voice]
ClientOf = Callable[[User], Client]


def exported(browser: Client, voice: Voice) -> bytes:
    answer = browser.post(f"/voices/{voice.voice_id}/export/")
    assert answer.status_code == 200
    return b"".join(answer)  # type: ignore[arg-type]


def importing(browser: Client, content: bytes | None, **fields: str) -> tuple[int, str]:
    """Status, and where it leads or what the page says."""
    given = {"consent": "on", **fields, **({"file": upload(content)} if content is not None else {})}
    answer = browser.post("/voices/import/", given)
    return answer.status_code, answer.get("Location") or answer.content.decode()


def unpacked(content: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(content)) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def packed(files: Mapping[str, bytes], method: int = ZIP_STORED) -> bytes:
    target = BytesIO()
    with ZipFile(target, "w", method) as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    return target.getvalue()


def rewritten(content: bytes, **changes: Any) -> bytes:
    """What somebody makes who knows the format: other words, and the right hash for them."""
    files = unpacked(content)
    description = {**json.loads(files["passport.json"]), **changes}
    description["hash"] = passport.hash_of(description)
    return packed({**files, "passport.json": json.dumps(description).encode()})


def refusal(content: bytes) -> str:
    with pytest.raises(NotImportable) as refused:
        passport_reader.read(BytesIO(content), len(content))
    return str(refused.value)


@pytest.fixture
def voice(alice: User, make_voice: MakeVoice) -> Voice:
    return make_voice(alice, name="My own", language="English", volume_normalization=True)


@pytest.fixture
def content(alice: User, voice: Voice, client_of: ClientOf) -> bytes:
    return exported(client_of(alice), voice)


@pytest.fixture
def bobs(bob: User, client_of: ClientOf) -> Client:
    return client_of(bob)


# --- making one -----------------------------------------------------------------------------------------------------


def test_it_holds_the_voice_whole(voice: Voice, content: bytes) -> None:
    files = unpacked(content)
    assert set(files) == {"passport.json", "sample.flac", "profile.npz", "preview.mp3"}
    assert voice.sample
    with voice.sample.file.open("rb") as sample, voice.profile.open("rb") as profile:
        assert (files["sample.flac"], files["profile.npz"]) == (sample.read(), profile.read())
    description = json.loads(files["passport.json"])
    assert (description["format"], description["format_version"]) == ("voiceclone-voice-passport", 1)
    assert (description["voice_id"], description["name"], description["language"]) == (
        "AliceVoice-1",
        "My own",
        "English",
    )
    assert description["engine"] == {"name": "builtin", "profile_version": builtin_profile.VERSION}
    assert description["settings"]["volume_normalization"] is True
    assert description["consent"]["statement"] == Consent.STATEMENT
    assert description["consent"]["method"] == "ticked"
    for name in ("sample.flac", "profile.npz", "preview.mp3"):
        assert description["files"][name]["sha256"] == hashlib.sha256(files[name]).hexdigest()
    assert "alice@example.org" not in files["passport.json"].decode()


def test_the_version_in_it_is_the_engines(db: None) -> None:
    assert registry.get("builtin").profile_version == builtin_profile.VERSION


def test_the_same_voice_makes_the_same_bytes(alice: User, voice: Voice, content: bytes, client_of: ClientOf) -> None:
    assert exported(client_of(alice), voice) == content


def test_it_carries_the_settings_of_the_last_speech(
    alice: User, voice: Voice, speak: Callable[..., Prediction], client_of: ClientOf
) -> None:
    speak(voice, speed=1.5, pitch=-2, emotion="sad")
    description = json.loads(unpacked(exported(client_of(alice), voice))["passport.json"])
    assert description["settings"]["speech"] == {"speed": 1.5, "pitch": -2, "emotion": "sad"}


def test_the_page_of_a_voice_may_offer_it_by_one_line(voice: Voice) -> None:
    fragment = render_to_string("portability/_passport_link.html", {"voice": voice})
    assert 'method="post" action="/voices/AliceVoice-1/export/"' in fragment
    assert "it stays temporary" in fragment


def test_it_is_a_download_that_nobody_keeps(alice: User, voice: Voice, client_of: ClientOf) -> None:
    answer = client_of(alice).post("/voices/AliceVoice-1/export/")
    assert answer["Content-Disposition"] == 'attachment; filename="AliceVoice-1.voicepassport"'
    assert answer["Content-Type"] == "application/vnd.voiceclone.passport+zip"
    assert answer["Cache-Control"] == "no-store"
    answer.close()


def test_exporting_is_no_use_of_the_voice(voice: Voice, content: bytes, alice: User) -> None:
    before = voice.expires_at
    voice.refresh_from_db()
    assert (voice.is_permanent, voice.first_used_at, voice.expires_at) == (False, None, before)
    event = AuditEvent.objects.get(action=Action.VOICE_EXPORTED)
    assert (event.object_id, event.actor) == (str(voice.pk), alice)


def test_a_frozen_voice_does_not_travel(alice: User, voice: Voice, client_of: ClientOf) -> None:
    retention.freeze(voice, alice)
    browser = client_of(alice)
    answer = browser.post("/voices/AliceVoice-1/export/", follow=True)
    assert "is frozen since" in answer.content.decode()


# --- taking one in --------------------------------------------------------------------------------------------------


def test_it_becomes_a_voice_that_is_being_cloned(bob: User, bobs: Client, content: bytes) -> None:
    status, where = importing(bobs, content)
    task = Prediction.objects.get(owner=bob)
    assert (status, where) == (302, f"/clone/?task={task.pk}")
    voice = Voice.objects.get(owner=bob)
    assert (voice.voice_id, voice.name, voice.language, voice.state) == ("AliceVoice-1", "My own", "English", "cloning")
    assert voice.volume_normalization
    assert (task.model, task.input["text"]) == (CLONE, "Hello.")
    assert AuditEvent.objects.get(action=Action.VOICE_IMPORTED).actor == bob


def test_consent_is_given_again_and_keeps_the_one_before(bob: User, bobs: Client, content: bytes) -> None:
    importing(bobs, content)
    consent = Consent.objects.get(person=bob)
    assert consent.method == "passport"
    assert consent.original["statement"] == Consent.STATEMENT
    assert consent.original["method"] == "ticked"
    assert consent.original["passport"] == json.loads(unpacked(content)["passport.json"])["hash"]


def test_without_consent_nothing_is_imported_and_nothing_is_lost(bob: User, bobs: Client, content: bytes) -> None:
    answer = bobs.post("/voices/import/", {"file": upload(content), "voice_id": "BobsVoice-7"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Tick this line first" in page
    assert 'value="BobsVoice-7"' in page
    kept = page.split('name="kept" value="')[1].split('"')[0]
    status, _ = importing(bobs, None, kept=kept, voice_id="BobsVoice-7")
    assert status == 302
    assert Voice.objects.get(owner=bob).voice_id == "BobsVoice-7"


def test_a_voice_id_that_is_taken_is_asked_for_without_another_upload(
    alice: User, content: bytes, client_of: ClientOf
) -> None:
    browser = client_of(alice)
    status, page = importing(browser, content)
    assert status == 422
    assert "You already have a voice with the ID “AliceVoice-1”" in page
    kept = page.split('name="kept" value="')[1].split('"')[0]
    status, page = importing(browser, None, kept=kept, voice_id="short")
    assert "A voice ID has at least 8 characters; this one has 5." in page
    status, _ = importing(browser, None, kept=kept, voice_id="AliceVoice-2")
    assert status == 302


def test_what_was_kept_for_one_person_is_nothing_for_another(
    alice: User, bob: User, bobs: Client, content: bytes, client_of: ClientOf
) -> None:
    _, page = importing(client_of(alice), content)
    kept = page.split('name="kept" value="')[1].split('"')[0]
    status, page = importing(bobs, None, kept=kept)
    assert status == 422
    assert "Choose the passport once more" in page
    assert not Voice.objects.filter(owner=bob).exists()


def test_a_double_click_is_one_voice(bob: User, bobs: Client, content: bytes) -> None:
    first = importing(bobs, content, nonce="n1")
    assert importing(bobs, content, nonce="n1") == first
    assert Voice.objects.filter(owner=bob).count() == 1


def test_nothing_chosen_is_a_sentence(bobs: Client, db: None) -> None:
    assert "Choose a voice passport first." in importing(bobs, None)[1]


@pytest.mark.parametrize("garbage", [b"", b"x", b"PK", b"not a zip " * 99, speech("mp3", 3.0)])
def test_what_is_no_passport_is_told_so(bobs: Client, garbage: bytes) -> None:
    status, page = importing(bobs, garbage)
    assert status == 422
    assert "This is not a voice passport." in page


def test_a_site_that_takes_shorter_samples_says_so(bobs: Client, content: bytes, settings: Any) -> None:
    settings.SAMPLE_MAX_SECONDS = 4
    status, page = importing(bobs, content)
    assert status == 422
    assert "4" in page
    assert "second" in page


def test_a_passport_that_is_too_large_is_not_even_read(bobs: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voiceclone.portability.upload.MAX_MB", 0.1)
    monkeypatch.setattr(passport_reader, "MAX_MB", 0)
    status, page = importing(bobs, bytes(1 << 20))
    assert status == 422
    assert "The file is 1.0 MB; the limit for a passport is 0 MB." in page


# --- what may be wrong with it --------------------------------------------------------------------------------------


def test_every_single_changed_byte_is_found(content: bytes) -> None:
    """In each part of the file: names, lengths, checksums, sound, words."""
    for at in {*range(120), *range(len(content) - 400, len(content)), *range(0, len(content), 9973)}:
        changed = bytearray(content)
        changed[at] ^= 0x41
        try:
            description, sample = passport_reader.read(BytesIO(bytes(changed)), len(changed))
        except NotImportable:
            continue
        assert hashlib.sha256(sample).hexdigest() == description["files"]["sample.flac"]["sha256"], at


@pytest.mark.parametrize("length", [10, 1000, -1, -22, -300])
def test_half_a_passport_is_damaged(content: bytes, length: int) -> None:
    assert refusal(content[:length]).startswith("This ")


@pytest.mark.parametrize(
    ("name", "word"), [("sample.flac", "sample"), ("profile.npz", "profile"), ("preview.mp3", "preview")]
)
def test_a_file_that_was_exchanged_is_named(content: bytes, name: str, word: str) -> None:
    files = {**unpacked(content), name: b"something else"}
    assert refusal(packed(files)) == f"The {word} in this passport was changed after it was made."


def test_words_that_were_changed_are_found(content: bytes) -> None:
    files = unpacked(content)
    files["passport.json"] = files["passport.json"].replace(b"My own", b"My 0wn")
    assert refusal(packed(files)) == passport_reader.FORGED


def test_a_file_that_is_missing_or_too_many_is_found(content: bytes) -> None:
    files = unpacked(content)
    assert "does not hold the files" in refusal(packed({n: f for n, f in files.items() if n != "profile.npz"}))
    assert "does not hold the files" in refusal(packed({**files, "preview.wav": b"x"}))
    assert refusal(packed({n: f for n, f in files.items() if n != "sample.flac"})) == passport_reader.NOT_ONE
    assert "no part of a passport: “evil.py”" in refusal(packed({**files, "../../evil.py": b"x"}))


def test_a_newer_format_says_that_this_site_is_too_old(content: bytes) -> None:
    assert refusal(rewritten(content, format_version=3)).startswith(
        "This passport has format version 3, and this site reads up to version 1: a newer Voiceclone made it."
    )


def test_an_engine_that_is_not_here_is_named(content: bytes) -> None:
    said = refusal(rewritten(content, engine={"name": "pocket", "profile_version": 1}))
    assert said.startswith("The engine that learnt this voice, “pocket”, is not on this site; it has: builtin.")


def test_a_packed_passport_is_never_unpacked(content: bytes) -> None:
    """So there is no bomb to go off."""
    assert "packed anew" in refusal(packed(unpacked(content), ZIP_DEFLATED))
    bomb = packed({**unpacked(content), "profile.npz": bytes(1 << 26)}, ZIP_DEFLATED)
    assert len(bomb) < 1 << 20
    assert "packed anew" in refusal(bomb)


def test_a_list_of_a_million_files_is_not_read(content: bytes) -> None:
    end = bytearray(content[-22:])
    struct.pack_into("<HHL", end, 8, 60_000, 60_000, len(content))
    assert refusal(content[:-22] + bytes(end)) == passport_reader.NOT_ONE
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)
    assert refusal(content[:-22] + locator + content[-22:]) == passport_reader.DAMAGED


def test_lengths_that_lie_are_found(content: bytes) -> None:
    directory = content.rindex(b"PK\x01\x02")
    for offset in (20, 24):  # compressed, uncompressed
        lying = bytearray(content)
        struct.pack_into("<L", lying, directory + offset, 0x7FFFFFFF)
        refusal(bytes(lying))


@pytest.mark.parametrize(
    "changes",
    [
        {"name": 7},
        {"name": "x" * 300},
        {"name": "nul \x00"},
        {"name": "half \ud800"},
        {"voice_id": "no"},
        {"voice_id": "../../AliceVoice-1"},
        {"language": "Klingon"},
        {"language": ["English"]},
        {"settings": None},
        {"settings": {"transcript": "x" * 9999, "preview_text": "", "speech": {}}},
        {"settings": {"transcript": "", "preview_text": "", "speech": {"speed": float("nan")}}},
        {"settings": {"transcript": "", "preview_text": "", "speech": {"speed": 1e308}}},
        {"settings": {"transcript": "", "preview_text": "", "speech": {"pitch": True}}},
        {"settings": {"transcript": "", "preview_text": "", "speech": {"emotion": {"a": 1}}}},
        {"consent": {}},
        {"consent": "yes"},
        {"files": []},
        {"files": {"sample.flac": "x"}},
        {"engine": "builtin"},
        {"format": "something"},
        {"format_version": "1"},
        {"format_version": 10**4000},
    ],
)  # fmt: skip
def test_words_that_make_no_sense_are_a_sentence(content: bytes, changes: dict[str, Any]) -> None:
    files = unpacked(content)
    description = {**json.loads(files["passport.json"]), **changes}
    try:
        description["hash"] = passport.hash_of(description)
    except UnicodeEncodeError:
        description["hash"] = ""
    assert refusal(packed({**files, "passport.json": json.dumps(description).encode()}))


@pytest.mark.parametrize(
    "text", [b"[" * 60_000, b"{}", b"null", b"\xff", b"1" * 60_000, b" " * 70_000, b'{"format": NaN}']
)
def test_a_description_that_is_none_is_a_sentence(content: bytes, text: bytes) -> None:
    assert refusal(packed({**unpacked(content), "passport.json": text}))


def test_consents_do_not_pile_up_for_ever(content: bytes) -> None:
    description = json.loads(unpacked(content)["passport.json"])
    consent = description["consent"]
    for _ in range(passport_reader.MAX_CONSENTS):
        consent = {**consent, "original": dict(consent)}
    assert "“consent”" in refusal(rewritten(content, consent=consent))


def test_a_hostile_profile_reaches_nobody(bob: User, bobs: Client, content: bytes) -> None:
    """It is hashed and left alone: what an engine gets is what it learns itself."""
    target = BytesIO()
    np.savez(target, evil=np.array([print], dtype=object), version=np.array(1))
    files = {**unpacked(content), "profile.npz": target.getvalue()}
    description = json.loads(files["passport.json"])
    description["files"]["profile.npz"] = {"bytes": 1, "sha256": hashlib.sha256(target.getvalue()).hexdigest()}
    status, _ = importing(bobs, rewritten(packed(files), **description))
    assert status == 302
    lifecycle.run.call(Prediction.objects.get(owner=bob).pk)
    voice = Voice.objects.get(owner=bob)
    assert voice.state == "ready"
    with voice.profile.open("rb") as profile:
        assert profile.read() != target.getvalue()


# --- there and back again -------------------------------------------------------------------------------------------


def test_a_voice_travels_and_speaks_elsewhere(
    alice: User, bob: User, make_sample: Callable[..., Sample], client_of: ClientOf
) -> None:
    """Cloned for real, exported, erased with its account, imported by somebody else, and spoken with."""
    inputs = {"custom_voice_id": "TravelVoice-1", "text": "Hello.", "language_boost": "English", "accuracy": 0.7}
    waveform, rate, text = demo_sample()
    sample = make_sample(alice, len(waveform) / rate)
    Sample.objects.filter(pk=sample.pk).update(transcript=text)
    sample.refresh_from_db()
    task = submit(alice, sample, inputs)
    lifecycle.run.call(task.pk)
    task.refresh_from_db()
    assert task.status == "completed", task.error
    voice = Voice.objects.get(owner=alice)
    with sample.file.open("rb") as file:
        original, _ = soundfile.read(BytesIO(file.read()), dtype="int16")
    with voice.profile.open("rb") as file:
        learnt = builtin_profile.Profile.load(file.read())
    content = exported(client_of(alice), voice)
    erasure.run.call(erasure.begin(alice, alice).pk)
    assert not Voice.objects.exists()

    status, _ = importing(client_of(bob), content)
    assert status == 302
    lifecycle.run.call(Prediction.objects.get(owner=bob).pk)
    voice = Voice.objects.get(owner=bob)
    assert voice.state == "ready"
    assert not voice.is_permanent
    assert voice.expires_at
    assert voice.expires_at > now()
    assert voice.sample
    assert voice.sample.transcript == text
    with voice.sample.file.open("rb") as file:
        arrived, _ = soundfile.read(BytesIO(file.read()), dtype="int16")
    assert np.array_equal(original, arrived)
    with voice.profile.open("rb") as file:
        learnt_again = builtin_profile.Profile.load(file.read())
    assert learnt_again.transcript == learnt.transcript
    assert learnt_again.log_f0_mean == pytest.approx(learnt.log_f0_mean)

    speech = lifecycle.submit(bob, SPEECH, "builtin", voice, {"text": "Here I am.", "language_boost": "English"})
    lifecycle.run.call(speech.pk)
    speech.refresh_from_db()
    assert speech.status == "completed", speech.error
    assert speech.seconds > 0.3
    voice.refresh_from_db()
    assert voice.is_permanent
