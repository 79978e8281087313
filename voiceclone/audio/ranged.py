"""Serve a private sound file in parts, so that players can seek (RFC 9110 §13 and §14)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import IO, Any, cast

from django.core.files import File
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header, parse_etags, quote_etag

# One range; digits are bounded because Python takes quadratic time over long numbers.
_ONE_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.IGNORECASE)
BLOCK_BYTES = 65536

# What is served is always sound; should a browser ever take it for a page, that page can do and load nothing.
SAFETY_HEADERS = {
    "Cache-Control": "private, max-age=3600",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class UnsatisfiableError(Exception):
    """The range lies outside the file."""


def ranged_file_response(
    request: HttpRequest,
    path_or_file: Path | File[Any],
    *,
    content_type: str,
    filename: str,
    etag: str,
    as_attachment: bool = False,
) -> HttpResponseBase:
    """Answer GET or HEAD with the file (200), one part of it (206), "not changed" (304) or "no such part" (416).

    `etag` (without quotes) must change when the bytes do. A malformed Range, more than one range, and an If-Range that
    does not match are ignored, as the RFC asks: the answer is the whole file. The file is closed with the response.
    Raises FileNotFoundError where it is gone.
    """
    size = path_or_file.stat().st_size if isinstance(path_or_file, Path) else path_or_file.size
    quoted = quote_etag(etag)
    headers = {
        **SAFETY_HEADERS,
        "Accept-Ranges": "bytes",
        "ETag": quoted,
        "Content-Disposition": content_disposition_header(as_attachment, filename) or "inline",
    }
    if _is_known(request, quoted):
        return HttpResponseNotModified(headers=headers)
    try:
        part = _wanted_part(request, quoted, size)
    except UnsatisfiableError:
        return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    if request.method == "HEAD":
        return HttpResponse(content_type=content_type, headers={**headers, "Content-Length": str(size)})

    # Django's stubs call a File's open() untyped; it returns the file itself.
    file = cast("IO[bytes]", path_or_file.open("rb"))
    if part is None:
        response = FileResponse(
            file, as_attachment=as_attachment, filename=filename, content_type=content_type, headers=headers
        )
        response["Content-Length"] = str(size)
    else:
        start, stop = part
        file.seek(start)
        response = FileResponse(
            _Part(file, stop - start),
            as_attachment=as_attachment,
            filename=filename,
            status=206,
            content_type=content_type,
            headers=headers,
        )
        response["Content-Length"] = str(stop - start)
        response["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    response.block_size = BLOCK_BYTES
    return response


class _Part:
    """The next `length` bytes of `file`, and nothing after them."""

    def __init__(self, file: IO[bytes], length: int) -> None:
        self.file, self.left = file, length

    def read(self, size: int = -1) -> bytes:
        content = self.file.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(content)
        return content

    def close(self) -> None:
        self.file.close()


def _is_known(request: HttpRequest, etag: str) -> bool:
    """Does If-None-Match name what we have? The comparison is weak (§13.1.2): W/ does not matter."""
    known = [tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))]
    return etag in known or "*" in known


def _wanted_part(request: HttpRequest, etag: str, size: int) -> tuple[int, int] | None:
    """The first byte of the range asked for and the one after its last; None for the whole file."""
    if request.method != "GET" or request.headers.get("If-Range", etag) != etag:
        return None
    match = _ONE_RANGE.fullmatch(request.headers.get("Range", "").strip())
    if not match or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:  # the last n bytes
        if int(last) == 0 or size == 0:
            raise UnsatisfiableError
        return max(size - int(last), 0), size
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise UnsatisfiableError
    return int(first), min(int(last) + 1, size) if last else size
