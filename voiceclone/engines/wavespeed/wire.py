"""One HTTP request with requests: never retried, never redirected, and over in so many seconds, whatever happens.

A read time-out only bounds the silence between two bytes, so a server that sends one byte a second would hold a thread
for ever. Here a watch closes the connection when the time is up.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Retry
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

CONNECT = 10.0  # seconds
MOST = 8 * 1024 * 1024  # bytes of an answer
BLOCK = 64 * 1024
NEVER_SENT = (NewConnectionError, ConnectTimeoutError, NameResolutionError)
_under_way = threading.local()


class NotSent(Exception):
    """Nobody was reached: the request has not left this machine."""


class Broken(Exception):
    """It was sent, or may have been, and no whole answer came."""


class _Watched:
    """A connection that its thread's watch can find."""

    def request(self, *args: Any, **kwargs: Any) -> Any:
        _under_way.watch.connection = self
        return super().request(*args, **kwargs)  # type: ignore[misc]


class _WatchedHTTP(_Watched, HTTPConnection):
    pass


class _WatchedHTTPS(_Watched, HTTPSConnection):
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _WatchedHTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedHTTPS


class _Adapter(HTTPAdapter):
    def __init__(self) -> None:
        super().__init__(max_retries=Retry(total=0, redirect=False, raise_on_status=False), pool_maxsize=16)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}


class _Watch:
    """Closes the connection of a request when its time is up."""

    def __init__(self, seconds: float) -> None:
        self.connection: Any = None
        self.rang = False
        self.timer = threading.Timer(seconds, self._ring)
        self.timer.daemon = True

    def _ring(self) -> None:
        self.rang = True
        line = getattr(self.connection, "sock", None)
        try:
            if line is not None:
                line.shutdown(2)
        except OSError:
            pass  # it ended by itself at this very moment


def session() -> requests.Session:
    made = requests.Session()
    for scheme in ("https://", "http://"):
        made.mount(scheme, _Adapter())
    return made


def send(line: requests.Session, method: str, url: str, seconds: float, **more: Any) -> tuple[int, Any, bytes]:
    """Ask once. Returns status, headers and body. Raises NotSent or Broken."""
    watch = _under_way.watch = _Watch(seconds)
    ends = time.monotonic() + seconds
    watch.timer.start()
    try:
        timeout = (min(CONNECT, seconds), seconds)
        with line.request(method, url, timeout=timeout, allow_redirects=False, stream=True, **more) as answer:
            body = _body(answer, ends)
            if watch.rang:  # an answer without a length ends as if it were whole
                raise Broken("too slow")
            return answer.status_code, answer.headers, body
    except requests.ConnectionError as error:
        reason = getattr(error.args[0] if error.args else None, "reason", None)
        if isinstance(reason, NEVER_SENT) or isinstance(error, requests.ConnectTimeout):
            raise NotSent(type(error).__name__) from error
        raise Broken(type(error).__name__) from error
    except (requests.RequestException, OSError, ValueError) as error:  # their texts may name what was asked
        raise Broken(type(error).__name__) from error
    finally:
        watch.timer.cancel()
        _under_way.watch = None


def _body(answer: requests.Response, ends: float) -> bytes:
    found = bytearray()
    for block in answer.iter_content(BLOCK):
        found += block
        if len(found) > MOST or time.monotonic() > ends:
            raise Broken("too much" if len(found) > MOST else "too slow")
    told = answer.headers.get("Content-Length", "")
    if told.isdigit() and not answer.headers.get("Content-Encoding") and len(found) < int(told):
        raise Broken("cut off")
    return bytes(found)
