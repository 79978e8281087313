"""A real `manage.py serve` for tests: its processes, its output, its pages. Nothing of it outlives its test."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import psutil
import psycopg
import requests

from tests.prepared import SHARED, copy, started

ROOT = Path(__file__).parent.parent
MARK = "VOICECLONE_TEST_STUDIO"  # in the environment of every process of a studio, whoever its parent is by now
NOTHING: Mapping[str, str] = {}
T = TypeVar("T")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], T | None], what: str, seconds: float = 240.0) -> T:
    """Look until it is so; the deadline is only there so that a broken test ends."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds:g} s"
        time.sleep(0.2)  # looking costs, too: at every process of the machine
    return found


@contextlib.contextmanager
def empty_database() -> Iterator[dict[str, str]]:
    """What to add to the environment for a database of one's own; with SQLite that is a matter of DATA_DIR."""
    server = os.environ.get("DATABASE_URL")
    if not server:
        yield {}
        return
    name = f"studio_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield {"DATABASE_URL": urlsplit(server)._replace(path=f"/{name}").geturl()}
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


class Studio:
    """`with Studio(data) as studio:` starts one; what is left of it at the end is killed."""

    def __init__(
        self,
        data: Path,
        *arguments: str,
        command: str = "serve",
        python: str = sys.executable,
        root: Path = ROOT,
        environment: Mapping[str, str] = os.environ,
        variables: Mapping[str, str] = NOTHING,
        prepared: bool = True,
    ) -> None:
        """`prepared`: in a test it does not start from nothing, which takes four times as long."""
        self.data, self.port, self.root = data, free_port(), root
        self.mark = uuid.uuid4().hex
        address = ["--port", str(self.port)] if command in ("serve", "web") else []
        self.command = [python, str(root / "manage.py"), command, *address, *arguments]
        small = {"WORKERS": "1", "WEB_WORKERS": "1"}
        self.environment = {**environment, **small, "DATA_DIR": str(data), MARK: self.mark, **variables}
        if prepared and SHARED in os.environ and not data.exists():
            copy(started(), data)
        self._output = data.parent / f"{data.name}-{self.mark[:6]}.log"

    def __enter__(self) -> Self:
        with self._output.open("wb") as output:
            self.process = psutil.Popen(
                self.command,
                env=self.environment,
                cwd=self.root,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind:
            print(self.output())
        for process in self.processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait()
        wait_for(lambda: not self.processes(), "the end of all processes")

    def output(self) -> str:
        return self._output.read_text()

    def lines(self, containing: str) -> list[str]:
        return [line for line in self.output().splitlines() if containing in line]

    # --- its processes ------------------------------------------------------------------------------------------------
    def processes(self, kind: str = "") -> list[psutil.Process]:
        """The living ones; of one kind: those that run `manage.py web`, `worker` or `scheduler`."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get(MARK) == self.mark and process.status() != psutil.STATUS_ZOMBIE:
                    command = process.cmdline()
                    if not kind or command[1:3] == [str(self.root / "manage.py"), kind]:
                        found.append(process)
        return found

    def one(self, kind: str) -> psutil.Process:
        """The process of this kind that `serve` itself started."""

        def child() -> psutil.Process | None:
            return next((found for found in self.processes(kind) if found.ppid() == self.process.pid), None)

        return wait_for(child, f"a process that runs {kind}")

    def kill(self, kind: str) -> psutil.Process:
        """`kill -9` of the one, and only of that one. Returns what was killed."""
        process = self.one(kind)
        process.kill()
        return process

    def wait_for_another(self, kind: str, killed: psutil.Process) -> psutil.Process:

        def another() -> psutil.Process | None:
            found = self.one(kind)
            return found if found != killed else None

        return wait_for(another, f"another {kind}")

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end, as a terminal or a service manager does. Returns its exit status."""
        self.process.send_signal(number)
        return int(self.process.wait(240))

    # --- its pages ----------------------------------------------------------------------------------------------------
    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, **headers: str) -> requests.Response | None:
        """None where nobody answers."""
        try:
            return requests.get(self.url + path, headers=headers, timeout=10, allow_redirects=False)
        except requests.RequestException:
            return None

    def status(self, path: str = "/healthz", **headers: str) -> int | None:
        answer = self.get(path, **headers)
        return answer.status_code if answer is not None else None

    def health(self) -> dict[str, Any]:
        answer = self.get("/healthz")
        return dict(answer.json()) if answer is not None else {}

    def wait_until_healthy(self, seconds: float = 240.0) -> None:
        def healthy() -> bool:
            assert self.process.poll() is None, f"it ended by itself:\n{self.output()}"
            return self.status() == 200

        wait_for(healthy, "/healthz says 200", seconds)
