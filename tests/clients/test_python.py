"""The Python SDK `wavespeed`, as its users write it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import requests
import wavespeed

from tests.clients.conftest import Account
from tests.conftest import speech

pytestmark = pytest.mark.clients
MODEL = "minimax/speech-02-hd"
LINK = re.compile(r"http://127\.0\.0\.1:\d+/outputs/\S+\.mp3")


@pytest.fixture(scope="module")
def too_short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("short") / "short.wav"
    path.write_bytes(speech("wav", 1.0))
    return path


def test_upload_clone_and_speak(account: Account, voice: str) -> None:
    [preview] = account.sent["clone"]["outputs"]
    assert LINK.fullmatch(preview)
    [link] = account.client.run(MODEL, {"text": "Good morning.", "voice_id": voice})["outputs"]
    sound = requests.get(link, timeout=30)  # without a key
    assert (sound.status_code, sound.headers["Content-Type"]) == (200, "audio/mpeg")
    assert sound.content.startswith(b"ID3")
    part = requests.get(link, headers={"Range": "bytes=0-99"}, timeout=30)
    assert (part.status_code, part.content) == (206, sound.content[:100])


def test_sync_mode(account: Account, voice: str) -> None:
    done = account.client.run(MODEL, {"text": "At once.", "voice_id": voice}, enable_sync_mode=True)
    assert LINK.fullmatch(done["outputs"][0])


def test_run_no_throw(account: Account, voice: str) -> None:
    done = account.client.run_no_throw(MODEL, {"text": "Quietly.", "voice_id": voice})
    assert (done["status"], done["error"]) == ("completed", None)
    assert LINK.fullmatch(done["outputs"][0])
    assert re.fullmatch("[0-9a-f]{32}", done["task_id"])


def test_a_task_that_fails_says_why(account: Account, too_short: Path) -> None:
    client = account.client
    inputs = {"audio": client.upload(str(too_short)), "custom_voice_id": "TooShort-1"}
    with pytest.raises(RuntimeError, match=r"Prediction failed \(task_id: [0-9a-f]{32}\): .*second"):
        client.run("minimax/voice-clone", inputs)
    told = client.run_no_throw("minimax/voice-clone", inputs)
    assert (told["status"], told["outputs"]) == ("failed", None)
    assert "second" in told["error"]


def test_what_is_wrong_is_a_sentence(account: Account, voice: str) -> None:
    with pytest.raises(RuntimeError, match=r"HTTP 400: .*Speed is between 0.5 and 2; 9 was given"):
        account.client.run(MODEL, {"text": "Hello.", "voice_id": voice, "speed": 9})


def test_a_bad_key_is_said_at_once(account: Account) -> None:
    with pytest.raises(RuntimeError, match=r"HTTP 401: .*Invalid authentication"):
        wavespeed.Client(api_key="wrong", base_url=account.url).run(MODEL, {"text": "Hello."})


def test_the_module_as_its_readme_has_it(account: Account, voice: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wavespeed.config.api, "base_url", account.url)
    monkeypatch.setattr(wavespeed.config.api, "api_key", account.key)
    monkeypatch.setattr("wavespeed.api._default_client", None)
    assert wavespeed.run(MODEL, {"text": "Shortly.", "voice_id": voice})["outputs"]
