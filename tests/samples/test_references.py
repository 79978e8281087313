"""`audio` as programs give it, and the sample that comes of it."""

from __future__ import annotations

import base64
import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from django.conf import settings as real
from django.core.files.base import ContentFile
from django.utils.timezone import now

from tests.conftest import speech
from voiceclone.accounts.models import User
from voiceclone.cloning.submit import submit
from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import Prediction
from voiceclone.samples import references, uploads
from voiceclone.samples.models import Sample, Upload
from voiceclone.samples.references import AudioUnusable, resolve, settle
from voiceclone.work.leases import LeaseLost

pytestmark = pytest.mark.django_db(transaction=True)
SOUND = speech("wav", 5.0)
INPUTS = {"custom_voice_id": "FetchVoice-1", "text": "Hello there.", "language_boost": "auto", "accuracy": 0.7}


@contextlib.contextmanager
def web_server(*answers: tuple[int, bytes]) -> Iterator[str]:
    """A server on loopback that gives these answers in turn, and the last one for ever. Yields its address."""
    left = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, content = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def home_network(settings: Any) -> None:
    settings.ALLOW_PRIVATE_HOSTS = ["127.0.0.1"]


def uploaded(user: User, content: bytes = SOUND) -> Upload:
    return uploads.keep(user, ContentFile(content), "me.wav")


# --- at submit --------------------------------------------------------------------------------------------------------
def test_an_address_is_kept_as_it_is(alice: User) -> None:
    assert settle(alice, " https://example.org/me.wav?x=1 ") == "https://example.org/me.wav?x=1"


@pytest.mark.parametrize(
    "host",
    ["http://localhost:8000", "https://127.0.0.1", "http://LOCALHOST", "http://[::1]:9", "", "https://old.example"],
)
@pytest.mark.parametrize("short", [False, True])
def test_an_upload_of_ones_own_is_known_by_any_spelling_of_our_host(alice: User, host: str, short: bool) -> None:
    path = uploaded(alice).get_absolute_url()
    address = path.rpartition("/")[0] if short else path
    assert settle(alice, host + address) == path


def test_somebody_elses_upload_is_not_there(alice: User, bob: User) -> None:
    theirs = uploaded(bob).get_absolute_url()
    for host in ("http://localhost", "https://elsewhere.example"):
        with pytest.raises(ValueError, match="no such upload of yours"):
            settle(alice, host + theirs)
    with pytest.raises(AudioUnusable, match="no such upload of yours") as refused:
        resolve(alice, theirs)
    assert refused.value.code == 1402


def test_an_upload_that_is_gone_says_so(alice: User) -> None:
    path = uploaded(alice).get_absolute_url()
    Upload.objects.update(expires_at=now())
    with pytest.raises(ValueError, match="kept for 7 days"):
        settle(alice, f"http://localhost:8000{path}")


PACKED = base64.b64encode(SOUND).decode()


@pytest.mark.parametrize(
    "audio",
    [
        f"data:audio/wav;base64,{PACKED}",
        f"data:audio/wav;codecs=1;BASE64,{PACKED}",
        f"DATA:;base64,{PACKED.rstrip('=')}",
        f"data:audio/wav,{quote_from_bytes(SOUND)}",
        PACKED,
        "\n".join(PACKED[at : at + 76] for at in range(0, len(PACKED), 76)),
        base64.urlsafe_b64encode(SOUND).decode().rstrip("="),
    ],
    ids=["data", "parameters", "no type", "percent", "bare", "lines", "for addresses"],
)
def test_sound_in_the_request_becomes_an_upload_and_the_task_keeps_its_name_only(alice: User, audio: str) -> None:
    kept = settle(alice, audio)
    assert len(kept) < 150
    assert resolve(alice, kept).seconds == pytest.approx(5.0, abs=0.1)
    assert Path(Upload.objects.get().file.path).read_bytes() == SOUND


@pytest.mark.parametrize(
    ("audio", "sentence"),
    [
        ("", "“” was given"),
        ("me.wav", "“me.wav” was given"),
        ("x" * 60, "“x{39}…” was given"),
        ("data:audio/wav;base64", "without a comma"),
        ("data:audio/wav;base64,", "is empty"),
        ("data:audio/wav;base64,@@@@", "damaged or cut off"),
        ("data:audio/wav;base64,AAAAA", "damaged or cut off"),
        ("http://169.254.169.254/latest/meta-data", "does not lie on the public internet"),
        ("ftp://example.org/me.wav", "begins with https://"),
        ("https://user:word@example.org/me.wav", "user name or password"),
        ("http://localhost:8000/uploads/" + "0" * 32, "no such upload of yours"),
    ],
)
def test_what_is_none_of_these_is_refused_in_words(alice: User, audio: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        settle(alice, audio)
    assert not Upload.objects.exists()


def test_too_large_says_how_large(alice: User, settings: Any) -> None:
    settings.SAMPLE_MAX_MB = 0.1
    with pytest.raises(ValueError, match=r"0\.2 MB; the limit is 0\.1 MB"):
        settle(alice, PACKED)


# --- in a worker ------------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("home_network")
def test_an_address_becomes_a_sample_and_the_same_bytes_one(alice: User) -> None:
    with web_server((200, SOUND)) as server:
        first, second = (resolve(alice, f"{server}/a/Meine%20Stimme.wav?x={n}") for n in range(2))
    assert first == second == resolve(alice, settle(alice, PACKED))
    assert first.original_name == "Meine Stimme.wav"
    assert not list(Path(real.FILE_UPLOAD_TEMP_DIR).iterdir())


@pytest.mark.usefixtures("home_network")
@pytest.mark.parametrize(
    ("answer", "code", "sentence"),
    [
        ((404, b""), 1402, "could not be fetched. The server there answers 404"),
        ((200, b"<html>Sign in</html>"), 1401, "a web page, not a recording"),
        ((200, speech("wav", 1.5)), 1401, "1.5 seconds long; at least 3 seconds"),
    ],
)
def test_what_cannot_be_used_has_the_contracts_code(
    alice: User, answer: tuple[int, bytes], code: int, sentence: str
) -> None:
    with web_server(answer) as server, pytest.raises(AudioUnusable) as refused:
        resolve(alice, f"{server}/me.wav")
    assert refused.value.code == code
    assert sentence in str(refused.value)


def test_an_address_that_became_private_since_is_not_asked(alice: User) -> None:
    with web_server((200, SOUND)) as server, pytest.raises(AudioUnusable) as refused:
        resolve(alice, f"{server}/me.wav")
    assert refused.value.code == 1402


# --- a clone that names its audio -------------------------------------------------------------------------------------
def clone(user: User, audio: str) -> Prediction:
    return submit(user, None, {**INPUTS, "audio": settle(user, audio)})  # type: ignore[arg-type]


def test_a_clone_gets_its_sample_from_its_audio(alice: User) -> None:
    task = clone(alice, PACKED)
    lifecycle.run.call(task.pk)
    task.refresh_from_db()
    assert (task.status, task.error) == ("completed", "")
    assert task.voice is not None
    assert task.voice.state == "ready"
    assert task.sample == task.voice.sample == Sample.objects.get()


def test_a_worker_that_lost_its_lease_changes_no_voice(alice: User) -> None:
    task = clone(alice, PACKED)
    sleeper = lifecycle.claim(task.pk)
    assert sleeper is not None
    lifecycle.cancel(task)
    with pytest.raises(LeaseLost):
        lifecycle.use_sample(sleeper, resolve(alice, task.input["audio"]))
    task.refresh_from_db()
    assert (task.status, task.sample, task.voice and task.voice.sample) == ("cancelled", None, None)


@pytest.mark.usefixtures("home_network")
def test_a_clone_whose_audio_is_away_fails_in_words_and_can_be_tried_again(alice: User) -> None:
    with web_server((503, b""), (200, SOUND)) as server:
        task = clone(alice, f"{server}/me.wav")
        lifecycle.run.call(task.pk)
        task.refresh_from_db()
        assert (task.status, task.code) == ("failed", references.COULD_NOT_BE_FETCHED)
        assert task.error == "The audio could not be fetched. The server there answers 503 instead of 200."
        again = lifecycle.retry(task)
        lifecycle.run.call(again.pk)
    again.refresh_from_db()
    assert (again.status, again.error) == ("completed", "")
