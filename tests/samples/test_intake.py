"""The one way in for a recording."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import soundfile
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.conftest import speech
from voiceclone.accounts.models import User
from voiceclone.samples.intake import SampleRefused, take_in
from voiceclone.samples.models import Sample
from voiceclone.samples.names import clean_name

pytestmark = pytest.mark.django_db(transaction=True)


def upload(content: bytes, name: str = "me.wav") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def left_in_the_intake_folder() -> list[Path]:
    return list(Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir())


@pytest.mark.parametrize("format", ["wav", "mp3", "flac"])
def test_a_recording_becomes_clean_sound(alice: User, format: str) -> None:
    sample = take_in(alice, upload(speech(format, 5.0)))
    with sample.file.open("rb") as kept:
        info = soundfile.info(io.BytesIO(kept.read()))
    assert (info.format, info.samplerate, info.channels) == ("FLAC", 24000, 1)
    assert sample.seconds == pytest.approx(5.0, abs=0.1)
    assert len(sample.peaks) == 160
    assert left_in_the_intake_folder() == []


def test_the_same_bytes_twice_are_one_sample(alice: User) -> None:
    first, second = (take_in(alice, upload(speech("wav", 4.0))) for _ in range(2))
    assert first == second
    assert Sample.objects.count() == 1


def test_the_same_bytes_of_two_people_are_two_samples(alice: User, bob: User) -> None:
    mine, theirs = (take_in(person, upload(speech("wav", 4.0))) for person in (alice, bob))
    assert mine.file.name != theirs.file.name


def test_the_name_on_disk_is_ours(alice: User) -> None:
    sample = take_in(alice, upload(speech("wav", 4.0), "../../etc/passwd.m4a"))
    assert sample.file.name == f"samples/{sample.pk}/sample.flac"
    assert sample.original_name == "passwd.m4a"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("C:\\My voice\\take 1.wav", "take 1.wav"),
        ("gnp\u202egpj.wav", "gnpgpj.wav"),
        ("a\x00b\r\nc.wav", "abc.wav"),
        ("x" * 500, "x" * 120),
        ("\u200b", "recording"),
        ("", "recording"),
    ],
)
def test_names_are_shown_without_tricks(given: str, shown: str) -> None:
    assert clean_name(given) == shown


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 and so on" * 100, "PDF"),
        (b"Dear diary, this is not a recording. " * 100, "We read MP3, M4A, WAV"),
    ],
)
def test_what_is_no_recording_is_refused_in_words(alice: User, content: bytes, sentence: str) -> None:
    with pytest.raises(SampleRefused, match=sentence):
        take_in(alice, upload(content))
    assert not Sample.objects.exists()
    assert left_in_the_intake_folder() == []


def test_too_short_says_how_short_and_what_is_needed(alice: User) -> None:
    with pytest.raises(SampleRefused, match=r"1\.5 seconds.*3 seconds"):
        take_in(alice, upload(speech("wav", 1.5)))


def test_too_large_says_how_large_and_what_may_be(alice: User, settings: Any) -> None:
    settings.SAMPLE_MAX_MB = 0.2
    with pytest.raises(SampleRefused, match=r"0\.3 MB; the limit is 0\.2 MB"):
        take_in(alice, upload(speech("wav", 6.0)))


def test_a_refused_recording_leaves_nothing_behind(alice: User) -> None:
    with pytest.raises(SampleRefused):
        take_in(alice, upload(b"RIFF\x00\x00\x00\x00WAVEjunk"))
    assert left_in_the_intake_folder() == []
    assert not list((Path(settings.MEDIA_ROOT) / "samples").glob(f"*/{alice.pk}*"))


def test_erasing_a_sample_erases_its_sound(alice: User) -> None:
    sample = take_in(alice, upload(speech("wav", 4.0)))
    path = Path(sample.file.path)
    assert path.exists()
    sample.erase()
    assert not path.exists()


def test_a_huge_upload_is_counted_and_not_kept(alice: User, client_of: Callable[[User], Client], settings: Any) -> None:
    settings.SAMPLE_MAX_MB = 0.5
    answer = client_of(alice).post("/clone/sample/", {"file": upload(b"\0" * 3_000_000)}, HTTP_HX_REQUEST="true")
    assert "The file is 2.9 MB; the limit is 0.5 MB." in answer.content.decode()
    assert left_in_the_intake_folder() == []
