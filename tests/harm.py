"""A proxy that does harm: it stands before a real studio that plays the vendor, and spoils what passes.

What is spoilt *before* never reaches the vendor; what is spoilt *after* was done there, and the answer is lost. The
vendor writes links with the host that it was asked by, so its uploads and outputs pass here, too.
"""

from __future__ import annotations

import contextlib
import json
import random
import sys
import threading
import time
from collections import Counter, defaultdict, deque
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import urlsplit

BEFORE = ("429 before", "500 before", "502 before", "504 before", "drop before")
AFTER = (
    *("drop after", "500 after", "502 after", "504 after", "garbage", "truncated", "data null", "late", "slow body"),
    *("half headers",),
)
HARMS = {
    "submit": (*BEFORE, *AFTER),
    "result": (*BEFORE, *AFTER, "unknown word", "clock skew"),
    "list": (*BEFORE, "garbage", "truncated", "data null", "clock skew"),
    "upload": (*BEFORE, *AFTER),
    "output": ("404", "500 before", "drop before", "truncated", "garbage", "slow body"),
    "other": ("500 before", "drop before"),
}
HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "date", "server"}


def kind_of(method: str, path: str) -> str:
    path = urlsplit(path).path
    if path.startswith("/api/v3/minimax/"):
        return "submit"
    if path.startswith("/api/v3/predictions/"):
        return "result"
    if path == "/api/v3/predictions":
        return "list"
    if path.startswith("/api/v3/media/"):
        return "upload"
    return "output" if path.startswith("/outputs/") else "other"


class Harm:
    """`with Harm(vendor_port) as harm:`; `harm.url` is the address to give to whoever is to suffer.

    `script[kind]`: what happens to the next requests of a kind, in order ("" is nothing). Beyond it, `chance` of any
    harm of that kind. `late` and `slow body` last longer than `seconds`, the victim's time-out.
    """

    def __init__(self, vendor_port: int, *, chance: float = 0.0, seconds: float = 2.0, seed: int = 1) -> None:
        self.vendor_port, self.chance, self.seconds = vendor_port, chance, seconds
        self.random = random.Random(seed)
        self.script: dict[str, deque[str]] = defaultdict(deque)
        self.done: Counter[str] = Counter()
        self.submitted: list[tuple[str, dict[str, Any], int]] = []
        """What reached the vendor: path, body, and the vendor's own status."""
        self.leaked: list[str] = []
        """The kinds of requests that came with a key, though they must not."""
        self._lock = threading.Lock()

    def __enter__(self) -> Harm:
        handler = type("Handler", (_Handler,), {"harm": self})
        self.server = _Server(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def choose(self, kind: str) -> str:
        with self._lock:
            if self.script[kind]:
                found = self.script[kind].popleft()
            else:
                found = self.random.choice(HARMS[kind]) if self.random.random() < self.chance else ""
            if found:
                self.done[f"{kind}: {found}"] += 1
            return found

    def took(self, path: str, body: bytes, status: int) -> None:
        with self._lock, contextlib.suppress(ValueError):
            self.submitted.append((urlsplit(path).path, json.loads(body), status))

    def accepted(self, **inputs: Any) -> int:
        """How many submits with these inputs the vendor has taken."""
        return sum(
            status == 200 and all(body.get(name) == value for name, value in inputs.items())
            for _, body, status in self.submitted
        )


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who was killed or lost patience is no news."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    harm: ClassVar[Harm]
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: object) -> None:
        pass

    def do_GET(self) -> None:
        self._pass()

    do_POST = do_PUT = do_GET  # noqa: N815

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind = kind_of(self.command, self.path)
        what = self.harm.choose(kind)
        if self.command == "PUT" and "Authorization" in self.headers:
            self.harm.leaked.append("ticket")
        if kind == "output" and "Authorization" in self.headers:
            self.harm.leaked.append("output")
        if what.endswith(" before") or what == "404":
            self._spoil_before(what)
            return
        status, headers, answer = self._ask(body)
        if kind == "submit":
            self.harm.took(self.path, body, status)
        self._spoil_after(what, status, headers, answer)

    def _ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        line = HTTPConnection("127.0.0.1", self.harm.vendor_port, timeout=120)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
        line.request(self.command, self.path, body or None, {**headers, "Connection": "close"})
        answer = line.getresponse()
        found = answer.status, answer.getheaders(), answer.read()
        line.close()
        return found

    def _spoil_before(self, what: str) -> None:
        if what == "drop before":
            self.close_connection = True
            return
        status = int(what.partition(" ")[0])
        extra = [("Retry-After", "1")] if status == 429 else []
        message = json.dumps({"code": status, "message": "Too Many Requests" if status == 429 else "no"}).encode()
        self._answer(status, extra, message)

    def _spoil_after(self, what: str, status: int, headers: list[tuple[str, str]], answer: bytes) -> None:
        ours = [(name, value) for name, value in headers if name.lower() not in HOP]
        if what == "drop after":
            self.close_connection = True
        elif what == "half headers":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Ty")
            self.close_connection = True
        elif what.endswith(" after"):
            self._answer(int(what.partition(" ")[0]), [], b"<html>bad gateway</html>")
        elif what == "garbage":
            self._answer(status, ours, b"\x00\xffnot what you think" * 20)
        elif what == "truncated":
            self._answer(status, ours, answer[: len(answer) // 2])
        elif what == "data null":
            self._answer(status, ours, b'{"code": 200, "message": "success", "data": null}')
        elif what == "late":
            time.sleep(1.5 * self.harm.seconds)
            self._answer(status, ours, answer)
        elif what == "slow body":
            self._drip(status, ours, answer)
        elif what in ("unknown word", "clock skew"):
            self._answer(status, ours, _changed(what, answer))
        else:
            self._answer(status, ours, answer)

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        with contextlib.suppress(OSError):
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def _drip(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """A byte now and then: never silent for long, and never done in time."""
        with contextlib.suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            ends = time.monotonic() + 8 * self.harm.seconds
            for at in range(len(body)):
                self.wfile.write(body[at : at + 1])
                self.wfile.flush()
                time.sleep(self.harm.seconds / 10)
                if time.monotonic() > ends:
                    break
        self.close_connection = True


def _changed(what: str, answer: bytes) -> bytes:
    try:
        found = json.loads(answer)
        data = found["data"]
        for one in data.get("items", [data]):
            if what == "unknown word":
                one["status"], one["outputs"] = "marinating", []
            else:
                one["created_at"] = "2025-01-01T00:00:00.123456789Z"
    except (ValueError, KeyError, TypeError):
        return answer
    return json.dumps(found).encode()
