"""A vendor's result on its way to us: fetched through the guard, decoded in the sandbox, kept like our own."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

import soundfile
from django.conf import settings
from django.utils.timezone import now

from voiceclone.audio.decode import DecodeError, DecodeLimits, decode
from voiceclone.engines import registry
from voiceclone.engines.base import Chunk
from voiceclone.outbound import client
from voiceclone.outbound.targets import Unreachable
from voiceclone.predictions import runners
from voiceclone.predictions.models import Prediction, RemoteJob
from voiceclone.predictions.remote import opening, states
from voiceclone.predictions.remote.states import State
from voiceclone.voices.models import Voice

LIMITS = DecodeLimits(
    max_bytes=200 * 1024 * 1024, min_seconds=0.05, max_seconds=3600, cpu_seconds=60, wall_seconds=120, memory_mb=1024
)
RATE = 32000  # Hz, at least


class NotThere(Exception):
    """What the vendor has made cannot be had now, or is no sound."""


def arrive(job: RemoteJob, prediction: Prediction) -> None:
    """Fetch the result and finish the prediction with it. Raises NotThere; LeaseLost, where nothing is left behind."""
    chunk = _fetch(job, prediction)
    profile = opening.profile(job.voice_name, job.account) if prediction.is_clone else b""

    def done() -> None:
        states.move(job, State.DONE)
        note_use(job, prediction)

    runners.save(prediction, runners.Result([chunk], profile), done)


def note_use(job: RemoteJob, prediction: Prediction) -> None:
    """When the vendor will delete the voice, and when it last spoke there. Call it in the transaction that finishes."""
    if prediction.voice_id is None:
        return
    voice, t = Voice.objects.filter(pk=prediction.voice_id), now()
    if job.purpose == RemoteJob.Purpose.CLONE:
        keeps = registry.hosted(job.engine).keeps_unused
        voice.update(vendor_until=t + timedelta(days=keeps), vendor_used_at=None, lost_at=None)
    else:
        voice.update(vendor_until=None, vendor_used_at=t, lost_at=None)


def _fetch(job: RemoteJob, prediction: Prediction) -> Chunk:
    wanted = int(prediction.input.get("sample_rate") or 0)
    rate = 44100 if wanted > RATE else RATE
    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        source, clean = Path(folder, "source"), Path(folder, "clean.flac")
        try:
            with source.open("wb") as target:
                deadline = 4 * settings.HOSTED_TIMEOUT
                client.fetch(job.output, target, max_bytes=LIMITS.max_bytes, deadline=deadline)
            decode(source, clean, LIMITS, rate)
        except (Unreachable, DecodeError) as error:
            raise NotThere(str(error)) from error
        waveform, found = soundfile.read(clean, dtype="float32")
    return Chunk(prediction.text, waveform, found)
