"""What `manage.py check` says about a configuration that will not do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.checks import CheckMessage, run_checks
from pytest_django import Settings

from voiceclone import checks
from voiceclone.audio.decode import decode

from .conftest import speech


@contextmanager
def without_root() -> Iterator[None]:
    """Root may write anywhere; nobody may not."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def said(messages: list[CheckMessage]) -> str:
    """The ids, after a look at the words: sentences, each with what to do about it."""
    for message in messages:
        assert message.msg.endswith(".")
        assert message.hint
    return " ".join(message.id or "" for message in messages)


def test_the_defaults_are_fine() -> None:
    """Whatever kernel and disk the tests run on: those two are tried below."""
    ids = {message.id for message in run_checks()}
    assert ids <= {"voiceclone.W001", "voiceclone.W002", "voiceclone.W006"}


class TestDataDir:
    def test_a_folder_of_ones_own_is_fine(self, settings: Settings, tmp_path: Path) -> None:
        settings.DATA_DIR = tmp_path
        assert "E001" not in said(checks.data_dir(None))
        assert list(tmp_path.iterdir()) == []

    def test_a_folder_that_cannot_be_written_is_an_error(self, settings: Settings) -> None:
        settings.DATA_DIR = Path("/proc")  # nobody can write there, not even root
        (error,) = checks.data_dir(None)
        assert error.is_serious()
        assert error.msg.startswith("DATA_DIR is '/proc', which this user cannot write to: ")

    def test_somebody_elses_folder_is_an_error(self, settings: Settings, tmp_path: Path) -> None:
        settings.DATA_DIR = tmp_path
        tmp_path.chmod(0o500)
        with without_root():
            assert said(checks.data_dir(None)) == "voiceclone.E001"
        tmp_path.chmod(0o700)

    def test_little_room_is_a_warning(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(checks, "ROOM_MB", 10**9)
        assert "voiceclone.W001" in said(checks.data_dir(None))

    def test_sqlite_on_a_network_file_system_is_a_warning(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(checks, "file_system_of", lambda folder: "nfs4")
        settings.DATABASE_URL = ""
        assert "voiceclone.W002" in said(checks.data_dir(None))
        settings.DATABASE_URL = "postgres://127.0.0.1/voiceclone"
        assert "voiceclone.W002" not in said(checks.data_dir(None))

    def test_a_file_system_is_that_of_the_innermost_mount(self, tmp_path: Path) -> None:
        mounts = tmp_path / "mounts"
        mounts.write_text(
            "/dev/vda1 / ext4 rw 0 0\n"
            "nas:/voices /srv nfs4 rw 0 0\n"
            r"nas:/more /srv/my\040voices/disk cifs rw 0 0" + "\n"
        )
        for folder, kind in {
            "/var/lib/voiceclone": "ext4",
            "/srv/data": "nfs4",
            "/srvdata": "ext4",
            "/srv/my voices/disk/data": "cifs",
        }.items():
            assert checks.file_system_of(Path(folder), mounts) == kind
        assert checks.file_system_of(tmp_path, tmp_path / "there is none") == ""


@pytest.mark.parametrize(("length", "expected"), [(31, "voiceclone.W003"), (32, "")])
def test_a_short_secret_key_can_be_guessed(settings: Settings, length: int, expected: str) -> None:
    settings.SECRET_KEY = "k" * length
    assert said(checks.secret_key(None)) == expected


class TestPublicSite:
    @pytest.mark.parametrize(
        ("site_url", "registration", "email_url", "expected"),
        [
            ("", "open", "", ""),
            ("http://localhost:8000", "open", "", ""),
            ("http://192.168.1.20:8000", "open", "", ""),
            ("http://nas.local", "open", "", ""),
            ("http://voices.example.org", "open", "", "voiceclone.W004"),
            ("http://8.8.8.8", "open", "", "voiceclone.W004"),
            ("https://voices.example.org", "open", "", "voiceclone.W005"),
            ("https://voices.example.org", "open", "smtp://mail.example.org", ""),
            ("https://voices.example.org", "invite", "", ""),
            ("https://voices.example.org", "closed", "", ""),
        ],
    )
    def test_what_it_needs(
        self, settings: Settings, site_url: str, registration: str, email_url: str, expected: str
    ) -> None:
        settings.SITE_URL, settings.SITE = site_url, urlsplit(site_url)
        settings.HTTPS = site_url.startswith("https")
        settings.REGISTRATION, settings.EMAIL_URL = registration, email_url
        assert said(checks.public_site(None)) == expected


@pytest.mark.parametrize(
    ("email_url", "site_url", "expected"),
    [
        ("", "", ""),
        ("smtp://mail.example.org", "https://voices.example.org", ""),
        ("smtp://mail.example.org", "", "voiceclone.W007"),
    ],
)
def test_mails_need_to_know_where_the_site_is(settings: Settings, email_url: str, site_url: str, expected: str) -> None:
    settings.EMAIL_URL, settings.SITE_URL = email_url, site_url
    assert said(checks.links_in_mails(None)) == expected


class TestDecoderSandbox:
    def test_it_says_what_a_real_decode_says(self, tmp_path: Path) -> None:
        (tmp_path / "source").write_bytes(speech("wav", 4.0))
        decoded = decode(tmp_path / "source", tmp_path / "sample.flac")
        assert checks.sandbox_walls() == list(decoded.sandbox)

    def test_what_is_missing_is_a_warning_and_no_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(checks, "sandbox_walls", lambda: ["seccomp"])
        (warning,) = checks.decoder_sandbox(None)
        assert not warning.is_serious()
        assert warning.msg.startswith("This kernel does not offer Landlock, so")
        monkeypatch.setattr(checks, "sandbox_walls", list)
        assert "Landlock or seccomp" in checks.decoder_sandbox(None)[0].msg
        monkeypatch.setattr(checks, "sandbox_walls", lambda: ["landlock4", "seccomp"])
        assert said(checks.decoder_sandbox(None)) == ""
