"""What one key may do: so many requests a minute, so many tasks at once. Counted for all processes together."""

from __future__ import annotations

import threading
import time

from django.conf import settings
from django.core.cache import cache

from voiceclone.accounts.models import ApiKey
from voiceclone.api.errors import Refused

WINDOW = 60  # seconds
PARTS = 60  # a process takes so many shares of the limit from the cache, instead of asking it for each request
clock = time.time
_lock = threading.Lock()
_taken: dict[tuple[int, int], int] = {}
"""(key, window) → requests that this process has taken from the cache and not used yet."""


def count_request(key: ApiKey) -> None:
    """Raises Refused beyond API_REQUESTS_PER_MINUTE."""
    limit: int = settings.API_REQUESTS_PER_MINUTE
    if not limit:
        return
    window, into = divmod(clock(), WINDOW)
    if not _take(key.pk, int(window), limit):
        raise Refused(
            429,
            f"This key has sent {limit} requests in this minute, which is the limit. Wait, then go on.",
            retry_after=int(WINDOW - into) + 1,
        )


def _take(key: int, window: int, limit: int) -> bool:
    with _lock:
        for old in [name for name in _taken if name[1] < window]:
            del _taken[old]
        left = _taken.get((key, window), 0)
        if not left:
            left = max(1, limit // PARTS)
            if _count(f"api-requests:{key}:{window}", left) >= limit + left:
                return False
        _taken[key, window] = left - 1
        return True


def _count(name: str, share: int) -> int:
    """Returns the count of all processes, this share included."""
    cache.add(name, 0, 2 * WINDOW)
    try:
        return cache.incr(name, share)
    except ValueError:  # the cache was full, and has thrown it out
        cache.set(name, share, 2 * WINDOW)
        return share


def forget() -> None:
    """Begin to count anew in this process."""
    with _lock:
        _taken.clear()
