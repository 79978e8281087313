"""When a vendor fails again and again it is left alone for a while, by all workers: the state is in the shared cache.

closed: all is well        open: nothing is asked for HOSTED_REST seconds        half-open: one request tries
"""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.cache import cache

OPENS_AFTER = 5  # failures in a row
FORGOTTEN_AFTER = 3600  # seconds


def allows(engine: str) -> bool:
    """Whether the vendor may be asked now. Where it rests, one caller a time is let through to try."""
    opened_at = _found(engine)["opened_at"]
    if not opened_at:
        return True
    if time.time() - opened_at < settings.HOSTED_REST:
        return False
    return bool(cache.add(_key(engine, "trial"), 1, settings.HOSTED_REST))


def succeeded(engine: str) -> None:
    if _found(engine)["failures"]:
        cache.delete_many([_key(engine), _key(engine, "trial")])


def failed(engine: str) -> None:
    """It did not answer, or not as it should. (Two at once may count as one: it opens a moment later.)"""
    failures = _found(engine)["failures"] + 1
    opened_at = time.time() if failures >= OPENS_AFTER else 0
    cache.set(_key(engine), {"failures": failures, "opened_at": opened_at}, FORGOTTEN_AFTER)


def state(engine: str) -> str:
    """For people: closed, open or half-open."""
    opened_at = _found(engine)["opened_at"]
    if not opened_at:
        return "closed"
    return "open" if time.time() - opened_at < settings.HOSTED_REST else "half-open"


def _found(engine: str) -> dict[str, Any]:
    found: dict[str, Any] | None = cache.get(_key(engine))
    return found or {"failures": 0, "opened_at": 0}


def _key(engine: str, what: str = "state") -> str:
    return f"breaker:{engine}:{what}"
