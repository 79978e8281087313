"""What a page needs to watch tasks: one poller a page, slower as the tasks grow old."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from django.utils.timezone import now

from voiceclone.predictions.models import Prediction

TEMPLATES = {"task": "predictions/_task.html", "card": "library/_card.html"}
INTERVALS = ((30, 1), (120, 3), (600, 10))
"""(up to this age in seconds, seconds between polls)"""
SLOWEST = 30


def poller(tasks: Sequence[Prediction], version: int, shown_as: str = "task") -> dict[str, Any]:
    """Context for `predictions/_poller.html`: whom to ask about, how often, and until when to ask that often."""
    running = [task for task in tasks if task.is_unfinished]
    age = min(((now() - task.created_at).total_seconds() for task in running), default=0.0)
    limit, interval = next(((limit, pause) for limit, pause in INTERVALS if age < limit), (age + 3600, SLOWEST))
    until = int(time.time() + limit - age) + 1
    return {"running": running, "version": version, "interval": interval, "until": until, "shown_as": shown_as}
