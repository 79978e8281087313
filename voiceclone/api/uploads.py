"""Uploads in both of the contract's generations: a ticket and a PUT, or one multipart POST. And a third, `/upload`."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from ninja import Field, File, Router, Schema
from ninja.files import UploadedFile

from voiceclone.api.auth import Bearer, ProgramRequest
from voiceclone.api.errors import Refused, envelope
from voiceclone.samples import uploads
from voiceclone.samples.models import Upload
from voiceclone.samples.uploads import UploadRefused

AUDIO_MAX_MB = 50  # of POST /upload
LONGEST_LENGTH = 18  # digits of a Content-Length
TYPES = ("image", "video", "audio")
router, twins = Router(auth=Bearer(), tags=["Uploads"]), Router(auth=Bearer(), tags=["Uploads"])
Part = Annotated[UploadedFile, File(description="The recording, in a multipart form.")]


class Ticket(Schema):
    filename: Annotated[str, Field(description="Its name, such as me.wav.")]
    size: Annotated[int, Field(description="Its length in bytes.")]
    content_type: Annotated[str, Field(description="What it is said to be. What counts is its content.")] = ""


@router.post("/media/uploads", summary="Ask for an address to upload to", operation_id="upload_ticket")
def issue(request: ProgramRequest, ticket: Ticket) -> JsonResponse:
    """PUT the file's bytes to `upload.url` with exactly `upload.headers`, and without your key."""
    try:
        upload = uploads.issue(request.user, ticket.filename, ticket.size, ticket.content_type)
    except UploadRefused as error:
        raise Refused(error.status, str(error)) from error
    base = _base(request)
    put = {
        "method": "PUT",
        "url": base + reverse("put-upload", args=[uploads.ticket(upload)]),
        "headers": {"Content-Type": ticket.content_type or "application/octet-stream", "If-None-Match": "*"},
        "expires_at": upload.expires_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
    }
    return _success({**_told(upload, base), "upload": put})


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
    return _success({"download_url": _base(request) + upload.get_absolute_url()})


@router.post("/media/upload/binary", summary="Upload a file", operation_id="upload_binary")
def binary(request: ProgramRequest, file: Part) -> JsonResponse:
    """Kept for 7 days. Give `download_url` as `audio`."""
    return _success(_told(_keep(request, file), _base(request)))


@twins.post("/media/upload/binary", summary="Upload a file", operation_id="upload_binary_v2")
def binary_v2(request: ProgramRequest, file: Part) -> JsonResponse:
    """The same as in v3."""
    return binary(request, file)


@router.post("/upload", summary="Upload a file", operation_id="upload")
def upload(request: ProgramRequest, file: Part) -> JsonResponse:
    """Kept for 7 days. Give `url` as `audio`."""
    kept, base = _keep(request, file, AUDIO_MAX_MB), _base(request)
    return _success({"url": base + kept.get_absolute_url(), **_told(kept, base)})


def _keep(request: ProgramRequest, file: UploadedFile, limit_mb: float | None = None) -> Upload:
    try:
        return uploads.keep(request.user, file, file.name or "", file.content_type or "", limit_mb)
    except UploadRefused as error:
        raise Refused(error.status, str(error)) from error


def _told(upload: Upload, base: str) -> dict[str, Any]:
    """What the contract says of an upload."""
    declared = upload.declared_type.partition("/")[0]
    return {
        "type": declared if declared in TYPES and not upload.kind else "audio",
        "download_url": base + upload.get_absolute_url(),
        "filename": upload.original_name,
        "size": upload.size,
    }


def _success(data: dict[str, Any]) -> JsonResponse:
    return envelope(200, "success", data=data)


def _base(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"
