"""What the queue and the workers leave behind."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils.timezone import now
from django_tasks_db.models import DBTaskResult

from voiceclone.work.models import Worker


def prune() -> None:
    """Forget finished messages, messages that died with their worker, workers that are gone, and broken uploads."""
    t = now()
    call_command("clearsessions")
    DBTaskResult.objects.finished().filter(finished_at__lt=t - timedelta(hours=6)).delete()
    DBTaskResult.objects.running().filter(started_at__lt=t - timedelta(days=1)).delete()
    Worker.objects.filter(seen_at__lt=t - timedelta(hours=1)).delete()
    _forget_counts()
    for left in Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir():
        if left.lstat().st_mtime < (t - timedelta(days=1)).timestamp():
            shutil.rmtree(left) if left.is_dir() else left.unlink()


def _forget_counts() -> None:
    """Limits count in the cache under digests of addresses. Redis forgets by itself; a table only once it is full."""
    cache = settings.CACHES["default"]
    if cache["BACKEND"].endswith("DatabaseCache"):
        with connection.cursor() as cursor:
            table = connection.ops.quote_name(cache["LOCATION"])
            past = connection.ops.adapt_datetimefield_value(now().replace(microsecond=0))
            cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [past])  # noqa: S608 - the table is named by us
