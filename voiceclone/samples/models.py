"""A sample: what somebody recorded or uploaded, as clean sound. An upload: a program's bytes, kept for some days."""

from __future__ import annotations

import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.timezone import now

from voiceclone.accounts.models import User
from voiceclone.work.files import erase_folder


class SampleQuerySet(models.QuerySet["Sample"]):
    def for_user(self, user: User) -> Self:
        return self.filter(owner=user)


def sample_path(sample: Sample, filename: str) -> str:
    return f"samples/{sample.pk}/sample.flac"  # a folder of its own and a name of ours: never the person's


class Sample(models.Model):
    """Kept as 24 kHz mono FLAC; the uploaded bytes are not kept."""

    class Source(models.TextChoices):
        UPLOAD = "upload"
        RECORDING = "recording"
        DEMO = "demo"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="samples")
    file = models.FileField(upload_to=sample_path)
    original_name = models.CharField(max_length=120)
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.UPLOAD)
    sha256 = models.CharField(max_length=64, help_text="Of the bytes that were uploaded.")
    seconds = models.FloatField()
    peaks = models.JSONField(default=list, help_text="About 160 numbers in 0…100, for drawing.")
    transcript = models.TextField(blank=True, help_text="The script that was on screen, where one was.")
    origin = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="versions",
        help_text="The recording it was made of.",
    )
    edits = models.JSONField(default=dict, blank=True, help_text="What was done to the origin: see samples/fixes.py.")
    quality = models.JSONField(null=True, blank=True, help_text="What the report card measured; empty: not yet.")
    created_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[SampleQuerySet] = SampleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [models.Index(fields=["-created_at"], name="samples_by_time")]
        constraints = [models.UniqueConstraint(fields=["owner", "sha256"], name="the_same_bytes_are_one_sample")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def audio_url(self) -> str:
        return reverse("sample-audio", args=[self.pk])

    @property
    def source_sample(self) -> Sample:
        """The recording as it came."""
        return self.origin or self

    def relatives(self) -> SampleQuerySet:
        """The other versions of the same recording, and the recording itself."""
        first = self.source_sample.pk
        return Sample.objects.filter(Q(pk=first) | Q(origin=first)).exclude(pk=self.pk)

    def erase(self) -> None:
        """Delete the row and the sound, for real."""
        folder = f"samples/{self.pk}"
        self.delete()
        erase_folder(folder)


_signer = Signer(sep=".", salt="voiceclone.uploads.download")


def new_id() -> str:
    return uuid.uuid4().hex


def upload_path(upload: Upload, filename: str) -> str:
    return f"uploads/{upload.pk}/file"


class UploadQuerySet(models.QuerySet["Upload"]):
    def for_user(self, user: User) -> Self:
        return self.filter(owner=user)

    def living(self) -> Self:
        return self.filter(expires_at__gt=now())

    def arrived(self) -> Self:
        return self.living().exclude(arrived_at=None)


class Upload(models.Model):
    """What a program uploaded through the API, as it came, to be named as `audio` later. First it is only a ticket."""

    # what we call the content in an answer: by what it is, not by what it was said to be
    CONTENT_TYPES: ClassVar[dict[str, str]] = {
        "wav": "audio/wav",
        "mp3": "audio/mpeg",
        "mp4": "audio/mp4",
        "aac": "audio/aac",
        "flac": "audio/flac",
        "ogg": "audio/ogg",
        "webm": "audio/webm",
    }

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads")
    file = models.FileField(upload_to=upload_path, blank=True)
    original_name = models.CharField(max_length=120)
    declared_type = models.CharField(max_length=100, blank=True)
    kind = models.CharField(max_length=10, blank=True, help_text="The container, by its content; empty: none of ours.")
    size = models.PositiveBigIntegerField(help_text="Bytes; as declared until it has arrived.")
    created_at = models.DateTimeField(default=now)
    arrived_at = models.DateTimeField(null=True, blank=True, help_text="Empty: so far it is only a ticket.")
    expires_at = models.DateTimeField(help_text="Of the ticket, and then of the file.")

    objects: ClassVar[UploadQuerySet] = UploadQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at",)
        indexes = [
            models.Index(fields=["-created_at"], name="uploads_by_time"),
            models.Index(fields=["expires_at"], name="uploads_by_end"),
            models.Index(fields=["owner", "expires_at"], name="upload_quota"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(arrived_at=None, file="") | (Q(arrived_at__isnull=False) & ~Q(file="")),
                name="an_upload_that_arrived_has_its_file",
            )
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def content_type(self) -> str:
        return self.CONTENT_TYPES.get(self.kind, "application/octet-stream")

    @property
    def file_name(self) -> str:
        """Of ours: the person's own name for it does not end up in addresses and logs."""
        ending = self.kind or self.original_name.rpartition(".")[2].lower()
        return f"audio.{ending}" if ending in self.CONTENT_TYPES or ending in ("m4a", "opus") else "file"

    def get_absolute_url(self) -> str:
        """Where whoever has this address can download it. This is also how a prediction's input names it."""
        return reverse("upload", args=[_signer.sign(self.pk), self.file_name])

    @staticmethod
    def at(token: str) -> Upload | None:
        """The upload of such an address."""
        try:
            return Upload.objects.arrived().filter(pk=_signer.unsign(token)).first()
        except BadSignature:
            return None

    def erase(self) -> None:
        """Delete the row and the bytes, for real."""
        folder = f"uploads/{self.pk}"
        self.delete()
        erase_folder(folder)
