"""The JavaScript SDK `wavespeed`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.clients.conftest import Account

pytestmark = pytest.mark.clients
MODEL = "minimax/speech-02-hd"
Sdk = Callable[..., dict[str, Any]]


def test_upload_clone_and_speak(account: Account, sdk: Sdk) -> None:
    address = sdk("upload", str(account.recording))["result"]
    inputs = {"audio": address, "custom_voice_id": "ScriptVoice-1", "text": "Hello."}
    assert len(sdk("run", "minimax/voice-clone", inputs)["result"]["outputs"]) == 1
    spoken = sdk("run", MODEL, {"text": "Good morning.", "voice_id": "ScriptVoice-1"})
    assert requests.get(spoken["result"]["outputs"][0], timeout=30).content.startswith(b"ID3")


def test_sync_mode_and_run_no_throw(sdk: Sdk, voice: str) -> None:
    inputs = {"text": "At once.", "voice_id": voice}
    assert sdk("run", MODEL, inputs, {"enableSyncMode": True})["result"]["outputs"]
    told = sdk("runNoThrow", MODEL, inputs)["result"]
    assert told["outputs"]
    assert told["detail"]["status"] == "completed"


def test_errors_are_sentences(sdk: Sdk, voice: str) -> None:
    told = sdk("run", MODEL, {"text": "Hello.", "voice_id": voice, "emotion": "confident"})
    assert told["error"] == "WavespeedSubmissionException"
    assert "Emotion is one of: happy" in told["message"]
    refused = sdk("run", MODEL, {"text": "Hello."}, key="wrong")
    assert "HTTP 401" in refused["message"]
    assert "Invalid authentication" in refused["message"]
