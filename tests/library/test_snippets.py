"""The programs on a voice's page run as they are: here against a server that answers as the API's contract says."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from voiceclone.library.snippets import snippets

ID = "0123456789abcdef0123456789abcdef"
SOUND = b"ID3 the sound of a heron"
PROGRAMS = {"curl": ["bash"], "python": [sys.executable], "javascript": ["node", "--input-type=module"]}


class Api(ThreadingHTTPServer):
    """Takes one speech, makes it while it is asked about it twice, and hands out its sound without a key."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[dict[str, str]] = []
        self.looks = 0
        self.fails = False

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def task(self) -> dict[str, object]:
        done = self.looks > 1
        status = ("failed" if self.fails else "completed") if done else "processing" if self.looks else "created"
        outputs = [f"http://{self.address}/sound.mp3"] if status == "completed" else []
        error = "It was too quiet." if status == "failed" else ""
        urls = {"get": f"http://{self.address}/api/v3/predictions/{ID}/result"}
        return {"id": ID, "outputs": outputs, "urls": urls, "status": status, "error": error}


class Handler(BaseHTTPRequestHandler):
    server: Api

    def do_POST(self) -> None:
        self.server.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.answer("/api/v3/minimax/speech-02-hd")

    def do_GET(self) -> None:
        if self.path == "/sound.mp3":
            self.send(200, SOUND)
            return
        self.server.looks += 1
        self.answer(f"/api/v3/predictions/{ID}/result")

    def answer(self, path: str) -> None:
        if self.path != path or self.headers["Authorization"] != "Bearer vc_key":
            self.send(401, b'{"code": 401, "message": "invalid authentication"}')
            return
        self.send(200, json.dumps({"code": 200, "message": "success", "data": self.server.task()}).encode())

    def send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def api() -> Iterator[Api]:
    with Api() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def run(api: Api, name: str, folder: Path, key: str = "vc_key") -> subprocess.CompletedProcess[str]:
    needed = "curl" if name == "curl" else PROGRAMS[name][0]
    if not shutil.which(needed):
        pytest.skip(f"{needed} is not installed")
    request = RequestFactory().get("/", headers={"host": api.address})
    code = next(one.code for one in snippets(request, "ReadingVoice-2026") if one.name == name)
    environment = {**os.environ, "VOICECLONE_API_KEY": key}
    return subprocess.run(
        PROGRAMS[name], input=code, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_program_asks_waits_and_keeps_the_sound(api: Api, name: str, tmp_path: Path, settings: Settings) -> None:
    settings.SITE_URL = ""
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    ended = run(api, name, tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert api.asked == [{"text": "Hello from my own voice.", "voice_id": "ReadingVoice-2026"}]
    assert (tmp_path / "speech.mp3").read_bytes() == SOUND


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("key", ["wrong", "vc_key"])
def test_the_program_ends_where_there_is_no_sound(api: Api, name: str, key: str, tmp_path: Path) -> None:
    """A key that is refused, or a speech that failed."""
    api.fails = True
    ended = run(api, name, tmp_path, key)
    assert ended.returncode != 0
    assert ended.stderr
    assert not (tmp_path / "speech.mp3").exists()


def test_programs_go_to_the_public_address_where_there_is_one(settings: Settings) -> None:
    settings.SITE_URL = "https://voices.example.org"
    for snippet in snippets(RequestFactory().get("/", headers={"host": "localhost"}), "ReadingVoice-2026"):
        assert "https://voices.example.org/api/v3" in snippet.code
        assert "localhost" not in snippet.code
