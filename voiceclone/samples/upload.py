"""What Django does with an upload that is too large: count its bytes, keep none of them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers

FORM_BYTES = 256 * 1024  # what the other fields of the same form may take


class TooLargeHandler(FileUploadHandler):
    """Comes first. The intake then refuses the empty file by its size, in words, like any other."""

    too_large = False

    def limit_mb(self) -> float:
        """Programs may upload more than is cloned: see `voiceclone.samples.uploads`."""
        by_program = self.request is not None and self.request.path.startswith("/api/")
        return float(settings.UPLOAD_MAX_MB if by_program else settings.SAMPLE_MAX_MB)

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *args: Any, **kwargs: Any) -> None:  # noqa: N803
        self.too_large = content_length > self.limit_mb() * 1024 * 1024 + FORM_BYTES

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.too_large:
            raise StopFutureHandlers  # or another one opens a file for it

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return None if self.too_large else raw_data

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        return UploadedFile(name=self.file_name, size=file_size) if self.too_large else None
