"""The Python SDK `wavespeed`, as its users write it."""

from __future__ import annotations

import re

import pytest
import requests
import wavespeed
from wavespeed import WavespeedException

from tests.clients.conftest import Account

pytestmark = pytest.mark.clients
MODEL = "minimax/speech-02-hd"
LINK = re.compile(r"http://127\.0\.0\.1:\d+/outputs/\S+\.mp3")


def test_upload_clone_and_speak(account: Account, voice: str) -> None:
    [preview] = account.sent["clone"]["outputs"]
    assert LINK.fullmatch(preview)
    output = account.client.run(MODEL, {"text": "Good morning.", "voice_id": voice})
    [link] = output["outputs"]
    sound = requests.get(link, timeout=30)  # without a key
    assert (sound.status_code, sound.headers["Content-Type"]) == (200, "audio/mpeg")
    assert sound.content.startswith(b"ID3")
    part = requests.get(link, headers={"Range": "bytes=0-99"}, timeout=30)
    assert (part.status_code, len(part.content)) == (206, 100)


def test_sync_mode(account: Account, voice: str) -> None:
    output = account.client.run(MODEL, {"text": "At once.", "voice_id": voice}, enable_sync_mode=True)
    assert LINK.fullmatch(output["outputs"][0])


def test_run_no_throw(account: Account, voice: str) -> None:
    done = account.client.run_no_throw(MODEL, {"text": "Quietly.", "voice_id": voice})
    assert LINK.fullmatch(done.outputs[0])
