"""What a page needs to watch tasks: one poller a page, slower as the tasks grow old."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from django.utils.timezone import now

from voiceclone.predictions.models import Prediction

TEMPLATES = {"task": "predictions/_task.html", "card": "library/_card.html"}
"""what fills the element “task-…” or “card-…” of a task that changed"""
PIECES = {
    "speech": "predictions/_speech_changes.html",
    "row": "predictions/_row_changes.html",
    "take": "predictions/_take_changes.html",
}
"""fragments that bring their own targets: a player or an open menu stays as it is while the rest changes"""
INTERVALS = ((30, 1), (120, 3), (600, 10))
"""(up to this age in seconds, seconds between polls)"""
SLOWEST = 30


def changed(tasks: Sequence[Prediction], seen: int, shown_as: str) -> dict[str, Any]:
    """Context for `predictions/_changes.html`: what is new since the count of changes `seen`."""
    return {
        "changed": [task for task in tasks if task.change > seen],
        "template": TEMPLATES.get(shown_as, TEMPLATES["task"]),
        "pieces": PIECES.get(shown_as),
    }


def shown_as(task: Prediction) -> str:
    """How a task is shown on a page of its own."""
    return "take" if task.is_take else "task" if task.is_clone else "speech"


def page_of(task: Prediction, version: int) -> dict[str, Any]:
    """Context for a page that shows one task. Beside a preview, another take of it may be under way."""
    takes = list(task.takes.unfinished()) if task.makes_voice and not task.is_unfinished else []
    return {"task": task, **poller([task, *takes], version, "take" if takes else shown_as(task))}


def poller(tasks: Sequence[Prediction], version: int, shown_as: str = "task") -> dict[str, Any]:
    """Context for `predictions/_poller.html`: whom to ask about, how often, and until when to ask that often."""
    running = [task for task in tasks if task.is_unfinished]
    age = min(((now() - task.created_at).total_seconds() for task in running), default=0.0)
    limit, interval = next(((limit, pause) for limit, pause in INTERVALS if age < limit), (age + 3600, SLOWEST))
    until = int(time.time() + limit - age) + 1
    return {"running": running, "version": version, "interval": interval, "until": until, "shown_as": shown_as}
