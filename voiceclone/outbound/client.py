"""HTTP for addresses that somebody else has named.

    fetch(url, target, max_bytes=…)   its bytes into an open file
    post(url, body, headers)          the status of the answer, whose body is never read

A name is looked up once; every answer must be public, and the connection goes to one of those answers, so a second
answer cannot lead anywhere else (DNS rebinding). TLS still checks the certificate against the name. Redirects are
followed here, each checked like the first. Every read and write has what is left of one deadline on the clock. The
standard library's http.client knows no proxy, .netrc, cookie, retry or content encoding, and allows 100 headers.
"""

from __future__ import annotations

import errno
import http.client
import io
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, BinaryIO
from urllib.parse import urljoin

import certifi
from django.conf import settings

from voiceclone.outbound.addresses import is_public
from voiceclone.outbound.targets import Target, Unreachable, private, read

MAX_REDIRECTS = 3
REDIRECTS = (301, 302, 303, 307, 308)
CONNECT_SECONDS = 5.0  # to each address of a name
ADDRESSES = 4  # of a name that are tried
HEADER_BYTES = 64 * 1024
BLOCK = 64 * 1024
Address = tuple[Any, ...]
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Network:
    """How names become addresses, and which of those may be asked."""

    look_up: Callable[[str, int], Sequence[Address]]  # as socket.getaddrinfo answers; raises OSError
    allows: Callable[[str], bool]


def _look_up(host: str, port: int) -> Sequence[Address]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


INTERNET = Network(_look_up, is_public)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was fetched: how many bytes, what its server calls it, and from which address in the end."""

    size: int
    content_type: str
    url: str


def fetch(
    url: str, target: BinaryIO, *, max_bytes: int, deadline: float = 30.0, network: Network = INTERNET
) -> Fetched:
    """Write what lies at `url` into `target`. `deadline`: seconds for all of it. Raises Unreachable."""
    ends = time.monotonic() + deadline
    for _ in range(MAX_REDIRECTS + 1):
        here = read(url)
        with _ask("GET", here, ends, network) as (answer, line):
            if answer.status in REDIRECTS:
                url = _next(url, here, answer)
                continue
            size = _take(answer, line, target, max_bytes)
            return Fetched(size, (answer.headers.get("Content-Type") or "")[:100], url)
    raise Unreachable("redirect", "The address leads on to others more than {most} times.", most=MAX_REDIRECTS)


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str] = NOTHING,
    *,
    deadline: float = 10.0,
    network: Network = INTERNET,
) -> int:
    """Send `body` over https and follow nothing. Returns the status of the answer. Raises Unreachable."""
    here = read(url, https_only=True)
    with _ask("POST", here, time.monotonic() + deadline, network, body, headers) as (answer, _):
        return answer.status


def _next(url: str, here: Target, answer: http.client.HTTPResponse) -> str:
    location = answer.headers.get("Location")
    if not location:
        raise Unreachable("redirect", "The address leads on to another one, but does not say which.")
    there = urljoin(url, location)
    if here.scheme == "https" and read(there).scheme != "https":
        raise Unreachable("redirect", "The address leads on from https to http, which anybody on the way can change.")
    return there


def _take(answer: http.client.HTTPResponse, line: _Line, target: BinaryIO, max_bytes: int) -> int:
    limit = max_bytes / 1024 / 1024
    if answer.status != 200:
        raise Unreachable("status", "The server there answers {status} instead of 200.", status=answer.status)
    encoding = answer.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity"):
        raise Unreachable("encoding", "The server there sends the file packed ({how}), unasked.", how=encoding[:20])
    told = answer.headers.get("Content-Length", "").strip()
    expected = int(told) if told.isascii() and told.isdigit() and len(told) < 19 else None
    if expected is not None and expected > max_bytes:
        found = expected / 1024 / 1024
        raise Unreachable(
            "too_large", "The file there is {found:.1f} MB; the limit is {limit:g} MB.", found=found, limit=limit
        )
    line.allowance = 2 * max_bytes + HEADER_BYTES  # chunks have headers, too
    size = 0
    while block := answer.read(BLOCK):
        size += len(block)
        if size > max_bytes:
            raise Unreachable("too_large", "The file there is larger than {limit:g} MB, the limit.", limit=limit)
        target.write(block)
    if expected is not None and size < expected:
        raise Unreachable("network", "The server there closed the connection before the file was complete.")
    return size


@contextmanager
def _ask(
    method: str,
    target: Target,
    ends: float,
    network: Network,
    body: bytes | None = None,
    headers: Mapping[str, str] = NOTHING,
) -> Iterator[tuple[http.client.HTTPResponse, _Line]]:
    """One request and the beginning of its answer. Whatever goes wrong, in here or in the block, is Unreachable."""
    plain = _connect(target, ends, network)
    try:
        wire = _secure(plain, target, ends) if target.scheme == "https" else plain
        with wire:
            line = _Line(wire, ends)
            connection = http.client.HTTPConnection(target.host, target.port)
            connection.sock = line  # it has the three methods that http.client calls
            ours = {"Host": target.host_header, "User-Agent": f"voiceclone/{settings.VERSION}", "Connection": "close"}
            connection.request(method, target.path, body, {**headers, **ours, "Accept-Encoding": "identity"})
            with connection.getresponse() as answer:
                yield answer, line
    except (OSError, http.client.HTTPException, ValueError) as error:
        if getattr(error, "errno", None) == errno.ENOSPC:  # ours
            raise
        if isinstance(error, TimeoutError) or time.monotonic() >= ends:
            raise _too_late() from error
        raise Unreachable("network", "The server there broke off, or its answer is not HTTP.") from error
    finally:
        plain.close()


def _connect(target: Target, ends: float, network: Network) -> socket.socket:
    allows = (lambda address: True) if target.is_allowed_here else network.allows
    found = _addresses(target, ends, network)
    if not all(allows(str(address[4][0])) for address in found):  # one private answer condemns the name
        raise private()
    for family, kind, protocol, _, address in found[:ADDRESSES]:
        plain = socket.socket(family, kind, protocol)
        try:
            plain.settimeout(min(CONNECT_SECONDS, _left(ends)))
            plain.connect(address)
            if not allows(plain.getpeername()[0]):
                raise private()
            return plain
        except OSError:
            plain.close()
        except BaseException:
            plain.close()
            raise
    raise Unreachable("connect", "Nobody answers at {host}, port {port}.", host=target.host, port=target.port)


def _addresses(target: Target, ends: float, network: Network) -> Sequence[Address]:
    """Look the name up in a thread: the system's resolver knows no deadline."""
    answers: queue.Queue[Sequence[Address]] = queue.Queue()

    def look_up() -> None:
        try:
            answers.put(network.look_up(target.host, target.port))
        except (OSError, UnicodeError):
            answers.put(())

    threading.Thread(target=look_up, name="look-up", daemon=True).start()
    try:
        found = answers.get(timeout=_left(ends))
    except queue.Empty as error:
        raise _too_late() from error
    if not found:
        raise Unreachable("dns", "There is no host of the name {host}.", host=target.host)
    return found


def _secure(plain: socket.socket, target: Target, ends: float) -> ssl.SSLSocket:
    plain.settimeout(_left(ends))
    try:
        return _certificates().wrap_socket(plain, server_hostname=target.host)
    except ssl.SSLError as error:
        raise Unreachable("tls", "{host} shows no valid certificate, or speaks no TLS.", host=target.host) from error


@lru_cache
def _certificates() -> ssl.SSLContext:
    """Whom this machine trusts, and whom browsers do: a small container has no list of its own."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _left(ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise _too_late()
    return left


def _too_late() -> Unreachable:
    return Unreachable("deadline", "The server there is too slow: it did not finish in time.")


class _Line:
    """A connection on which no read and no write outlasts the deadline, and nobody sends more than `allowance`."""

    def __init__(self, wire: socket.socket, ends: float) -> None:
        self.wire, self.ends, self.allowance = wire, ends, HEADER_BYTES

    def sendall(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            self.wire.settimeout(_left(self.ends))
            rest = rest[self.wire.send(rest) :]

    def receive(self, buffer: Any) -> int:
        self.wire.settimeout(_left(self.ends))
        size = self.wire.recv_into(buffer)
        self.allowance -= size
        if self.allowance < 0:
            raise Unreachable("headers", "The server there sends more around its answer than an answer has.")
        return size

    def makefile(self, mode: str) -> BinaryIO:
        return io.BufferedReader(_Reader(self))

    def close(self) -> None:
        """http.client calls it before the answer is read; whoever made `wire` closes it."""


class _Reader(io.RawIOBase):
    def __init__(self, line: _Line) -> None:
        self.line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self.line.receive(buffer)
