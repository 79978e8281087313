"""What programs upload: a ticket and then its bytes, or both at once. Kept for a week, within each person's quota."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction
from django.db.models import Sum
from django.utils.timezone import now

from voiceclone.accounts.models import User
from voiceclone.audio.sniff import NoSoundError, sniff
from voiceclone.samples.models import Upload
from voiceclone.samples.names import clean_name
from voiceclone.work.disk import require_room

log = logging.getLogger("samples")
TICKET_LASTS = timedelta(hours=1)
KEPT = timedelta(days=7)
BLOCK = 64 * 1024
DRAINED = 8 * 1024 * 1024
MEDIA_TYPE = re.compile(r"[\w.+-]{1,50}/[\w.+-]{1,49}", re.ASCII)
MB = 1024 * 1024
_signer = TimestampSigner(sep=".", salt="voiceclone.uploads.ticket")


class UploadRefused(ValueError):
    """The message is a sentence; `status` is HTTP's: 400, 404, 412, 413 or 429."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def issue(user: User, name: str, size: int, declared_type: str = "") -> Upload:
    """Reserve room for a file that will come. Raises UploadRefused, and OSError where the disk is full."""
    require_room()
    if size < 1:
        raise UploadRefused(400, f"size is the file's length in bytes, at least 1; {size} was given.")
    _check_size(size, settings.UPLOAD_MAX_MB)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # one at a time: the quota is counted
        used = Upload.objects.for_user(user).living().aggregate(used=Sum("size"))["used"] or 0
        if used + size > settings.UPLOAD_QUOTA_MB * MB:
            raise UploadRefused(
                429,
                f"Upload quota exceeded: you have {_mb(used)} MB of {settings.UPLOAD_QUOTA_MB:g} MB in uploads, "
                f"and this file is {_mb(size)} MB. Uploads go by themselves after {KEPT.days} days.",
            )
        declared = declared_type if MEDIA_TYPE.fullmatch(declared_type) else ""
        upload = Upload(owner=user, original_name=clean_name(name), declared_type=declared, size=size)
        upload.expires_at = upload.created_at + TICKET_LASTS
        upload.save(force_insert=True)
    return upload


def ticket(upload: Upload) -> str:
    """What lets whoever holds it put the bytes of this upload, once."""
    return _signer.sign(upload.pk)


def find(token: str) -> Upload:
    """The upload of a ticket. Raises UploadRefused."""
    try:
        pk = _signer.unsign(token, max_age=TICKET_LASTS)
        return Upload.objects.select_related("owner").get(pk=pk)
    except (BadSignature, Upload.DoesNotExist) as error:
        hours = f"{TICKET_LASTS.total_seconds() / 3600:g}"
        sentence = f"This upload address is not good any more: it lasts {hours} h. Ask for a new one."
        raise UploadRefused(404, sentence) from error


def receive(upload: Upload, read: Callable[[int], bytes], length: int) -> None:
    """Write the `length` bytes that `read` gives to the disk as they come. Raises UploadRefused."""
    if upload.arrived_at:
        raise UploadRefused(412, "This file has arrived already: an upload address is good for one file.")
    if length > upload.size:
        raise UploadRefused(413, f"The file has {length:,} bytes; this address was asked for {upload.size:,}.")
    with NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR, delete=False) as draft:
        try:
            left = length
            while left and (block := read(min(BLOCK, left))):
                draft.write(block)
                left -= len(block)
            if left or not length:
                raise UploadRefused(
                    400, f"The upload broke off after {length - left:,} of {length:,} bytes. Repeat it."
                )
            draft.flush()
            _arrive(upload, _Draft(draft), length)
        finally:
            Path(draft.name).unlink(missing_ok=True)


def keep(user: User, file: File[Any], name: str, declared_type: str = "", limit_mb: float | None = None) -> Upload:
    """An upload whose bytes are here already. Raises UploadRefused."""
    _check_size(file.size, limit_mb or settings.UPLOAD_MAX_MB)
    upload = issue(user, name, file.size, declared_type)
    _arrive(upload, file, file.size)
    return upload


def drain(read: Callable[[int], bytes], length: int) -> None:
    """Take what a refused client is sending, within limits: it hears the answer only when it has said everything."""
    left = min(length, DRAINED)
    while left > 0 and (block := read(min(BLOCK, left))):
        left -= len(block)


def prune() -> None:
    """Periodic: tickets that nobody used, and files whose week is over."""
    for upload in Upload.objects.filter(expires_at__lte=now()):
        upload.erase()


class _Draft(File):  # type: ignore[type-arg]
    """A file that the storage may move instead of copying it."""

    def temporary_file_path(self) -> str:
        return str(self.name)


def _arrive(upload: Upload, file: File[Any], size: int) -> None:
    """The bytes are complete. Of two that arrive at once for one ticket, one wins."""
    file.open()
    try:
        found = sniff(file, size)  # type: ignore[arg-type]
    except NoSoundError:
        found = None
    file.seek(0)
    t = now()
    upload.file.save("file", file, save=False)
    upload.kind, upload.size = found.container if found else "", size
    upload.arrived_at, upload.expires_at = t, t + KEPT
    fields = ("file", "kind", "size", "arrived_at", "expires_at")
    row = Upload.objects.filter(pk=upload.pk, arrived_at=None)
    if not row.update(**{field: getattr(upload, field) for field in fields}):
        upload.file.delete(save=False)
        raise UploadRefused(412, "This file has arrived already: an upload address is good for one file.")
    log.info("kept upload=%s bytes=%s kind=%s", upload.pk, size, upload.kind or "unknown")


def _check_size(size: int, limit_mb: float) -> None:
    if size > limit_mb * MB:
        raise UploadRefused(413, f"The file is {_mb(size)} MB; the limit is {limit_mb:g} MB.")


def _mb(size: int) -> str:
    return f"{size / MB:.1f}".removesuffix(".0")
