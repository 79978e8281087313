"""What WaveSpeed answers, read liberally: the envelope, a task, its times. Nothing here knows a model or a network."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from voiceclone.engines.hosted import Phase, Report

COMPLETED = {"completed"}
FAILED = {"failed", "cancelled", "timeout", "deleted", "canceled", "error"}
"""The vendor's four, and two of servers that look like it. Any other word means that it is still under way."""
SYNC_TIMED_OUT = 5004
LONGEST_ID = 100
FRACTION = re.compile(r"(\.\d{1,6})\d*")


class Unreadable(ValueError):
    """An answer that is none of the contract's."""


def content(body: bytes) -> Any:
    """The `data` of an envelope, or a body that has none: dict or list. Raises Unreadable."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable("The answer is not JSON.") from error
    if isinstance(found, dict) and "data" in found:
        found = found["data"]
    if not isinstance(found, dict | list):
        raise Unreadable("The answer has no data.")
    return found


def task(found: Any) -> Report:
    """A prediction object, as a submit, a result, a list and a webhook have it. Raises Unreadable."""
    if not isinstance(found, dict):
        raise Unreadable("The answer is no task.")
    name = found.get("id")
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_ID or not re.fullmatch(r"[\w.-]+", name):
        raise Unreadable("The task has no id.")
    word, code = str(found.get("status") or ""), found.get("code")
    inputs = found.get("input") or found.get("inputs")
    return Report(
        id=name,
        phase=_phase(word.lower()),
        word=word,
        outputs=tuple(_outputs(found.get("outputs"))),
        error=str(found.get("error") or ""),
        code=code if isinstance(code, int) else 0,
        model=str(found.get("model") or ""),
        created_at=moment(found.get("created_at")),
        inputs=inputs if isinstance(inputs, dict) else None,
    )


def _phase(word: str) -> Phase:
    if word in COMPLETED:
        return Phase.COMPLETED
    return Phase.FAILED if word in FAILED else Phase.RUNNING


def _outputs(found: Any) -> list[str]:
    """Addresses; some models have objects in their place."""
    addresses = [one.get("url") if isinstance(one, dict) else one for one in found] if isinstance(found, list) else []
    return [address for address in addresses if isinstance(address, str) and address]


def moment(text: Any) -> datetime | None:
    """RFC 3339 with up to nine fractional digits; None where it is anything else."""
    try:
        found = datetime.fromisoformat(FRACTION.sub(r"\1", str(text)).replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def words(body: bytes) -> tuple[str, int]:
    """The message of a refusal and its code, whatever its shape; empty and 0 where there are none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return "", 0
    if not isinstance(found, dict):
        return "", 0
    said = next((found[key] for key in ("message", "error", "detail") if isinstance(found.get(key), str)), "")
    code = found.get("code")
    return said[:500], code if isinstance(code, int) else 0
