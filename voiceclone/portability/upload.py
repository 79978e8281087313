"""How a passport arrives: like any upload, with a limit of its own."""

from __future__ import annotations

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from django.utils.module_loading import import_string

from voiceclone.portability.passport_reader import MAX_MB
from voiceclone.samples.upload import TooLargeHandler


class TooLargePassport(TooLargeHandler):
    def limit_mb(self) -> float:
        return MAX_MB


def handlers(request: HttpRequest) -> list[FileUploadHandler]:
    """The site's own, the first of them with the other limit."""
    _, *others = settings.FILE_UPLOAD_HANDLERS
    return [TooLargePassport(request), *(import_string(path)(request) for path in others)]
