"""Uploads in both of the contract's generations: a ticket and a PUT, or one multipart POST. And a third, `/upload`."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from ninja import Field, File, Router, Schema
from ninja.files import UploadedFile

from voiceclone.api import results, schemas
from voiceclone.api.auth import ProgramRequest
from voiceclone.api.errors import Refused, envelope
from voiceclone.samples import uploads
from voiceclone.samples.models import Upload
from voiceclone.samples.uploads import UploadRefused

AUDIO_MAX_MB = 50  # of POST /upload
LARGEST = int(settings.UPLOAD_MAX_MB * 1024 * 1024)  # bytes
LONGEST_LENGTH = 18  # digits of a Content-Length
TYPES = ("image", "video", "audio")
router, twins = Router(tags=["Uploads"]), Router(tags=["Uploads"])
Part = Annotated[UploadedFile, File(description="The recording, in a multipart form.")]


class Ticket(Schema):
    filename: Annotated[str, Field(description="Its name, such as me.wav.")]
    size: Annotated[
        int, Field(description="Its length in bytes.", json_schema_extra={"minimum": 1, "maximum": LARGEST})
    ]
    content_type: Annotated[str | None, Field(description="What it is said to be. Its content is what counts.")] = None


class Uploaded(Schema):
    type: Literal["image", "video", "audio"]
    download_url: str = Field(description="Give this as `audio`. It needs no key, and is good for 7 days.")
    filename: str
    size: int = Field(description="Bytes.")


class UploadedAt(Uploaded):
    url: str = Field(description="The same as `download_url`.")


class Put(Schema):
    method: Literal["PUT"] = "PUT"
    url: str = Field(description="Takes the file's bytes once, without your key.")
    headers: dict[str, str] = Field(description="To be sent with it, exactly.")
    expires_at: str = Field(description="RFC 3339.")


class Issued(Uploaded):
    upload: Put


@router.post(
    "/media/uploads",
    response=schemas.Envelope[Issued],
    summary="Ask for an address to upload to",
    operation_id="upload_ticket",
)
def issue(request: ProgramRequest, ticket: Ticket) -> dict[str, Any]:
    """PUT the file's bytes to `upload.url` with exactly `upload.headers`, and without your key."""
    try:
        upload = uploads.issue(request.user, ticket.filename, ticket.size, ticket.content_type or "")
    except UploadRefused as error:
        raise Refused(error.status, str(error)) from error
    put = {
        "method": "PUT",
        "url": results.base_url(request) + reverse("put-upload", args=[uploads.ticket(upload)]),
        "headers": {"Content-Type": upload.declared_type or "application/octet-stream", "If-None-Match": "*"},
        "expires_at": upload.expires_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
    }
    return results.success({**_told(request, upload), "upload": put})


@csrf_exempt
def put(request: HttpRequest, ticket: str) -> HttpResponse:
    """The bytes themselves, read as they come: no key, no cookie; the address is the permission."""
    if request.method != "PUT":
        answer = envelope(405, "An upload address takes a PUT with the file's bytes.")
        answer["Allow"] = "PUT"
        return answer
    length = request.headers.get("Content-Length", "")
    if not length.isdecimal() or len(length) > LONGEST_LENGTH:
        return envelope(411, "The upload needs a Content-Length header: the file's length in bytes.")
    try:
        upload = uploads.find(ticket)
        uploads.receive(upload, request.read, int(length))
    except UploadRefused as error:
        uploads.drain(request.read, int(length))
        return envelope(error.status, str(error))
    except UnreadablePostError:
        return envelope(400, "The upload broke off. Send the file again.")
    return envelope(200, "success", data={"download_url": results.base_url(request) + upload.get_absolute_url()})


@router.post(
    "/media/upload/binary",
    response=schemas.Envelope[Uploaded],
    summary="Upload a file",
    operation_id="upload_binary",
)
def binary(request: ProgramRequest, file: Part) -> dict[str, Any]:
    """Kept for 7 days. Give `download_url` as `audio`."""
    return results.success(_told(request, _keep(request, file)))


@twins.post(
    "/media/upload/binary",
    response=schemas.Envelope[Uploaded],
    summary="Upload a file",
    operation_id="upload_binary_v2",
)
def binary_v2(request: ProgramRequest, file: Part) -> dict[str, Any]:
    """The same as in v3."""
    return results.success(_told(request, _keep(request, file)))


@router.post(
    "/upload",
    response=schemas.Envelope[UploadedAt],
    summary="Upload a file of at most 50 MB",
    operation_id="upload",
)
def upload(request: ProgramRequest, file: Part) -> dict[str, Any]:
    """Kept for 7 days. Give `url` as `audio`."""
    told = _told(request, _keep(request, file, AUDIO_MAX_MB))
    return results.success({"url": told["download_url"], **told})


def _keep(request: ProgramRequest, file: UploadedFile, limit_mb: float | None = None) -> Upload:
    try:
        return uploads.keep(request.user, file, file.name or "", file.content_type or "", limit_mb)
    except UploadRefused as error:
        raise Refused(error.status, str(error)) from error


def _told(request: HttpRequest, upload: Upload) -> dict[str, Any]:
    """What the contract says of an upload."""
    declared = upload.declared_type.partition("/")[0]
    return {
        "type": declared if declared in TYPES and not upload.kind else "audio",
        "download_url": results.base_url(request) + upload.get_absolute_url(),
        "filename": upload.original_name,
        "size": upload.size,
    }
