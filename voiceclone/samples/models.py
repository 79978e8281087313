"""A sample: what somebody recorded or uploaded, as clean sound."""

from __future__ import annotations

import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse

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
    created_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[SampleQuerySet] = SampleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [models.Index(fields=["-created_at"], name="samples_by_time")]
        constraints = [models.UniqueConstraint(fields=["owner", "sha256"], name="the_same_bytes_are_one_sample")]

    def __str__(self) -> str:
        return f"sample {self.pk}"

    @property
    def audio_url(self) -> str:
        return reverse("sample-audio", args=[self.pk])

    def erase(self) -> None:
        """Delete the row and the sound, for real."""
        folder = f"samples/{self.pk}"
        self.delete()
        erase_folder(folder)
