"""The command line `wavespeed`, each command as its help has it."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clients.conftest import Account

pytestmark = pytest.mark.clients
MODEL = "minimax/speech-02-hd"
Cli = Callable[..., str]


def test_account_and_catalog(wavespeed_cli: Cli) -> None:
    assert "1000" in wavespeed_cli("balance").replace(",", "")
    assert "minimax/speech-2.8-hd" in wavespeed_cli("models", "speech")
    catalog = json.loads(wavespeed_cli("models", "--json"))
    assert len(catalog["models"] if isinstance(catalog, dict) else catalog) == 9
    shown = wavespeed_cli("schema", "minimax/voice-clone")
    assert "custom_voice_id" in shown
    schema = json.loads(wavespeed_cli("schema", MODEL, "--json"))
    assert "voice_id" in json.dumps(schema)
    assert "0" in wavespeed_cli("price", "minimax/voice-clone")


def test_upload_clone_speak_and_download(wavespeed_cli: Cli, account: Account, tmp_path: Path) -> None:
    told = json.loads(wavespeed_cli("upload", str(account.recording), "--json"))
    address = next(iter(told.values())) if "url" not in told else told["url"]
    address = address[0] if isinstance(address, list) else address
    address = address["url"] if isinstance(address, dict) else address
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


def test_a_slow_task_is_submitted_once(wavespeed_cli: Cli, account: Account, voice: str) -> None:
    """It gives up after 10 seconds and sends the request again, five times, so it is answered before that."""
    text = "Once and only once."
    worker = account.studio.one("worker")
    worker.send_signal(signal.SIGSTOP)
    try:
        told = wavespeed_cli("run", MODEL, "-i", f"text={text}", "-i", f"voice_id={voice}", "--sync", status=1)
        body = {"text": text, "voice_id": voice, "enable_sync_mode": True}  # what it would send again
        again = account.call("POST", f"/api/v3/{MODEL}", {**body, "enable_sync_mode": False}, **{"User-Agent": "node"})
        assert again.status_code == 200
        twice = [
            account.call("POST", f"/api/v3/{MODEL}", {"text": "Twice?", "voice_id": voice}, **{"User-Agent": "node"})
            for _ in range(2)
        ]
    finally:
        worker.send_signal(signal.SIGCONT)
    assert "Sync mode timed out after" in told
    assert len({answer.json()["data"]["id"] for answer in twice}) == 1
    assert len([task for task in account.tasks() if task["input"]["text"] == text]) == 2
