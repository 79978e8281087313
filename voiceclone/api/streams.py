"""POST /api/v3/{model}/stream: audio as it is made, in the vendor's events or as a bare MP3. Ours: it makes a task."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from django.http import HttpResponseBase
from ninja import Router
from ninja.constants import NOT_SET

from voiceclone.api import catalog, listening, submissions
from voiceclone.api.auth import ProgramRequest
from voiceclone.api.lenient import lenient
from voiceclone.audio.encode import CONTENT_TYPES
from voiceclone.predictions.catalog import DEFAULT_SAMPLE_RATE, SPEECH_MODELS
from voiceclone.predictions.models import Prediction
from voiceclone.predictions.streaming import CameToNothing, Kind, Sound, encoded

router = Router(tags=["Run a model"])
EVENTS = "text/event-stream"
RUNNING, LAST = 1, 2
EVENT = {"type": "object", "required": ["data"], "properties": {"data": {"type": "string", "description": "JSON."}}}
ABOUT = (
    "Speak, and send the sound sentence by sentence while it is made: as events (`data:` lines of JSON, `data.audio` "
    "in hexadecimal, `data.status` 1, and at the end 2 with the whole sound), or with `Accept: audio/mpeg` as bare "
    "MP3. It is a task like any other; it is cancelled when the client goes away."
)


def _operation(model_id: str) -> Callable[[ProgramRequest], HttpResponseBase]:
    def stream(request: ProgramRequest) -> HttpResponseBase:
        asked = replace(submissions.read(request, model_id, "", None), is_old_client=False)
        wants_bare = request.get_preferred_type([EVENTS, CONTENT_TYPES["mp3"]]) == CONTENT_TYPES["mp3"]
        if wants_bare:
            asked.body["format"] = "mp3"
        pack = _bare if wants_bare else _events
        listener = listening.Listener(request, lambda: submissions.submit(asked), pack)
        return listening.answer(listener, CONTENT_TYPES["mp3"] if wants_bare else EVENTS)

    return stream


def _kind(prediction: Prediction) -> Kind:
    given = prediction.input
    return Kind(
        prediction.format,
        int(given.get("sample_rate") or DEFAULT_SAMPLE_RATE),
        int(given["bitrate"]) if given.get("bitrate") else None,
        int(given.get("channel") or 1),
    )


def _bare(prediction: Prediction, speech: Iterator[Sound]) -> Iterator[bytes]:
    return encoded(prediction, speech, _kind(prediction))


def _events(prediction: Prediction, speech: Iterator[Sound]) -> Iterator[bytes]:
    """The vendor's events. What goes wrong on the way is one, too."""
    kind, whole = _kind(prediction), bytearray()
    try:
        for piece in encoded(prediction, speech, kind):
            whole += piece
            yield _event(prediction, data={"audio": piece.hex(), "status": RUNNING})
    except CameToNothing as error:
        yield _event(prediction, code=error.code or 1405, message=str(error))
        return
    told = {
        "audio_format": kind.format,
        "audio_size": len(whole),
        "audio_sample_rate": kind.sample_rate,
        "audio_channel": kind.channels,
        "usage_characters": len(prediction.text),
    }
    yield _event(prediction, data={"audio": whole.hex(), "status": LAST}, extra_info=told)


def _event(prediction: Prediction, *, code: int = 0, message: str = "success", **told: Any) -> bytes:
    told |= {"trace_id": prediction.pk, "base_resp": {"status_code": code, "status_msg": message}}
    return f"data: {json.dumps(told, ensure_ascii=False)}\n\n".encode()


for _model in SPEECH_MODELS:
    router.add_api_operation(
        f"/{_model.id}/stream",
        ["POST"],
        _operation(_model.id),
        auth=NOT_SET,
        operation_id=f"stream_{_model.name}".replace("-", "_").replace(".", "_"),
        url_name=f"stream-{_model.name}",
        summary=f"Stream {_model.id} (ours)",
        description=ABOUT,
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": lenient(catalog.request_schema(_model.id))}},
            },
            "responses": {
                200: {
                    "description": "The sound, as it is made.",
                    "content": {EVENTS: {"schema": EVENT}, CONTENT_TYPES["mp3"]: {"schema": {}}},
                }
            },
        },
    )
