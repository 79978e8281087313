"""The signature of WaveSpeed's webhooks.

    webhook-signature: v3,<hex of HMAC-SHA256 over "{webhook-id}.{webhook-timestamp}.{raw body}">

The key is the secret without its prefix `whsec_`, as text, not decoded.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping

LATEST = 300  # seconds that the clocks may differ


def is_valid(secret: str, headers: Mapping[str, str], body: bytes, at: float | None = None) -> bool:
    """Whether the vendor has sent exactly this, a moment ago. `at`: the time to check it for, else now."""
    name, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "")
    try:
        seconds = abs((time.time() if at is None else at) - int(timestamp))
    except ValueError:
        return False
    signed = f"{name}.{timestamp}.".encode() + body
    wanted = "v3," + hmac.new(secret.removeprefix("whsec_").encode(), signed, hashlib.sha256).hexdigest()
    return seconds <= LATEST and hmac.compare_digest(wanted.encode(), given.encode())
