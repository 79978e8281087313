"""`audio` as a program gives it: an address, one of our own uploads, a data: URI, or base64. In the end, a Sample."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.http.request import validate_host
from django.utils.translation import gettext_noop

from voiceclone.accounts.models import User
from voiceclone.outbound import client, targets
from voiceclone.said import Said, sentence_of
from voiceclone.samples import uploads
from voiceclone.samples.intake import SampleRefused, take_in
from voiceclone.samples.models import Sample, Upload

COULD_NOT_BE_FETCHED, UNUSABLE = 1402, 1401  # task codes of the v3 contract
OURS = re.compile(r"/uploads/([0-9a-f]{32})(?:\.[\w-]*)?(?:/[^/]*)?")
BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
SHORTEST_BASE64 = 400  # characters; any sound is longer, and a mistyped address is not
FETCH_SECONDS = 30.0  # a worker waits so long
GONE = gettext_noop("There is no such upload of yours: uploads are kept for {days} days. Upload the file again.")


class AudioUnusable(Exception):
    """No sample comes of it. `code` is the v3 contract's task code, `str(error)` a sentence."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def settle(user: User, audio: str) -> str:
    """At submit: what the prediction keeps, a short text that `resolve` understands. Nothing is fetched.

    Raises ValueError, in a sentence; UploadRefused, which is one, where a quota is exceeded.
    """
    audio = audio.strip()
    if audio[:5].lower() == "data:":
        return _store(user, *_data_uri(audio))
    if OURS.match(audio) or "://" in audio[:12]:
        return _address(user, audio)
    packed = "".join(audio.split())
    if len(packed) < SHORTEST_BASE64 or not BASE64.fullmatch(packed):
        shown = audio if len(audio) <= 40 else audio[:39] + "…"
        raise ValueError(f"audio is an https:// address, a data: URI or base64; “{shown}” was given.")
    return _store(user, _decoded(packed), "")


def resolve(user: User, reference: str) -> Sample:
    """In a worker: the sample of a settled reference. The same bytes are one sample. Raises AudioUnusable."""
    try:
        ours = OURS.fullmatch(reference)
        return _from_upload(user, ours[1]) if ours else _from_address(user, reference)
    except SampleRefused as error:
        raise AudioUnusable(UNUSABLE, sentence_of(error)) from error
    except targets.Unreachable as error:
        sentence = Said("The audio could not be fetched. {why}", why=sentence_of(error))
        raise AudioUnusable(COULD_NOT_BE_FETCHED, sentence) from error


def _address(user: User, audio: str) -> str:
    parts = urlsplit(audio)  # an own upload in any spelling of our host: it is never asked for over the network
    ours = OURS.fullmatch(parts.path)
    if ours:
        upload = Upload.objects.for_user(user).arrived().filter(pk=ours[1]).first()
        if upload:
            return upload.get_absolute_url()
        if not parts.hostname or _is_our_host(parts.hostname) or Upload.objects.filter(pk=ours[1]).exists():
            raise ValueError(GONE.format(days=uploads.KEPT.days))
    try:
        targets.read(audio)
    except targets.Unreachable as error:
        raise ValueError(f"audio cannot be fetched from there. {error}") from error
    return audio


def _is_our_host(host: str) -> bool:
    return validate_host(host, [name for name in settings.ALLOWED_HOSTS if name != "*"])


def _data_uri(audio: str) -> tuple[bytes, str]:
    """The bytes, and the type that they are said to be."""
    head, comma, packed = audio[5:].partition(",")
    if not comma:
        raise ValueError("audio is a data: URI without a comma, so without data. It looks like data:audio/wav;base64,…")
    kind, *options = head.lower().split(";")
    if options and options[-1].strip() == "base64":
        return _decoded("".join(unquote(packed).split())), kind
    return unquote_to_bytes(packed), kind


def _decoded(packed: str) -> bytes:
    limit = settings.SAMPLE_MAX_MB
    size = len(packed) * 3 / 4 / 1024 / 1024
    if size > limit:
        raise ValueError(f"The file in audio is {size:.1f} MB; the limit is {limit:g} MB.")
    standard = packed.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError("The base64 in audio is damaged or cut off, so it cannot be read.") from error


def _store(user: User, sound: bytes, kind: str) -> str:
    if not sound:
        raise ValueError("The file in audio is empty.")
    file = ContentFile(sound)
    return uploads.keep(user, file, "audio", kind, limit_mb=settings.SAMPLE_MAX_MB).get_absolute_url()


def _from_upload(user: User, pk: str) -> Sample:
    upload = Upload.objects.for_user(user).arrived().filter(pk=pk).first()
    if upload is None:
        raise AudioUnusable(COULD_NOT_BE_FETCHED, Said(GONE, days=uploads.KEPT.days))
    try:
        with upload.file.open("rb") as file:
            return take_in(user, UploadedFile(file, upload.original_name, size=upload.size))
    except FileNotFoundError as error:  # pruned just now
        raise AudioUnusable(COULD_NOT_BE_FETCHED, Said(GONE, days=uploads.KEPT.days)) from error


def _from_address(user: User, url: str) -> Sample:
    limit = int(settings.SAMPLE_MAX_MB * 1024 * 1024)
    with TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        path = Path(folder) / "fetched"
        with path.open("w+b") as file:
            fetched = client.fetch(url, file, max_bytes=limit, deadline=FETCH_SECONDS)
            file.seek(0)
            name = unquote(urlsplit(fetched.url).path.rpartition("/")[2])
            return take_in(user, UploadedFile(file, name, size=fetched.size))
