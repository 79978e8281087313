"""An account at WaveSpeed: the v3 API, by the contract's letter where we send, and liberally where we read.

The one request that costs money is sent once, on a connection of its own: one that was kept open may have been closed
at the other end by now, and nobody could tell whether the request got through.
"""

from __future__ import annotations

import email.utils
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

import requests

from voiceclone.engines.hosted import Access, NotTaken, Report, Run, Unavailable, Unclear, UnknownTask
from voiceclone.engines.wavespeed import answers, wire
from voiceclone.engines.wavespeed.refusals import of_answer

TICKET = 10.0  # seconds
LONGEST_PAUSE = 300.0  # seconds that we let a server tell us to wait
PAGE = 100
BUSY = (429, 503)


class Account:
    """One key at one address. Threads may share it: requests' pool is made for that, and nothing else is kept."""

    def __init__(self, access: Access) -> None:
        self.base = access.address.rstrip("/")
        self.seconds = access.timeout
        self._auth = _Bearer(access.key)
        self._kept = wire.session()

    def submit(self, run: Run, webhook: str = "") -> Report:
        query = f"?{urlencode({'webhook': webhook})}" if webhook else ""
        url = f"{self.base}/api/v3/{run.model}{query}"
        try:
            with wire.session() as line:
                more = {"json": dict(run.inputs), "auth": self._auth, "headers": {"Connection": "close"}}
                status, headers, body = wire.send(line, "POST", url, self.seconds, **more)
        except wire.NotSent as error:
            raise NotTaken(str(error)) from error
        except wire.Broken as error:
            raise Unclear(str(error)) from error
        if status == 429:
            raise NotTaken("429", pause_of(headers), is_failure=False)
        if 300 <= status < 500 and status not in (408, 425):
            raise of_answer(status, body)
        if not 200 <= status < 300:
            raise Unclear(str(status))
        try:
            return answers.task(answers.content(body))
        except answers.Unreadable as error:
            raise Unclear(str(error)) from error

    def report(self, task: str) -> Report:
        body = self._get(f"/api/v3/predictions/{quote(task, safe='')}/result")
        found: Report = _read(body, answers.task)
        return found

    def recent(self, model: str, since: datetime, until: datetime) -> list[Report]:
        wanted = {
            "page": 1,
            "page_size": PAGE,
            "model": model,
            "created_after": _moment(since),
            "created_before": _moment(until),
            "include_inputs": True,
        }
        body = self._ask("POST", "/api/v3/predictions", json=wanted)
        return [_read(one, answers.task) for one in _read(body, _items)]

    def webhook_secret(self) -> str:
        found = _read(self._get("/api/v3/webhook/secret"), lambda content: content)
        secret = found.get("secret") if isinstance(found, dict) else None
        if not isinstance(secret, str) or not secret:
            raise Unavailable("no secret")
        return secret

    def upload(self, sound: bytes, name: str, content_type: str) -> str:
        """By a ticket; where the server has none of these, as one form."""
        wanted = {"filename": name, "size": len(sound), "content_type": content_type}
        try:
            ticket = _read(self._ask("POST", "/api/v3/media/uploads", TICKET, json=wanted), _dictionary)
        except UnknownTask:
            form = {"file": (name, sound, content_type)}
            found = _read(self._ask("POST", "/api/v3/media/upload/binary", self._long, files=form), _dictionary)
            return _address(found)
        upload = ticket.get("upload")
        if not isinstance(upload, dict) or not isinstance(upload.get("url"), str):
            raise Unavailable("no upload address")
        told = upload.get("headers")
        headers = {str(key): str(value) for key, value in told.items()} if isinstance(told, dict) else {}
        method = str(upload.get("method") or "PUT")
        try:  # the ticket is the permission: the key is not sent there
            self._ask(method, upload["url"], self._long, is_ours=False, data=sound, headers=headers)
        except UnknownTask as error:
            raise Unavailable("404") from error
        return _address(ticket)

    @property
    def _long(self) -> float:
        """Seconds for a request that carries a file."""
        return 4 * self.seconds

    def _get(self, path: str) -> bytes:
        return self._ask("GET", path)

    def _ask(self, method: str, path: str, seconds: float | None = None, *, is_ours: bool = True, **more: Any) -> bytes:
        """Something that may be asked any number of times. Raises Unavailable, UnknownTask, Refused."""
        url = self.base + path if is_ours else path
        auth = self._auth if is_ours else _nobody
        try:
            status, headers, body = wire.send(self._kept, method, url, seconds or self.seconds, auth=auth, **more)
        except (wire.NotSent, wire.Broken) as error:
            raise Unavailable(str(error)) from error
        if 200 <= status < 300:
            return body
        if status == 404:
            raise UnknownTask
        if status in BUSY or status >= 500 or status in (408, 425):
            raise Unavailable(str(status), pause_of(headers), is_failure=status != 429)
        raise of_answer(status, body)


class _Bearer(requests.auth.AuthBase):
    """A callable, so that no .netrc can put another password in its place."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key}"
        request.headers["X-Client-Name"] = "voiceclone"
        return request


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    request.headers.pop("Authorization", None)
    return request


def pause_of(headers: Mapping[str, str]) -> float | None:
    """The seconds that `Retry-After` asks for, as a number or as a date; None where it says nothing sensible."""
    told = headers.get("Retry-After", "").strip()
    try:
        seconds = float(told) if told.isascii() and told.isdigit() else _until(told)
    except (TypeError, ValueError):
        return None
    return min(max(0.0, seconds), LONGEST_PAUSE)


def _until(date: str) -> float:
    return email.utils.parsedate_to_datetime(date).timestamp() - time.time()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _read(body: Any, how: Any) -> Any:
    try:
        return how(answers.content(body) if isinstance(body, bytes) else body)
    except answers.Unreadable as error:
        raise Unavailable(str(error)) from error


def _dictionary(found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise answers.Unreadable("The answer is no object.")
    return found


def _items(found: Any) -> list[Any]:
    items = found.get("items") if isinstance(found, dict) else found
    if not isinstance(items, list):
        raise answers.Unreadable("The answer is no list.")
    return items


def _address(found: Mapping[str, Any]) -> str:
    address = found.get("download_url")
    if not isinstance(address, str) or not address:
        raise Unavailable("no address of the upload")
    return address
