"""A receiver of webhooks that was written from the contract alone, and knows nothing of this project's code."""

from __future__ import annotations

import hashlib
import hmac
import json
import queue
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import pytest

from tests.clients.conftest import Account

pytestmark = pytest.mark.clients
MODEL = "minimax/speech-02-hd"
Delivery = tuple[dict[str, str], bytes]


class Receiver:
    def __init__(self) -> None:
        self.deliveries: queue.Queue[Delivery] = queue.Queue()
        deliveries = self.deliveries

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                deliveries.put(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?from=voiceclone"

    def verified(self, secret: str) -> dict[str, object]:
        """The next delivery's body. Section 1.12: HMAC-SHA256, hex, over id, time and raw body; the secret is text."""
        headers, body = self.deliveries.get(timeout=60)
        stamp = headers["webhook-timestamp"]
        assert abs(time.time() - int(stamp)) <= 300
        signed = f"{headers['webhook-id']}.{stamp}.".encode() + body
        wanted = "v3," + hmac.new(secret.removeprefix("whsec_").encode(), signed, hashlib.sha256).hexdigest()
        assert hmac.compare_digest(wanted, headers["webhook-signature"])
        assert headers["content-type"] == "application/json"
        return dict(json.loads(body))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    thread = threading.Thread(target=receiver.server.serve_forever)
    thread.start()
    yield receiver
    receiver.server.shutdown()
    thread.join()
    receiver.server.server_close()


@pytest.fixture
def secret(account: Account) -> str:
    found = account.call("GET", "/api/v3/webhook/secret").json()["data"]["secret"]
    assert found.startswith("whsec_")
    return str(found)


def test_a_finished_task_is_delivered_and_its_signature_verifies(
    account: Account, voice: str, receiver: Receiver, secret: str
) -> None:
    address = f"{MODEL}?webhook={quote(receiver.url, safe='')}"  # the Python SDK pastes the model into the path
    done = account.client.run(address, {"text": "Tell me.", "voice_id": voice})
    told = receiver.verified(secret)
    assert (told["status"], told["model"], told["error"]) == ("completed", MODEL, "")
    assert told["input"]["text"] == "Tell me."  # type: ignore[index]
    assert (
        [str(url).split("/")[2:4] for url in told["outputs"]]
        == [  # type: ignore[attr-defined]
            url.split("/")[2:4] for url in done["outputs"]
        ]
    )
    assert receiver.deliveries.empty()


def test_a_failed_task_is_delivered_too(account: Account, receiver: Receiver, secret: str) -> None:
    body = {"audio": "data:audio/wav;base64,UklGRg==", "custom_voice_id": "NoSound-1"}
    answer = account.call("POST", f"/api/v3/minimax/voice-clone?webhook={quote(receiver.url, safe='')}", body)
    told = receiver.verified(secret)
    assert told["id"] == answer.json()["data"]["id"]
    assert told["status"] == "failed"
    assert told["error"]
