"""Sync mode: answer when the task is done. Few may wait at once, so that the threads of the web server stay free.

Whoever hears a speech while it is made (`voiceclone.api.listening`) takes one of the same seats.
"""

from __future__ import annotations

import threading
import time

from voiceclone.predictions.models import Prediction
from voiceclone.work.leases import UNFINISHED

SEATS = 4  # of the 8 threads of a process
FOR_OLD_CLIENTS = 8.0  # seconds; they send the request again after 10
FOR_OTHERS = 85.0  # seconds; proxies hang up after 90
PAUSES = ((3.0, 0.1), (15.0, 0.25))  # (up to so many seconds, seconds between two looks)
SLOWEST = 0.5
TIMED_OUT = 5004

seats = threading.BoundedSemaphore(SEATS)


def until_done(prediction: Prediction, seconds: float) -> int:
    """Wait, with no transaction open. Returns the seconds waited: 0 where no seat is free."""
    if not prediction.is_unfinished or not seats.acquire(blocking=False):
        return 0
    started = time.monotonic()
    try:
        while (waited := time.monotonic() - started) < seconds:
            time.sleep(min(_pause(waited), seconds - waited))
            if not Prediction.objects.filter(pk=prediction.pk, status__in=UNFINISHED).exists():
                break
        return round(time.monotonic() - started)
    finally:
        seats.release()


def _pause(waited: float) -> float:
    return next((pause for limit, pause in PAUSES if waited < limit), SLOWEST)
