"""A private sound file in parts, as a player asks for them (RFC 9110 §13 and §14)."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory

from voiceclone.audio.ranged import ranged_file_response

CONTENT = bytes(range(256)) * 1000  # several blocks, and every byte tells its place
SIZE = len(CONTENT)
pytestmark = pytest.mark.django_db  # a response that is closed lets go of the database, whether it asked it or not


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "5f0c.mp3"
    path.write_bytes(CONTENT)
    return path


def ask(
    file: Path | File[Any], method: str = "get", *, as_attachment: bool = False, **headers: str
) -> HttpResponseBase:
    request = getattr(RequestFactory(), method)(
        "/", headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    return ranged_file_response(
        request,
        file,
        content_type="audio/mpeg",
        filename="voice-1.mp3",
        etag="abc",
        as_attachment=as_attachment,
    )


def body(response: HttpResponseBase) -> bytes:
    content = response.content if isinstance(response, HttpResponse) else b"".join(response)
    response.close()
    return content


def test_without_a_range_the_whole_file_is_sent(sound):
    response = ask(sound)
    assert response.status_code == 200
    assert response["Content-Length"] == str(SIZE)
    assert response["Content-Type"] == "audio/mpeg"
    assert response["Accept-Ranges"] == "bytes"
    assert response["ETag"] == '"abc"'
    assert body(response) == CONTENT


def test_every_answer_keeps_browsers_from_taking_it_for_a_page(sound):
    for headers in ({}, {"range": "bytes=0-9"}, {"range": "bytes=999999-"}, {"if_none_match": '"abc"'}):
        response = ask(sound, **headers)
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert response["Cross-Origin-Resource-Policy"] == "same-origin"
        assert response["Cache-Control"] == "private, max-age=3600"
        response.close()


def test_the_name_on_disk_is_never_told(sound):
    assert ask(sound)["Content-Disposition"] == 'inline; filename="voice-1.mp3"'
    assert ask(sound, range="bytes=0-1")["Content-Disposition"] == 'inline; filename="voice-1.mp3"'
    assert ask(sound, as_attachment=True)["Content-Disposition"] == 'attachment; filename="voice-1.mp3"'


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-", 0, SIZE - 1),
        ("bytes=100-199", 100, 199),
        ("Bytes=70000-200000", 70000, 200000),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE - 1),
        ("bytes=5-99999999", 5, SIZE - 1),
        ("bytes=-1", SIZE - 1, SIZE - 1),
        ("bytes=-1000", SIZE - 1000, SIZE - 1),
        ("bytes=-99999999", 0, SIZE - 1),
    ],
)
def test_a_range_gets_exactly_its_bytes(asked, first, last, sound):
    response = ask(sound, range=asked)
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert response["Content-Length"] == str(last - first + 1)
    assert body(response) == CONTENT[first : last + 1]


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}", "bytes=-0", "bytes=99999999-"])
def test_a_range_outside_the_file_is_told_how_long_it_is(asked, sound):
    response = ask(sound, range=asked)
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{SIZE}"
    assert body(response) == b""


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=9-3",
        "bytes=-",
        "bytes=a-b",
        "bytes=0-9,20-29",
        "items=0-9",
        "bytes",
        "",
        "bytes=١-٢",
        "bytes=" + "9" * 5000 + "-",
    ],
)
def test_a_range_that_is_malformed_or_more_than_one_is_ignored(asked, sound):
    response = ask(sound, range=asked)
    assert response.status_code == 200
    assert body(response) == CONTENT


def test_an_empty_file_can_be_asked_for(tmp_path):
    (tmp_path / "empty").touch()
    assert body(ask(tmp_path / "empty")) == b""
    assert ask(tmp_path / "empty", range="bytes=0-").status_code == 416


def test_if_range_gives_the_part_only_of_the_same_version(sound):
    assert ask(sound, range="bytes=0-9", if_range='"abc"').status_code == 206
    for other in ('"old"', 'W/"abc"', "Wed, 21 Oct 2026 07:28:00 GMT"):
        response = ask(sound, range="bytes=0-9", if_range=other)
        assert response.status_code == 200
        assert body(response) == CONTENT


@pytest.mark.parametrize("known", ['"abc"', 'W/"abc"', '"old", "abc"', "*"])
def test_what_the_browser_has_is_not_sent_again(known, sound):
    response = ask(sound, if_none_match=known, range="bytes=0-9")
    assert response.status_code == 304
    assert response["ETag"] == '"abc"'
    assert body(response) == b""


def test_another_version_is_sent(sound):
    assert body(ask(sound, if_none_match='"old"')) == CONTENT


def test_head_tells_the_size_and_ignores_a_range(sound):
    response = ask(sound, "head", range="bytes=0-9")
    assert response.status_code == 200
    assert response["Content-Length"] == str(SIZE)
    assert response["Accept-Ranges"] == "bytes"
    assert body(response) == b""


class Watched(io.BytesIO):
    """Bytes that remember whether they are still open."""


def test_the_file_is_closed_with_the_response():
    for headers in ({}, {"range": "bytes=5-9"}):
        bytes_behind = Watched(CONTENT)
        file = File(bytes_behind, name="x.mp3")
        file.size = SIZE
        response = ask(file, **headers)
        assert not bytes_behind.closed
        body(response)
        assert bytes_behind.closed


def test_files_of_a_storage_work_too(tmp_path):
    storage = FileSystemStorage(location=tmp_path)
    name = storage.save("voice.mp3", ContentFile(CONTENT))
    with storage.open(name) as file:
        assert body(ask(file, range="bytes=10-19")) == CONTENT[10:20]
    with storage.open(name) as file:
        assert body(ask(file)) == CONTENT


def test_a_file_that_is_gone_says_so(tmp_path):
    with pytest.raises(FileNotFoundError):
        ask(tmp_path / "gone.mp3")
