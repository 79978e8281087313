"""What a client gets to see of a task or a voice, with addresses on the host by which it called us."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest

from voiceclone.api import waiting
from voiceclone.api.auth import ProgramRequest
from voiceclone.api.errors import Refused
from voiceclone.predictions import outputs, takes, wire
from voiceclone.predictions.models import Prediction
from voiceclone.voices import retention
from voiceclone.voices.models import Voice

ID = re.compile(r"[0-9a-f]{32}")
UNKNOWN = "Prediction not found"  # the contract's own words


def base_url(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


def success(data: Any) -> dict[str, Any]:
    return {"code": 200, "message": "success", "data": data}


def prediction(request: HttpRequest, row: Prediction, *, with_input: bool = False) -> dict[str, Any]:
    found = wire.as_dict(row, base_url(request), with_input=with_input)
    return found | {"inputs": found["input"]} if with_input else found


def timed_out(request: HttpRequest, row: Prediction, seconds: int) -> dict[str, Any]:
    """Sync mode came to its end before the task. Official clients know it by the code or by its first words."""
    error = f"Sync mode timed out after {seconds} seconds. The task goes on: ask for its result at urls.get."
    unfinished = {"status": "processing", "outputs": [], "code": waiting.TIMED_OUT, "error": error}
    return prediction(request, row) | unfinished


def may_be_an_id(text: str) -> bool:
    """Databases choke on some texts that can never be one."""
    return ID.fullmatch(text) is not None


def find_prediction(request: ProgramRequest, pk: str) -> Prediction:
    """One's own, or a 404."""
    row = Prediction.objects.for_user(request.user).filter(pk=pk).first() if may_be_an_id(pk) else None
    if row is None:
        raise Refused(404, UNKNOWN)
    return row


def voice(request: HttpRequest, row: Voice, clones: Iterable[Prediction]) -> dict[str, Any]:
    problem = retention.problem(row)
    preview = next(filter(None, map(takes.preview, clones)), None)
    return {
        "voice_id": row.voice_id,
        "name": row.title,
        "state": row.state,
        "is_usable": not problem,
        "problem": problem,
        "is_permanent": row.is_permanent,
        "created_at": _moment(row.created_at),
        "expires_at": _moment(row.expires_at) if row.expires_at else None,
        "first_used_at": _moment(row.first_used_at) if row.first_used_at else None,
        "language": row.language,
        "engine": row.engine,
        "preview": outputs.link(preview, base_url(request)) if preview else "",
    }


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
