"""A prediction as JSON, in the shape of the v3 contract: what the API answers and what a webhook carries."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

from voiceclone.predictions import outputs
from voiceclone.predictions.models import Prediction
from voiceclone.work.leases import Status


def as_dict(prediction: Prediction, base_url: str, *, with_input: bool = False) -> dict[str, Any]:
    """The contract's prediction object, without an envelope. `base_url`: how the caller reaches us, without a slash.

    Clients never see a status but created, processing, completed, failed and cancelled.
    """
    sounds = _outputs(prediction, base_url)
    milliseconds = _milliseconds(prediction)
    found: dict[str, Any] = {
        "id": prediction.pk,
        "model": prediction.model,
        "outputs": sounds,
        "urls": {"get": f"{base_url}/api/v3/predictions/{prediction.pk}/result"},
        "has_nsfw_contents": [False] * len(sounds),
        "status": prediction.status,
        "created_at": _moment(prediction.created_at),
        "error": prediction.error,
        "code": prediction.code,
        "executionTime": milliseconds,
        "timings": {"inference": milliseconds},
    }
    return found | {"input": _input(prediction, base_url)} if with_input else found


def _input(prediction: Prediction, base_url: str) -> dict[str, Any]:
    """As it was asked for; one of our own uploads by its address."""
    audio = str(prediction.input.get("audio", ""))
    return {**prediction.input, "audio": base_url + audio} if audio.startswith("/") else dict(prediction.input)


def _outputs(prediction: Prediction, base_url: str) -> list[str]:
    """One link, or one text of plain base64 where that was asked for; nothing before there is sound."""
    if prediction.status != Status.COMPLETED or not prediction.audio:
        return []
    if prediction.input.get("enable_base64_output"):
        with prediction.audio.open("rb") as sound:
            return [b64encode(sound.read()).decode()]
    return [outputs.link(prediction, base_url)]


def _milliseconds(prediction: Prediction) -> int:
    """Of work, without the time in the queue; 0 until it is over."""
    if prediction.started_at is None or prediction.finished_at is None:
        return 0
    return max(0, round((prediction.finished_at - prediction.started_at).total_seconds() * 1000))


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
