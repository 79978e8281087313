"""A receiver on loopback that knows only what the contract says, and says no to whatever does not verify."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import TracebackType
from typing import Any, Self

REPLAY_WINDOW = 300  # seconds


class Receiver:
    """`with Receiver(secret, answers…) as there:` answers with these statuses in turn, then with 200.

    `received`: (headers, body) of each request. What does not verify is answered 401, whatever was to be answered.
    """

    def __init__(self, secret: str, *answers: int) -> None:
        self.secret, self.answers = secret, list(answers)
        self.received: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.refused = 0

    def verifies(self, headers: dict[str, str], body: bytes) -> bool:
        """HMAC-SHA256, hex, over `{webhook-id}.{webhook-timestamp}.{raw body}`; the key without its `whsec_`."""
        if abs(time.time() - int(headers["webhook-timestamp"])) > REPLAY_WINDOW:
            return False
        signed = headers["webhook-id"].encode() + b"." + headers["webhook-timestamp"].encode() + b"." + body
        wanted = hmac.new(self.secret[len("whsec_") :].encode("utf-8"), signed, hashlib.sha256).hexdigest()
        version, _, found = headers["webhook-signature"].partition(",")
        return version == "v3" and hmac.compare_digest(wanted, found)

    def __enter__(self) -> Self:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                if receiver.verifies(headers, body):
                    receiver.received.append((headers, json.loads(body)))
                    status = receiver.answers.pop(0) if receiver.answers else 200
                else:
                    receiver.refused += 1
                    status = 401
                self.send_response(status)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hook?token=t"
