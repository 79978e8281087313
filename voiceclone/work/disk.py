"""Some of the disk stays free, so that a new recording is refused before what is there already can be damaged."""

from __future__ import annotations

import errno
import shutil

from django.conf import settings

FULL = (errno.ENOSPC, errno.EDQUOT)
DATABASE_FULL = ("database or disk is full", "No space left on device")  # SQLite, PostgreSQL


def require_room() -> None:
    """Call it before anything is taken in or made. Raises OSError (ENOSPC), as a disk does that is really full."""
    if shutil.disk_usage(settings.DATA_DIR).free < settings.DISK_RESERVE_MB * 1_000_000:
        raise OSError(errno.ENOSPC, "DISK_RESERVE_MB is not free")


def is_full(error: BaseException | None) -> bool:
    """Whether something failed, or was refused, because nothing more can be written."""
    return (isinstance(error, OSError) and error.errno in FULL) or any(words in str(error) for words in DATABASE_FULL)
