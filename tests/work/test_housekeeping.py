"""What nobody needs any more goes by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils.timezone import now

from voiceclone.work import housekeeping


def keys() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM cache")
        return {key.rpartition(":")[2] for (key,) in cursor.fetchall()}


@pytest.mark.skipif(bool(settings.REDIS_URL), reason="Redis forgets by itself")
def test_a_counted_sign_in_does_not_stay_in_the_table_when_its_time_is_over(db: None) -> None:
    cache.set("going-on", [1.0], 600)
    cache.set("over", [1.0], 600)
    with connection.cursor() as cursor:
        past = connection.ops.adapt_datetimefield_value(now().replace(microsecond=0) - timedelta(seconds=5))
        cursor.execute("UPDATE cache SET expires = %s WHERE cache_key LIKE %s", [past, "%:over"])
    housekeeping.prune()
    assert {"going-on", "over"} & keys() == {"going-on"}
