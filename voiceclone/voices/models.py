"""A voice, the consent it rests on, and what an engine has learnt from a sample before anyone asked."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import now

from voiceclone.accounts.models import User
from voiceclone.samples.models import Sample
from voiceclone.work.leases import Leased, LeasedQuerySet


class Consent(models.Model):
    """Who said, in which words, that this voice may be cloned. Written once, never changed."""

    class Method(models.TextChoices):
        TICKED = "ticked"

    VERSION = "2026-11"
    STATEMENT = "This is my own voice, or I have the speaker's permission to clone it."

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consents")
    method = models.CharField(max_length=12, choices=Method.choices, default=Method.TICKED)
    statement = models.TextField()
    version = models.CharField(max_length=12)
    sha256 = models.CharField(max_length=64, help_text="Of the statement.")
    given_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return f"consent {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("a consent is never changed")
        super().save(*args, **kwargs)

    @classmethod
    def give(cls, person: User) -> Consent:
        digest = hashlib.sha256(cls.STATEMENT.encode()).hexdigest()
        return cls.objects.create(person=person, statement=cls.STATEMENT, version=cls.VERSION, sha256=digest)


class VoiceQuerySet(models.QuerySet["Voice"]):
    def for_user(self, user: User) -> Self:
        return self.filter(owner=user)

    def living(self) -> Self:
        return self.filter(state__in=(Voice.State.CLONING, Voice.State.READY))

    def ready(self) -> Self:
        return self.filter(state=Voice.State.READY)

    def overdue(self) -> Self:
        return self.filter(state=Voice.State.READY, expires_at__lte=now())


def profile_path(voice: Voice, filename: str) -> str:
    return f"voices/{voice.pk}/{filename}"


class Voice(models.Model):
    """A cloned voice. New ones live for RETENTION_DAYS; the first real use makes them permanent."""

    class State(models.TextChoices):
        CLONING = "cloning"
        READY = "ready"
        FAILED = "failed"
        EXPIRED = "expired"
        DELETED = "deleted"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="voices")
    voice_id = models.CharField("voice ID", max_length=256)
    name = models.CharField(max_length=256, blank=True)
    engine = models.CharField(max_length=20)
    language = models.CharField(max_length=20, default="auto", help_text="A language_boost value.")
    volume_normalization = models.BooleanField(default=False, help_text="It speaks at one even loudness.")
    sample = models.ForeignKey(Sample, null=True, blank=True, on_delete=models.RESTRICT, related_name="voices")
    profile = models.FileField(upload_to=profile_path, blank=True, help_text="What the engine needs to speak.")
    consent = models.OneToOneField(Consent, on_delete=models.RESTRICT, related_name="voice")
    state = models.CharField(max_length=10, choices=State.choices, default=State.CLONING)
    is_permanent = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(null=True, blank=True)
    first_used_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When it expired or was deleted.")

    objects: ClassVar[VoiceQuerySet] = VoiceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at",)
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="library"),
            models.Index(fields=["expires_at"], name="retention", condition=Q(state="ready")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "voice_id"],
                condition=Q(state__in=("cloning", "ready")),
                name="voice_id_is_unique_among_living_voices",
            ),
            models.CheckConstraint(
                condition=~Q(state="ready")
                | Q(is_permanent=True, expires_at=None)
                | Q(is_permanent=False, expires_at__isnull=False),
                name="a_temporary_voice_expires_and_a_permanent_one_does_not",
            ),
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(sample__isnull=False), name="a_ready_voice_has_its_sample"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("expired", "deleted")) | Q(sample=None, profile=""),
                name="an_ended_voice_has_no_sound",
            ),
        ]

    def __str__(self) -> str:
        return self.voice_id

    @property
    def title(self) -> str:
        return self.name or self.voice_id

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY

    @property
    def is_gone(self) -> bool:
        return self.state in (self.State.EXPIRED, self.State.DELETED)

    def get_absolute_url(self) -> str:
        return reverse("voice", args=[self.voice_id])

    @staticmethod
    def expiry(completed_at: datetime) -> datetime:
        return completed_at + timedelta(days=settings.RETENTION_DAYS)


def enrolment_path(enrolment: Enrolment, filename: str) -> str:
    return f"enrolments/{enrolment.pk}/{filename}"


class EnrolmentQuerySet(LeasedQuerySet["Enrolment"]):
    pass


class Enrolment(Leased):
    """What an engine has learnt from a sample with some options, so that a clone has only to speak.

    Starts when the sample arrives. Kept for some hours; a voice that is made from it has its own copy.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sample = models.ForeignKey(Sample, on_delete=models.CASCADE, related_name="enrolments")
    engine = models.CharField(max_length=20)
    options = models.JSONField(help_text="EnrolmentOptions.")
    fingerprint = models.CharField(max_length=64, help_text="Of the options.")
    profile = models.FileField(upload_to=enrolment_path, blank=True)

    objects: ClassVar[EnrolmentQuerySet] = EnrolmentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sample", "engine", "fingerprint"], name="each_sample_is_learnt_once"),
        ]
        indexes = [models.Index(fields=["status", "lease_until"], name="enrolment_reaper")]

    def __str__(self) -> str:
        return f"enrolment {self.pk}"
