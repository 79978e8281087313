"""A voice passport: one voice with all that another site needs to make it its own. docs/your-data.md has the format.

A ZIP without compression of `passport.json` (the description), `sample.flac`, `profile.npz` and the preview. The
description names the SHA-256 of each file and ends with its own, so that damage is found. The same voice makes the
same bytes every time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import IO, Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from django.conf import settings
from django.db.models.fields.files import FieldFile

from voiceclone.engines import registry
from voiceclone.predictions.models import CLONE, Prediction
from voiceclone.voices.models import Consent, Voice
from voiceclone.work.leases import Status

FORMAT, VERSION = "voiceclone-voice-passport", 1
EXTENSION, CONTENT_TYPE = ".voicepassport", "application/vnd.voiceclone.passport+zip"
DESCRIPTION, SAMPLE, PROFILE = "passport.json", "sample.flac", "profile.npz"
PREVIEWS = ("preview.mp3", "preview.wav", "preview.flac")
SPEECH = ("speed", "volume", "pitch", "emotion")
"""The settings of a speech that belong to the voice, not to one text."""

EPOCH = (1980, 1, 1, 0, 0, 0)
BLOCK = 1 << 20


def hash_of(description: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON of everything but the hash itself."""
    rest = {name: value for name, value in description.items() if name != "hash"}
    canonical = json.dumps(rest, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def write(voice: Voice, target: IO[bytes]) -> None:
    """Write the passport of a ready voice. Raises FileNotFoundError where its sound is gone meanwhile."""
    clone = _latest(voice, clones=True)
    files = dict(_files(voice, clone))
    description = describe(voice, clone, {name: _facts(file) for name, file in files.items()})
    text = json.dumps(description, sort_keys=True, ensure_ascii=False, indent=1).encode() + b"\n"
    with ZipFile(target, "w", ZIP_STORED) as passport:
        passport.writestr(_entry(DESCRIPTION, len(text)), text)
        for name, file in files.items():
            with file.open("rb") as source, passport.open(_entry(name, source.size), "w") as entry:
                for block in iter(lambda source=source: source.read(BLOCK), b""):  # type: ignore[misc]
                    entry.write(block)


def describe(voice: Voice, clone: Prediction | None, files: dict[str, dict[str, Any]]) -> dict[str, Any]:
    asked = clone.input if clone else {}
    script = voice.sample.transcript if voice.sample else ""
    description = {
        "format": FORMAT,
        "format_version": VERSION,
        "exported_by": {"project": "voiceclone", "version": settings.VERSION},
        "name": voice.name,
        "voice_id": voice.voice_id,
        "language": voice.language,
        "created_at": voice.created_at.isoformat(),
        "engine": {"name": voice.engine, "profile_version": registry.get(voice.engine).profile_version},
        "settings": {
            "volume_normalization": voice.volume_normalization,
            "noise_reduction": bool(asked.get("need_noise_reduction")),
            "transcript": str(asked.get("text_validation") or script),
            "preview_text": str(asked.get("text") or ""),
            "speech": _speech_settings(voice, asked),
        },
        "consent": _consent(voice.consent),
        "files": files,
    }
    return {**description, "hash": hash_of(description)}


def _latest(voice: Voice, *, clones: bool) -> Prediction | None:
    tasks = voice.predictions.filter(status=Status.COMPLETED).order_by("-finished_at")
    return (tasks.clones() if clones else tasks.exclude(model=CLONE)).first()


def _speech_settings(voice: Voice, asked: dict[str, Any]) -> dict[str, Any]:
    """As it was spoken with last; a voice that was imported and not used since has those of its passport."""
    last = _latest(voice, clones=False)
    used = last.input if last else asked
    return {name: used[name] for name in SPEECH if name in used}


def _consent(consent: Consent) -> dict[str, Any]:
    """Who gave it is not said: an address is nobody's business elsewhere."""
    return {
        "statement": consent.statement,
        "version": consent.version,
        "sha256": consent.sha256,
        "method": consent.method,
        "given_at": consent.given_at.isoformat(),
        "original": consent.original,
        **({"whose": consent.whose} if consent.whose else {}),
        **({"agreement": consent.agreement} if consent.agreement is not None else {}),
    }


def _files(voice: Voice, clone: Prediction | None) -> Iterator[tuple[str, FieldFile]]:
    if voice.sample:
        yield SAMPLE, voice.sample.file
    if voice.profile:
        yield PROFILE, voice.profile
    if clone and clone.audio and f"preview.{clone.format}" in PREVIEWS:
        yield f"preview.{clone.format}", clone.audio


def _facts(file: FieldFile) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    with file.open("rb") as source:
        for block in iter(lambda: source.read(BLOCK), b""):
            digest.update(block)
            size += len(block)
    return {"bytes": size, "sha256": digest.hexdigest()}


def _entry(name: str, size: int) -> ZipInfo:
    info = ZipInfo(name, EPOCH)
    info.external_attr, info.file_size = 0o600 << 16, size
    return info
