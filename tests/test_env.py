"""The environment: what each reader takes, and the sentence for what it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from voiceclone import env

ROOT = Path(__file__).parent.parent


@pytest.fixture
def variable(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets the variable KNOB."""
    monkeypatch.delenv("KNOB", raising=False)
    return lambda value: monkeypatch.setenv("KNOB", value)


def refused(read: Callable[[], object]) -> str:
    with pytest.raises(ImproperlyConfigured) as caught:
        read()
    return str(caught.value)


class TestText:
    def test_a_variable_or_its_default(self, variable: Callable[[str], None]) -> None:
        assert env.text("KNOB") == ""
        assert env.text("KNOB", "default") == "default"
        variable("  value\n")
        assert env.text("KNOB", "default") == "value"

    def test_a_file_that_the_variable_names(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        secret = tmp_path / "secret"
        secret.write_text("from the file\n")
        monkeypatch.setenv("KNOB_FILE", str(secret))
        assert env.text("KNOB") == "from the file"

    def test_a_file_wins_over_a_variable(
        self, monkeypatch: pytest.MonkeyPatch, variable: Callable[[str], None], tmp_path: Path
    ) -> None:
        secret = tmp_path / "secret"
        secret.write_text("from the file")
        monkeypatch.setenv("KNOB_FILE", str(secret))
        variable("from the environment")
        assert env.text("KNOB") == "from the file"

    @pytest.mark.parametrize(("name", "reason"), [("gone", "No such file or directory"), ("", "Is a directory")])
    def test_a_file_that_cannot_be_read(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, reason: str
    ) -> None:
        path = str(tmp_path / name)
        monkeypatch.setenv("KNOB_FILE", path)
        assert refused(lambda: env.text("KNOB")) == f"KNOB_FILE names {path!r}, which cannot be read: {reason}."

    def test_every_reader_takes_a_file(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        number = tmp_path / "number"
        number.write_text("7\n")
        monkeypatch.setenv("KNOB_FILE", str(number))
        assert env.whole("KNOB", 1, minimum=0, maximum=10) == 7
        assert env.choice("KNOB", "1", ("1", "7")) == "7"
        assert env.words("KNOB") == ["7"]


class TestFlag:
    @pytest.mark.parametrize("value", ["1", "true", "YES", "On"])
    def test_on(self, variable: Callable[[str], None], value: str) -> None:
        variable(value)
        assert env.flag("KNOB", default=False) is True

    @pytest.mark.parametrize("value", ["0", "False", "no", "off", ""])
    def test_off(self, variable: Callable[[str], None], value: str) -> None:
        variable(value)
        assert env.flag("KNOB", default=True) is False

    @pytest.mark.parametrize("default", [True, False])
    def test_unset(self, variable: Callable[[str], None], default: bool) -> None:
        assert env.flag("KNOB", default=default) is default

    def test_neither(self, variable: Callable[[str], None]) -> None:
        variable("maybe")
        assert refused(lambda: env.flag("KNOB", default=True)) == "KNOB is 'maybe'; it must be 1 or 0."


class TestNumber:
    @pytest.mark.parametrize(("value", "expected"), [("2.5", 2.5), ("1", 1), ("10", 10), ("", 3)])
    def test_within_its_limits(self, variable: Callable[[str], None], value: str, expected: float) -> None:
        variable(value)
        assert env.number("KNOB", 3, minimum=1, maximum=10) == expected

    @pytest.mark.parametrize("value", ["0.9", "10.1", "-1", "nan", "inf", "-inf"])
    def test_beyond_its_limits(self, variable: Callable[[str], None], value: str) -> None:
        variable(value)
        sentence = f"KNOB is {value}; it must be between 1 and 10."
        assert refused(lambda: env.number("KNOB", 3, minimum=1, maximum=10)) == sentence

    @pytest.mark.parametrize("value", ["20MB", "many", "1,5"])
    def test_no_number(self, variable: Callable[[str], None], value: str) -> None:
        variable(value)
        sentence = f"KNOB is {value!r}; it must be a number."
        assert refused(lambda: env.number("KNOB", 3, minimum=1, maximum=10)) == sentence

    def test_whole(self, variable: Callable[[str], None]) -> None:
        variable("4")
        assert env.whole("KNOB", 3, minimum=1, maximum=10) == 4
        variable("1.5")
        sentence = "KNOB is 1.5; it must be a whole number."
        assert refused(lambda: env.whole("KNOB", 3, minimum=1, maximum=10)) == sentence


class TestChoiceAndWords:
    def test_one_of_some(self, variable: Callable[[str], None]) -> None:
        assert env.choice("KNOB", "open", ("open", "closed")) == "open"
        variable("closed")
        assert env.choice("KNOB", "open", ("open", "closed")) == "closed"
        variable("ajar")
        sentence = "KNOB is 'ajar'; it must be one of: open, closed."
        assert refused(lambda: env.choice("KNOB", "open", ("open", "closed"))) == sentence

    def test_words(self, variable: Callable[[str], None]) -> None:
        assert env.words("KNOB") == []
        variable(" a.example.org, b.example.org ,,")
        assert env.words("KNOB") == ["a.example.org", "b.example.org"]


def settings_say(tmp_path: Path, program: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Load the real settings in a process of its own."""
    kept = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    environment = {**environment, "DATA_DIR": str(tmp_path / "data"), **variables}
    command = [sys.executable, "-c", f"from voiceclone import settings; {program}"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


class TestSettings:
    @pytest.mark.parametrize(
        ("name", "value", "sentence"),
        [
            ("SITE_URL", "voices", "SITE_URL must look like https://voices.example.org."),
            ("SITE_URL", "https://voices:port", "SITE_URL must look like https://voices.example.org."),
            ("SITE_URL", "https://my voices.org", "SITE_URL must look like https://voices.example.org."),
            (
                "SITE_URL",
                "https://me:secret@a.org",
                "SITE_URL is 'https://me:secret@a.org'; it must look like https://voices.example.org, without a path.",
            ),
            (
                "SITE_URL",
                "https://a.org/voices",
                "SITE_URL is 'https://a.org/voices'; it must look like https://voices.example.org, without a path.",
            ),
            *(
                (
                    "DATABASE_URL",
                    value,
                    "DATABASE_URL must look like postgres://user:password@host:5432/name; unset it for SQLite.",
                )
                for value in ("voices", "localhost:5432/voices", "postgres://u:p@h:port/n", "sqlite:///voices.db")
            ),
            ("REDIS_URL", "localhost:6379", "REDIS_URL must look like redis://host:6379/0."),
            ("EMAIL_URL", "mail.org:25", "EMAIL_URL must look like smtp+tls://user:password@mail.example.org:587."),
            ("SECRET_KEY_FILE", "/bin/sh", "SECRET_KEY_FILE names '/bin/sh', which is no text."),
            ("PORT", "0", "PORT is 0; it must be between 1 and 65535."),
            ("WORKERS", "many", "WORKERS is 'many'; it must be a number."),
            ("REGISTRATION", "maybe", "REGISTRATION is 'maybe'; it must be one of: open, invite, closed."),
            ("RETENTION_DAYS", "0", "RETENTION_DAYS is 0; it must be between 1e-05 and 36500."),
            ("SAMPLE_MAX_MB", "20MB", "SAMPLE_MAX_MB is '20MB'; it must be a number."),
            ("ENGINE", "parrot", "ENGINE is 'parrot'; it must be one of: builtin, wavespeed."),
            ("ENGINES", "builtin,parrot", "ENGINES names 'parrot'; it may name: builtin, wavespeed."),
            ("DEBUG", "maybe", "DEBUG is 'maybe'; it must be 1 or 0."),
            (
                "SECRET_KEY_FILE",
                "/nowhere/key",
                "SECRET_KEY_FILE names '/nowhere/key', which cannot be read: No such file or directory.",
            ),
        ],
    )
    def test_what_will_not_do_gets_a_sentence(self, tmp_path: Path, name: str, value: str, sentence: str) -> None:
        result = settings_say(tmp_path, "", **{name: value})
        assert result.returncode == 1
        assert result.stderr.splitlines()[-1].endswith(f": {sentence}")

    def test_a_data_dir_that_is_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "data").write_text("I am no folder.")
        result = settings_say(tmp_path, "")
        assert f"DATA_DIR is '{tmp_path}/data', which cannot be written: File exists." in result.stderr

    def test_the_secret_key_is_made_once_and_only_for_this_user(self, tmp_path: Path) -> None:
        keys = {settings_say(tmp_path, "print(settings.SECRET_KEY)").stdout.strip() for _ in range(2)}
        assert len(keys) == 1
        path = tmp_path / "data" / "secret_key"
        assert keys == {path.read_text()}
        assert len(path.read_text()) >= 60
        assert path.stat().st_mode & 0o777 == 0o600
        assert [file.name for file in (tmp_path / "data").iterdir() if file.is_file()] == ["secret_key"]

    def test_a_secret_key_of_ones_own_wins(self, tmp_path: Path) -> None:
        result = settings_say(tmp_path, "print(settings.SECRET_KEY)", SECRET_KEY="k" * 40)
        assert result.stdout.strip() == "k" * 40
        assert not (tmp_path / "data" / "secret_key").exists()

    def test_the_data_dir_is_only_for_this_user(self, tmp_path: Path) -> None:
        settings_say(tmp_path, "")
        for folder in (tmp_path / "data", tmp_path / "data" / "media"):
            assert folder.stat().st_mode & 0o777 == 0o700

    def test_https_makes_cookies_and_redirects_strict(self, tmp_path: Path) -> None:
        program = "print(settings.SESSION_COOKIE_SECURE, settings.SECURE_SSL_REDIRECT, settings.SESSION_COOKIE_NAME)"
        assert settings_say(tmp_path, program).stdout.split() == ["False", "False", "sid"]
        result = settings_say(tmp_path, program, SITE_URL="https://voices.example.org/")
        assert result.stdout.split() == ["True", "True", "__Host-sid"]

    def test_the_hosts_that_are_answered_to(self, tmp_path: Path) -> None:
        program = "print(*settings.ALLOWED_HOSTS)"
        result = settings_say(tmp_path, program, SITE_URL="https://voices.example.org:8443", ALLOWED_HOSTS="a, b")
        assert {"localhost", "127.0.0.1", "[::1]", "voices.example.org", "a", "b"} <= set(result.stdout.split())
        assert "*" not in settings_say(tmp_path, program).stdout

    def test_a_database_and_a_cache_by_address(self, tmp_path: Path) -> None:
        program = "print(settings.DATABASES['default']['ENGINE'], settings.CACHES['default']['BACKEND'])"
        engine, cache = settings_say(tmp_path, program).stdout.split()
        assert engine.endswith("sqlite3")
        assert cache.endswith("DatabaseCache")
        addresses = {"DATABASE_URL": "postgres://me:secret@db:5433/voices", "REDIS_URL": "redis://cache:6379/1"}
        engine, cache = settings_say(tmp_path, program, **addresses).stdout.split()
        assert engine.endswith("postgresql")
        assert cache.endswith("RedisCache")


def test_a_command_says_the_sentence_and_nothing_else(tmp_path: Path) -> None:
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "PORT": "http"}
    command = [sys.executable, str(ROOT / "manage.py"), "serve"]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (1, "PORT is 'http'; it must be a number.\n")
