"""A server that means no good. An address of its own on loopback plays the internet; all else there is private."""

from __future__ import annotations

import contextlib
import gzip
import os
import re
import secrets
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import unquote

from voiceclone.outbound.addresses import is_public
from voiceclone.outbound.client import Network

PRIVATE = "127.0.0.1"
PUBLIC = f"127.{secrets.randbelow(250) + 2}.{secrets.randbelow(250)}.9"  # so that test runs do not meet
PORT, TLS_PORT = 8080, 8443
NAMES = {
    "pub.test": [PUBLIC],
    "priv.test": [PRIVATE],
    "both.test": [PUBLIC, PRIVATE],
    "meta.test": ["169.254.169.254"],
    "mapped.test": ["::ffff:127.0.0.1"],
    "translated.test": ["64:ff9b::7f00:1"],
}
HEAD = b"HTTP/1.1 200 OK\r\n"


def endless(block: bytes) -> Iterator[bytes]:
    while True:
        yield block


def answer(path: str, stopped: threading.Event) -> Iterable[bytes]:
    """What is sent back for a path, piece by piece."""
    if path.startswith("/to?"):
        location = unquote(path[4:]).encode()
        return [b"HTTP/1.1 302 Found\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\nLocation: " + location + b"\r\n\r\n"]
    if path.startswith("/status/"):
        return [b"HTTP/1.1 " + path[8:].encode() + b" So\r\nContent-Length: 0\r\n\r\n"]
    return {
        "/ok": lambda: [HEAD + b"Content-Type: audio/wav\r\nContent-Length: 4\r\n\r\ngood"],
        "/chunks": lambda: [HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\ngo\r\n2\r\nod\r\n0\r\n\r\n"],
        "/loop": lambda: [b"HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n"],
        "/nowhere": lambda: [b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"],
        "/big": lambda: [HEAD + b"Content-Length: 99999999999\r\n\r\n"],
        "/endless": lambda: _then(HEAD + b"\r\n", endless(b"x" * 65536)),
        "/endless-chunks": lambda: _then(
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n", endless(b"10000\r\n" + b"x" * 65536 + b"\r\n")
        ),
        "/endless-extensions": lambda: _then(
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n", endless(b"1;" + b"x" * 60000 + b"\r\nx\r\n")
        ),
        "/endless-trailer": lambda: _then(
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n", endless(b"X: " + b"y" * 1000 + b"\r\n")
        ),
        "/huge-chunk": lambda: [HEAD + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nxx"],
        "/gzip": lambda: [HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"\0" * 50_000_000)],
        "/drip": lambda: _slowly(HEAD + b"Content-Length: 1000\r\n\r\n" + b"x" * 1000, stopped),
        "/slow-head": lambda: _slowly(HEAD + b"X: " + b"y" * 1000, stopped),
        "/silent": lambda: _slowly(b"", stopped),
        "/header-flood": lambda: _then(HEAD, endless(b"X-A: " + b"b" * 1000 + b"\r\n")),
        "/small-header-flood": lambda: _then(HEAD, endless(b"A: b\r\n")),
        "/endless-line": lambda: _then(HEAD + b"X: ", endless(b"z" * 65536)),
        "/continue-flood": lambda: endless(b"HTTP/1.1 100 Continue\r\n\r\n"),
        "/garbage": lambda: [os.urandom(500)],
        "/no-http": lambda: [b"hello"],
        "/short": lambda: [HEAD + b"Content-Length: 1000\r\n\r\nabc"],
    }.get(path, lambda: [b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"])()


def _then(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from rest


def _slowly(content: bytes, stopped: threading.Event) -> Iterator[bytes]:
    for at in range(len(content)):
        yield content[at : at + 1]
        stopped.wait(0.05)
    stopped.wait()


class Hostile:
    """`asked`: every request's head. `look_ups`: how often each name was looked up."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.look_ups: Counter[str] = Counter()
        self.stopped = threading.Event()
        self.network = Network(self._look_up, lambda address: address == PUBLIC or is_public(address))

    def _look_up(self, host: str, port: int) -> Sequence[Any]:
        self.look_ups[host] += 1
        names = {**NAMES, "rebind.test": [PUBLIC if self.look_ups[host] == 1 else PRIVATE]}
        if host in names:
            return [
                (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
                if ":" in address
                else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
                for address in names[host]
            ]
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)

    @contextlib.contextmanager
    def running(self, port: int = PORT, tls: ssl.SSLContext | None = None) -> Iterator[None]:
        with socket.create_server((PUBLIC, port)) as server:
            threading.Thread(target=self._accept, args=(server, tls), daemon=True).start()
            yield
            self.stopped.set()
            server.shutdown(socket.SHUT_RDWR)

    def _accept(self, server: socket.socket, tls: ssl.SSLContext | None) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = server.accept()
                threading.Thread(target=self._serve, args=(connection, tls), daemon=True).start()

    def _serve(self, connection: socket.socket, tls: ssl.SSLContext | None) -> None:
        with contextlib.suppress(OSError), connection:
            wire = tls.wrap_socket(connection, server_side=True) if tls else connection
            with wire:
                request = b""
                while b"\r\n\r\n" not in request:
                    received = wire.recv(4096)
                    if not received:
                        return
                    request += received
                length = re.search(rb"Content-Length: (\d+)", request)
                while length and len(request.partition(b"\r\n\r\n")[2]) < int(length[1]):
                    request += wire.recv(4096)
                self.asked.append(request.decode("latin-1"))
                for piece in answer(request.split()[1].decode(), self.stopped):
                    wire.sendall(piece)
