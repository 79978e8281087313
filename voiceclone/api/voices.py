"""/api/v3/voices: ours; the vendor has no list of voices. Each with its state and the time it has left."""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import Prefetch
from ninja import Path, Query, Router

from voiceclone.api import results, schemas
from voiceclone.api.auth import ProgramRequest
from voiceclone.api.errors import Refused
from voiceclone.predictions import erasure
from voiceclone.predictions.fields import quoted
from voiceclone.predictions.models import Prediction
from voiceclone.voices import voice_id as rules
from voiceclone.voices.models import Voice, VoiceQuerySet

router = Router(tags=["Voices (ours)"])
SHOWN = (Voice.State.CLONING, Voice.State.READY, Voice.State.EXPIRED)
Id = Annotated[str, Path(description="The custom_voice_id of a clone.")]


@router.get(
    "/v3/voices",
    response=schemas.Envelope[schemas.Voices],
    url_name="voices",
    summary="List voices",
)
def listed(request: ProgramRequest, query: Query[schemas.VoiceSearch]) -> dict[str, Any]:
    """The newest first. An expired one stays in the list until it is deleted, without any sound."""
    rows = _mine(request).filter(state__in=[query.state] if query.state else SHOWN)
    start = (query.page - 1) * query.page_size
    items = [_shown(request, row) for row in rows[start : start + query.page_size]]
    return results.success({"page": query.page, "total": rows.count(), "items": items})


@router.get(
    "/v3/voices/{voice_id}",
    response=schemas.Envelope[schemas.Voice],
    url_name="voice",
    summary="One voice",
)
def one(request: ProgramRequest, voice_id: Id) -> dict[str, Any]:
    """The living voice of that ID, or else the latest one that was."""
    return results.success(_shown(request, _find(request, voice_id)))


@router.delete(
    "/v3/voices/{voice_id}",
    response=schemas.Envelope[schemas.VoiceDeleted],
    url_name="voice",
    summary="Delete a voice",
)
def delete(request: ProgramRequest, voice_id: Id) -> dict[str, Any]:
    """Delete it for good, with everything it said. Its ID is free again."""
    voice = _find(request, voice_id)
    if voice.state == Voice.State.EXPIRED:
        erasure.forget_tombstone(voice)
    else:
        erasure.end_voice(voice, Voice.State.DELETED, Voice.EndReason.OWNER, request.user)
    return results.success({"voice_id": voice.voice_id, "deleted": True})


def _mine(request: ProgramRequest) -> VoiceQuerySet:
    """With the clone tasks and their other takes; the best is the preview."""
    clones = Prefetch("predictions", Prediction.objects.clones().prefetch_related("takes"), to_attr="clones")
    return Voice.objects.for_user(request.user).prefetch_related(clones)


def _shown(request: ProgramRequest, voice: Voice) -> dict[str, Any]:
    return results.voice(request, voice, voice.clones)  # type: ignore[attr-defined]


def _find(request: ProgramRequest, voice_id: str) -> Voice:
    rows = [] if rules.problem(voice_id) else list(_mine(request).filter(voice_id=voice_id, state__in=SHOWN))
    if not rows:
        raise Refused(404, f"You have no voice with the ID {quoted(voice_id)}.")
    return min(rows, key=lambda voice: voice.is_gone)
