"""What a client sends, read as JSON whatever its label says; every way of failing is a sentence."""

from __future__ import annotations

import json
from json import JSONDecodeError
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.parser import Parser

from voiceclone.api.errors import Refused

KINDS = {list: "an array", str: "a text", bool: "true or false", int: "a number", float: "a number"}


def largest() -> int:
    """Bytes of a body that may carry a sample as base64."""
    return int(settings.SAMPLE_MAX_MB * 1024 * 1024 * 4 / 3) + int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


def read_object(request: HttpRequest) -> dict[str, Any]:
    """The body of a submit. Raises Refused."""
    if "multipart/" in (request.content_type or ""):
        raise Refused(415, "This address takes a JSON object; files go to /api/v3/media/uploads first.")
    limit = largest()
    length = request.META.get("CONTENT_LENGTH") or ""
    if length.isdecimal() and int(length) > limit:
        raise too_large(limit)
    body = request.read(limit + 1)
    if len(body) > limit:
        raise too_large(limit)
    return decode(body)


def too_large(limit: int) -> Refused:
    return Refused(
        413,
        f"The body is larger than {limit / 1024 / 1024:.0f} MB, which is the limit. "
        "Upload the sound first (/api/v3/media/uploads) and send its address.",
    )


def decode(body: bytes) -> dict[str, Any]:
    """A JSON object. Raises Refused."""
    if not body.strip():
        raise Refused(400, 'The body is empty. Send a JSON object, such as {"text": "Hello."}.')
    try:
        text = body.decode("utf-8-sig")
        value = json.loads(text, parse_constant=_no_number)
        if "\\ud" in text.lower():
            json.dumps(value, ensure_ascii=False).encode()  # half a character can neither be stored nor spoken
    except JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Refused(400, f"The body is not valid JSON: {error.msg} ({where}).") from error
    except (ValueError, RecursionError) as error:
        raise Refused(400, "The body is not valid JSON in UTF-8.") from error
    if not isinstance(value, dict):
        found = KINDS.get(type(value), "null")
        raise Refused(400, f'The body must be a JSON object, such as {{"text": "Hello."}}; {found} was given.')
    return value


def _no_number(name: str) -> Any:
    raise ValueError(name)


class JsonParser(Parser):
    """For django-ninja, which tells nobody why; `voiceclone.api.errors` looks at the cause."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        return {} if request.body.strip() == b"null" else decode(request.body)
