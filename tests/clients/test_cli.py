"""The command line `wavespeed`, each command as its help has it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.clients.conftest import Account
from tests.studio import wait_for

pytestmark = pytest.mark.clients
MODEL = "minimax/speech-02-hd"
Cli = Callable[..., str]


def test_account_and_catalog(wavespeed_cli: Cli) -> None:
    assert "1000" in wavespeed_cli("balance").replace(",", "")
    assert "minimax/speech-2.8-hd" in wavespeed_cli("models", "speech")
    assert len(json.loads(wavespeed_cli("models", "--json"))) == 9
    assert "custom_voice_id" in wavespeed_cli("schema", "minimax/voice-clone")
    assert "voice_id" in wavespeed_cli("schema", MODEL, "--json")
    assert "0" in wavespeed_cli("price", "minimax/voice-clone")


def test_upload_clone_speak_and_download(wavespeed_cli: Cli, account: Account, tmp_path: Path) -> None:
    address = json.loads(wavespeed_cli("upload", str(account.recording), "--json"))["url"]
    clone = ["-i", f"audio={address}", "-i", "custom_voice_id=ShellVoice-1", "-i", "text=Hello."]
    assert json.loads(wavespeed_cli("run", "minimax/voice-clone", *clone, "--json"))["outputs"]
    speak = ["-i", "text=Good morning.", "-i", "voice_id=ShellVoice-1", "-i", "channel=1", "-i", "speed=1.1"]
    done = wavespeed_cli("run", MODEL, *speak, "--download", "out/{index}.{ext}", "--json", cwd=tmp_path)
    [saved] = json.loads(done)["saved"]
    assert (tmp_path / "out" / Path(saved).name).read_bytes().startswith(b"ID3")


def test_sync(wavespeed_cli: Cli, voice: str) -> None:
    done = wavespeed_cli("run", MODEL, "-i", "text=At once.", "-i", f"voice_id={voice}", "--sync", "--json")
    assert json.loads(done)["outputs"]


def test_history_show_and_delete(wavespeed_cli: Cli, account: Account, voice: str) -> None:
    wavespeed_cli("run", MODEL, "-i", "text=To be deleted.", "-i", f"voice_id={voice}", "--json")
    newest = json.loads(wavespeed_cli("history", "--json"))["items"][0]
    assert (newest["model"], newest["status"]) == (MODEL, "completed")
    assert newest["id"] in wavespeed_cli("show", newest["id"])
    assert json.loads(wavespeed_cli("show", newest["id"], "--json"))["outputs"]
    wavespeed_cli("delete", newest["id"], "--yes")
    assert account.call("GET", f"/api/v3/predictions/{newest['id']}/result").status_code == 404
    assert "404" in wavespeed_cli("show", newest["id"], status=1)


def test_an_error_is_the_servers_sentence(wavespeed_cli: Cli, voice: str) -> None:
    told = wavespeed_cli("run", MODEL, "-i", "text=Hello.", "-i", f"voice_id={voice}", "-i", "pitch=99", status=1)
    assert "Pitch is between -12 and 12; 99 was given." in told


@pytest.fixture
def busy(account: Account, voice: str) -> Iterator[None]:
    """The one worker has a long text to speak: what is asked for meanwhile waits."""
    long = {"text": "A long story goes on and on. " * 340, "voice_id": voice}
    task = account.call("POST", f"/api/v3/{MODEL}", long).json()["data"]["id"]
    wait_for(lambda: account.call("GET", f"/api/v3/predictions/{task}").json()["data"]["status"] == "processing", "it")
    yield
    account.call("POST", "/api/v3/predictions/delete", {"ids": [task]}).raise_for_status()


@pytest.mark.usefixtures("busy")
def test_a_slow_task_is_submitted_once(wavespeed_cli: Cli, account: Account, voice: str) -> None:
    """It gives up after 10 seconds and sends the request again, five times, so it is answered before that."""
    told = wavespeed_cli("run", MODEL, "-i", "text=Only once.", "-i", f"voice_id={voice}", "--sync", status=1)
    assert "Sync mode timed out after" in told
    assert len([task for task in account.tasks() if task["input"]["text"] == "Only once."]) == 1


@pytest.mark.usefixtures("busy")
def test_what_it_sends_again_is_the_same_task(account: Account, voice: str) -> None:
    """As it does behind a slow proxy, when the answer is lost on the way."""
    sent = ("POST", f"/api/v3/{MODEL}", {"text": "Sent again.", "voice_id": voice})
    answers = [account.call(*sent, **{"User-Agent": "node"}).json() for _ in range(3)]
    assert len({answer["data"]["id"] for answer in answers}) == 1
