"""The one way in for a recording: whatever was uploaded becomes a Sample, or a sentence that says why not."""

from __future__ import annotations

import hashlib
import logging
import shutil
import tempfile
from pathlib import Path
from typing import Any, TypeAlias

import soundfile
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from voiceclone.accounts.models import User
from voiceclone.audio.decode import DecodeError, DecodeLimits, decode
from voiceclone.audio.peaks import peaks
from voiceclone.figures import Figure
from voiceclone.said import sentence_of
from voiceclone.samples.models import Sample
from voiceclone.samples.names import clean_name
from voiceclone.work.disk import require_room

log = logging.getLogger("samples")
Upload: TypeAlias = "UploadedFile[Any]"


class SampleRefused(ValueError):
    """The recording cannot be a sample; the message is a sentence for the person."""


def take_in(user: User, upload: Upload, source: str = Sample.Source.UPLOAD, transcript: str = "") -> Sample:
    """Decode and keep an upload. The same bytes uploaded twice by the same person are one sample.

    Decodes in a child process (see voiceclone.audio.decode), so call it outside a transaction.
    """
    _check_size(upload)
    folder = Path(tempfile.mkdtemp(dir=settings.FILE_UPLOAD_TEMP_DIR))
    try:
        digest = _store(upload, folder / "source")
        known = Sample.objects.for_user(user).filter(sha256=digest).first()
        if known:
            return known
        clean = folder / "sample.flac"
        _decode(folder / "source", clean, digest)
        return keep(user, clean, digest, clean_name(upload.name or ""), source, transcript)
    finally:
        shutil.rmtree(folder)


def clean_sound(upload: Upload, target: Path) -> None:
    """Decode a recording that is no sample to `target`, alone in its folder. Raises SampleRefused."""
    _check_size(upload)
    source = target.with_name("source")
    _decode(source, target, _store(upload, source))


def _check_size(upload: Upload) -> None:
    size, limit = upload.size or 0, settings.SAMPLE_MAX_MB
    if size > limit * 1024 * 1024:
        found = round(size / 1024 / 1024, 1)
        sentence = _("The file is {found}; the limit is {limit}.")
        raise SampleRefused(sentence.format(found=f"{Figure(found):g} MB", limit=f"{Figure(limit):g} MB"))


def _store(upload: Upload, path: Path) -> str:
    """Write the upload under a name of ours, alone in its folder. Returns its SHA-256."""
    require_room()
    digest = hashlib.sha256()
    with path.open("wb") as target:
        for block in upload.chunks():
            digest.update(block)
            target.write(block)
    return digest.hexdigest()


def _decode(source: Path, target: Path, digest: str) -> None:
    limits = DecodeLimits(
        max_bytes=int(settings.SAMPLE_MAX_MB * 1024 * 1024),
        min_seconds=settings.SAMPLE_MIN_SECONDS,
        max_seconds=settings.SAMPLE_MAX_SECONDS,
    )
    try:
        decode(source, target, limits)
    except DecodeError as error:
        log.info("refused code=%s sha256=%s", error.code, digest)
        raise SampleRefused(sentence_of(error)) from error


def keep(user: User, clean: Path, digest: str, name: str, source: str, transcript: str) -> Sample:
    """A decoded recording as a sample of this person; `digest` is the SHA-256 of what was uploaded."""
    waveform, rate = soundfile.read(clean, dtype="float32")
    sample = Sample(owner=user, original_name=name, source=source, sha256=digest, transcript=transcript)
    sample.seconds, sample.peaks = len(waveform) / rate, peaks(waveform)
    try:
        with clean.open("rb") as sound, transaction.atomic():
            sample.file.save("sample.flac", File(sound), save=False)
            sample.save(force_insert=True)
    except IntegrityError:  # the same upload, twice at once: the other one won
        sample.file.delete(save=False)
        return Sample.objects.for_user(user).get(sha256=digest)
    log.info("kept sample=%s seconds=%.1f source=%s", sample.pk, sample.seconds, source)
    return sample


def take_in_bytes(user: User, sound: bytes, name: str, source: str, transcript: str = "") -> Sample:
    """The same for sound that is in memory already."""
    upload = UploadedFile(ContentFile(sound), name, size=len(sound))
    return take_in(user, upload, source, transcript)
