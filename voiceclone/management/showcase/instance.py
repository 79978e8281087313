"""A private instance: its own folder, its own port, no worker; all of it is gone when the `with` ends."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 120  # seconds


@dataclass(frozen=True, slots=True)
class Instance:
    url: str
    cookies: Mapping[str, str]
    parts: Mapping[str, str]
    stills: list[dict[str, Any]]

    def address(self, path: str) -> str:
        return self.url + path.format(**self.parts)


@contextmanager
def opened(language: str = "en", begin_with: Path | None = None) -> Iterator[Instance]:
    """Fill it (half a minute: voices are learnt for real), its mails and errors in that language, then serve it.

    `begin_with`: a data folder that nothing happened in yet, to be copied.
    """
    with (
        tempfile.TemporaryDirectory(prefix="voiceclone-showcase-") as folder,
        socket.create_server(("127.0.0.1", 0)) as listener,
    ):
        if begin_with:
            shutil.copytree(begin_with, folder, dirs_exist_ok=True)
        port, fd = listener.getsockname()[1], listener.fileno()
        unset = (
            "DATABASE_URL",
            "REDIS_URL",
            "SITE_URL",
            "EMAIL_URL",
            "REGISTRATION",
            "RETENTION_DAYS",
            "DEBUG",
            "CONSENT",
        )
        environment = {name: value for name, value in os.environ.items() if name not in unset}
        environment |= {"DATA_DIR": folder, "PORT": str(port), "WEB_WORKERS": "1", "ENGINES": "builtin,wavespeed"}
        filling_step = [sys.executable, "-m", "voiceclone.management.showcase.filling", language]
        made = subprocess.run(filling_step, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
        serving = [sys.executable, str(ROOT / "manage.py"), "web", f"--fd={fd}"]
        server = subprocess.Popen(serving, env=environment, pass_fds=[fd])
        try:
            url = f"http://localhost:{port}"
            _wait(url)
            yield Instance(url, **json.loads(made.stdout))
        finally:
            server.terminate()
            server.wait()


def _wait(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(f"{url}/static/img/logo.svg", timeout=5):  # noqa: S310 - our own server
                return
        except (OSError, urllib.error.URLError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
