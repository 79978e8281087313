"""The vendor's clients, unmodified, against one real `serve` with one cloned voice that they share."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
import wavespeed

from tests.conftest import speech
from tests.npm import NODE, NPM, installed
from tests.studio import ROOT, Studio, empty_database

HERE = Path(__file__).parent
VOICE = "ClientVoice-1"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without Node.js: one loud line instead of one for each test. In CI every one of them fails."""
    tests = [item for item in items if item.path.parent == HERE and "packages" in getattr(item, "fixturenames", ())]
    if tests and not (NODE and NPM) and not os.environ.get("CI"):
        reason = f"NONE OF {len(tests)} TESTS OF THE JAVASCRIPT CLIENTS WAS RUN: install node and npm"
        tests[0].add_marker(pytest.mark.skip(reason=reason))
        config.hook.pytest_deselected(items=tests[1:])
        items[:] = [item for item in items if item not in tests[1:]]


@pytest.fixture(scope="package")
def packages() -> Path:
    """Where the JavaScript clients are installed: once for each package.json, outside the repository."""
    assert NODE, "node is not installed"
    assert NPM, "npm is not installed"
    return installed(HERE / "package.json", "THE JAVASCRIPT CLIENTS WERE")


@dataclass(frozen=True)
class Account:
    """What a client has to know."""

    studio: Studio = field(repr=False)
    key: str = field(repr=False)
    recording: Path
    sent: dict[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.studio.url

    @property
    def client(self) -> wavespeed.Client:
        return wavespeed.Client(api_key=self.key, base_url=self.url)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        """Without any client."""
        headers = {"Authorization": f"Bearer {self.key}", **headers}
        return requests.request(method, self.url + path, json=body, headers=headers, timeout=120)

    def tasks(self, **wanted: Any) -> list[dict[str, Any]]:
        found = self.call("POST", "/api/v3/predictions", {"page_size": 100, "include_inputs": True, **wanted})
        return list(found.json()["data"]["items"])


@pytest.fixture(scope="package")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    folder = tmp_path_factory.mktemp("clients")
    recording = folder / "ref.wav"
    recording.write_bytes(speech("wav", 12.0))
    unlimited = {"API_REQUESTS_PER_MINUTE": "0", "API_TASKS_IN_FLIGHT": "0", "ALLOW_PRIVATE_HOSTS": "127.0.0.1"}
    with empty_database() as database, Studio(folder / "data", variables={**database, **unlimited}) as studio:
        studio.wait_until_healthy(120)
        made = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), "createapikey", "alice@example.org"],
            env=studio.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        yield Account(studio, made.stdout.splitlines()[-1], recording)
        errors = studio.lines(" ERROR ") + studio.lines("Traceback")
    assert not errors


@pytest.fixture(scope="package")
def voice(account: Account) -> str:
    """Cloned as the Python SDK's users do it: upload, then clone."""
    client = account.client
    url = client.upload(str(account.recording))
    inputs = {"audio": url, "custom_voice_id": VOICE, "model": "speech-02-hd", "text": "Hello."}
    account.sent["clone"] = client.run("minimax/voice-clone", inputs)
    return VOICE


@pytest.fixture(scope="package")
def wavespeed_cli(account: Account, packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """The command line, signed in, with a home of its own."""
    home = tmp_path_factory.mktemp("cli")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("WAVESPEED")},
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "NO_COLOR": "1",
        "CI": "1",
    }

    def run(*arguments: str, cwd: Path = home, status: int = 0) -> str:
        command = [str(packages / ".bin" / "wavespeed"), *arguments]
        done = subprocess.run(
            command, env=environment, cwd=cwd, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr if status or "--json" not in arguments else done.stdout

    run("config", "--base-url", account.url)
    run("login", "--api-key", account.key, "--no-browser")
    return run


@pytest.fixture(scope="package")
def sdk(account: Account, packages: Path) -> Callable[..., dict[str, Any]]:
    """The JavaScript SDK: `sdk("run", model, inputs)`."""

    def call(method: str, *arguments: Any, key: str = account.key) -> dict[str, Any]:
        told = json.dumps({"key": key, "baseUrl": account.url, "method": method, "args": arguments})
        done = subprocess.run(
            [NODE or "node", str(HERE / "sdk.js"), told],
            env={**os.environ, "NODE_PATH": str(packages)},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout.splitlines()[-1]))

    return call
