"""The log's format: one line an event, whatever somebody put into a name or an error."""

from __future__ import annotations

import logging
import re
import traceback
from contextvars import ContextVar
from types import TracebackType

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
SECRET = re.compile(r"\b(vc|wsk|whsec)_[\w-]+|(?i:bearer) \S+")

FRAMES = 8
request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Of the request that is being answered: pages show it with an error, so that the admin finds the line."""
Error = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class LineFormatter(logging.Formatter):
    """`2026-01-31 12:00:00 INFO predictions completed prediction=…`; a traceback follows on the same line."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s", "%Y-%m-%d %H:%M:%S")

    def formatException(self, ei: Error) -> str:  # noqa: N802
        """The error and where it came from, innermost first: `KeyError: 'x' < views.py:12 show < base.py:9 call`."""
        kind, error, trace = ei
        frames = [f"{f.filename.rpartition('/')[2]}:{f.lineno} {f.name}" for f in traceback.extract_tb(trace)]
        return " < ".join([f"{kind.__name__ if kind else 'error'}: {error}", *reversed(frames[-FRAMES:])])

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record).replace("\n", " | ")
        if request_id.get():
            line += f" request={request_id.get()}"
        return SECRET.sub("[secret]", CONTROL.sub("?", line))
