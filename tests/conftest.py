"""People, speech and voices for every test. The speech is the project's own: no real person's recording is here."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import get_hashers
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.core.management.commands import flush
from django.db import connection
from django.test import Client
from django.utils.timezone import now
from whitenoise.middleware import WhiteNoiseMiddleware

from tests.prepared import once, released
from voiceclone.accounts.models import User
from voiceclone.audio.encode import encode
from voiceclone.engines.base import EnrolmentOptions, Progress, no_progress
from voiceclone.engines.builtin import demo
from voiceclone.engines.builtin.demo import demo_sample
from voiceclone.engines.builtin.engine import BuiltinEngine
from voiceclone.predictions.models import CLONE, Prediction
from voiceclone.samples import intake
from voiceclone.samples.models import Sample
from voiceclone.voices.models import Consent, Voice

ENDED = {"expired": "unused", "deleted": "owner", "failed": "failed"}
SHARED = ("e2e", "clients", "hosted")
APART = ("test_every_page",)  # in a folder that shares a studio, but with one of its own
LONG = (
    "e2e",
    "test_every_page",
    "clients",
    "test_serve",
    "test_bootstrap",
    "test_builtin_enrolment",
    "test_builtin_odd",
    "hosted",
)
"""Groups that take minutes: begun first, so that at the end no process is left with one while the others are idle."""
MIGRATED = ("django_content_type", "auth_permission")
PASSWORD = "a long enough password 42"

demo.read_aloud = once(demo.read_aloud)


def pytest_itemcollected(item: pytest.Item) -> None:
    """What shares one studio stays in one process; the other files are dealt out."""
    item.add_marker(pytest.mark.xdist_group(group_of(item)))


def group_of(item: pytest.Item) -> str:
    if item.path.stem in APART:
        return item.path.stem
    return next((folder for folder in SHARED if folder in item.path.parts), item.path.stem)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(group_of(item), len(LONG)))


@lru_cache
def speech(format: str = "wav", seconds: float = 12.0) -> bytes:
    """Synthesised speech, encoded."""
    waveform, rate, _ = demo_sample()
    return encode(waveform[: int(seconds * rate)], rate, format=format)


@pytest.fixture(scope="session", autouse=True)
def static_files() -> None:
    """Pages name static files by their fingerprint, so those have to be there."""
    shutil.copytree(released() / "static", settings.STATIC_ROOT, dirs_exist_ok=True)
    storage = staticfiles_storage  # a module that was imported may have asked it before
    storage.hashed_files, storage.manifest_hash = storage.load_manifest()


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings: None) -> bool:
    """To migrate takes a third of a minute: on SQLite each process has a copy of what one has migrated."""
    if connection.vendor != "sqlite":
        return False
    shutil.copy(released() / "db.sqlite3", connection.settings_dict["TEST"]["NAME"])
    return True


@pytest.fixture(scope="session", autouse=True)
def what_only_costs_time() -> None:
    """A password that nobody has to guess needs no slow hash. A test that commits empties only the tables that it may
    have filled, row by row: what Django writes there after a migration stays, and need not be written again. Each
    `Client` is a server of its own, which need not look at every static file again."""
    WhiteNoiseMiddleware.add_files = once_for_each_folder(WhiteNoiseMiddleware.add_files)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
    get_hashers.cache_clear()
    flush.emit_post_migrate_signal = lambda *arguments, **options: None
    empty = connection.ops.sql_flush

    def sql_flush(style: Any, tables: list[str], **options: Any) -> list[str]:
        tables = [table for table in tables if table not in MIGRATED]
        if connection.vendor != "postgresql":
            return empty(style, tables, **options)
        delete = (" ".join(("DELETE FROM", connection.ops.quote_name(table))) for table in tables)
        return ["SET CONSTRAINTS ALL DEFERRED", *delete]  # few rows: faster than TRUNCATE

    connection.ops.sql_flush = sql_flush  # type: ignore[method-assign]


def once_for_each_folder(add_files: Callable[..., None]) -> Callable[..., None]:
    known: dict[tuple[str, str], dict[str, Any]] = {}

    def add(self: WhiteNoiseMiddleware, root: str, prefix: str = "") -> None:
        key = (str(root), prefix)
        if key not in known:
            before, self.files = self.files, {}
            add_files(self, root, prefix)
            known[key], self.files = self.files, before
        self.files.update(known[key])

    return add


@pytest.fixture(autouse=True)
def what_was_learnt_is_known(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where learning is not what is tested, the same sample is learnt for real once, not for each test."""
    if "engines" not in request.path.parts:
        monkeypatch.setattr(BuiltinEngine, "enrol", learnt_once)


LEARN = BuiltinEngine.enrol
learnt: dict[tuple[bytes, EnrolmentOptions], tuple[bytes, list[tuple[str, int, int]]]] = {}


def learnt_once(
    self: BuiltinEngine, sample: Path, options: EnrolmentOptions, progress: Progress = no_progress
) -> bytes:
    """What was reported the first time is reported again: whoever stops it there is heard."""
    key = (hashlib.sha256(sample.read_bytes()).digest(), options)
    if key in learnt:
        profile, steps = learnt[key]
        for step in steps:
            progress(*step)
        return profile
    reported: list[tuple[str, int, int]] = []

    def report(stage: str, done: int, total: int) -> None:
        progress(stage, done, total)
        reported.append((stage, done, total))

    profile = LEARN(self, sample, options, report)
    learnt[key] = profile, reported
    return profile


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice@example.org", PASSWORD)


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create_user("bob@example.org", PASSWORD)


@pytest.fixture(autouse=True)
def nobody_was_counted(request: pytest.FixtureRequest) -> None:
    """An account's number comes back in the next test, and what it may do a minute is counted by it."""
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db")
        cache.clear()


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    def client(user: User) -> Client:
        browser = Client()
        browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return browser

    return client


@lru_cache
def decoded(seconds: float) -> tuple[str, bytes]:
    """The SHA-256 of that much speech and what is kept of it: it is decoded for real once, not for each test."""
    sound = speech("wav", seconds)
    with tempfile.TemporaryDirectory() as folder:
        upload = UploadedFile(ContentFile(sound), "speech.wav", size=len(sound))
        clean = Path(folder) / "sample.flac"
        intake.clean_sound(upload, clean)
        return hashlib.sha256(sound).hexdigest(), clean.read_bytes()


@pytest.fixture
def make_sample(tmp_path: Path) -> Callable[..., Sample]:
    def make(owner: User, seconds: float = 6.0) -> Sample:
        digest, sound = decoded(seconds)
        known = Sample.objects.for_user(owner).filter(sha256=digest).first()
        clean = tmp_path / "decoded.flac"
        clean.write_bytes(sound)
        return known or intake.keep(owner, clean, digest, "speech.wav", Sample.Source.UPLOAD, "")

    return make


@pytest.fixture
def make_voice(make_sample: Callable[..., Sample]) -> Callable[..., Voice]:
    """A voice as a finished clone leaves it, its profile being a few bytes that no engine looks at."""

    def make(owner: User, voice_id: str = "AliceVoice-1", state: str = "ready", **fields: Any) -> Voice:
        voice = Voice(owner=owner, voice_id=voice_id, engine="builtin", consent=Consent.give(owner), state=state)
        if state in ("ready", "cloning"):
            voice.sample = fields.pop("sample", None) or make_sample(owner)
        if state == "ready":
            voice.expires_at = Voice.expiry(now())
            voice.profile.save("1.npz", ContentFile(b"profile"), save=False)
        elif state != "cloning":
            voice.ended_at, voice.end_reason = now(), ENDED[state]
        for name, value in fields.items():
            setattr(voice, name, value)
        voice.save()
        prediction = Prediction(owner=owner, model=CLONE, engine="builtin", voice=voice, input={"text": "Hello."})
        if state == "ready":
            prediction.status, prediction.finished_at, prediction.started_at = "completed", now(), now()
            prediction.audio.save(f"{prediction.pk}/1.mp3", ContentFile(speech("mp3", 3.0)), save=False)
            prediction.seconds, prediction.peaks = 3.0, [50] * 160
        elif state != "cloning":
            prediction.status, prediction.finished_at = "cancelled", now()
        prediction.save()
        return voice

    return make
