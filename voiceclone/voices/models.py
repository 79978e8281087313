"""A voice, the consent it rests on, and what an engine has learnt from a sample before anyone asked."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import now

from voiceclone.accounts.models import User
from voiceclone.samples.models import Sample
from voiceclone.voices.consent import Approval, Consent, Evidence, EvidenceUsed, Whose
from voiceclone.voices.names import FOLDED, FoldedTitle, LookedUpText, fold
from voiceclone.work.leases import UNFINISHED, Leased, LeasedQuerySet

__all__ = ["Approval", "Consent", "Enrolment", "Evidence", "EvidenceUsed", "Voice", "Whose"]


class VoiceQuerySet(models.QuerySet["Voice"]):
    def for_user(self, user: User) -> Self:
        return self.filter(owner=user)

    def living(self) -> Self:
        return self.filter(state__in=(Voice.State.CLONING, Voice.State.READY))

    def ready(self) -> Self:
        return self.filter(state=Voice.State.READY)

    def usable(self) -> Self:
        """Those that can be spoken with now."""
        in_time = Q(is_permanent=True) | Q(expires_at__gt=now())
        return self.ready().filter(in_time, frozen_at=None, lost_at=None)

    def temporary(self) -> Self:
        return self.ready().filter(is_permanent=False)

    def overdue(self) -> Self:
        """Those to be ended: their time is up, and no speech that was accepted in time is still being made."""
        late = self.temporary().filter(expires_at__lte=now(), frozen_at=None)
        return late.exclude(predictions__status__in=UNFINISHED)

    def ending_soon(self) -> Self:
        """Those whose owner is to be told."""
        return self.temporary().filter(expires_at__lte=now() + Voice.notice(), frozen_at=None)


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

    class EndReason(models.TextChoices):
        """Why nothing can be spoken with it any more."""

        UNUSED = "unused"
        OWNER = "owner", "deleted by its owner"
        ADMIN = "admin", "deleted by an admin"
        CANCELLED = "cancelled"
        FAILED = "failed"

    NOTICE = timedelta(hours=48)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="voices")
    voice_id = LookedUpText("voice ID", max_length=256)
    name = models.CharField(max_length=256, blank=True)
    folded_title = FoldedTitle(max_length=FOLDED, default="", editable=False, help_text="For search and order.")
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
    noticed_at = models.DateTimeField(null=True, blank=True, help_text="When its owner was told by mail.")
    frozen_at = models.DateTimeField(null=True, blank=True, help_text="Set by an admin: it cannot be used meanwhile.")
    vendor_until = models.DateTimeField(
        null=True, blank=True, help_text="When the vendor deletes it there unless it is used; empty where it does not."
    )
    vendor_used_at = models.DateTimeField(null=True, blank=True, help_text="When it last spoke at the vendor.")
    lost_at = models.DateTimeField(
        null=True, blank=True, help_text="When the vendor was found not to have it any more."
    )
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When it expired, was deleted or was not made.")
    end_reason = models.CharField(max_length=10, choices=EndReason.choices, blank=True)

    objects: ClassVar[VoiceQuerySet] = VoiceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at",)
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="library"),
            models.Index(fields=["expires_at"], name="retention", condition=Q(state="ready")),
            models.Index(fields=["-created_at"], name="voices_by_time"),
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
            models.CheckConstraint(
                condition=Q(state__in=("cloning", "ready"), ended_at=None, end_reason="")
                | (Q(state__in=("failed", "expired", "deleted"), ended_at__isnull=False) & ~Q(end_reason="")),
                name="a_voice_that_ended_says_when_and_why",
            ),
            models.CheckConstraint(
                condition=Q(state="ready") | Q(expires_at=None), name="only_a_ready_voice_is_going_to_expire"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("cloning", "failed", "expired")) | Q(is_permanent=False, first_used_at=None),
                name="a_voice_that_was_used_never_expires",
            ),
            models.CheckConstraint(
                condition=~Q(state="ready", is_permanent=False) | Q(first_used_at=None),
                name="a_used_voice_is_permanent",
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
    def is_overdue(self) -> bool:
        return bool(self.is_ready and self.expires_at and self.expires_at <= now() and not self.frozen_at)

    @property
    def is_ending_soon(self) -> bool:
        return bool(self.is_ready and self.expires_at and self.expires_at <= now() + self.notice())

    @property
    def is_gone(self) -> bool:
        return self.state in (self.State.EXPIRED, self.State.DELETED)

    @property
    def is_over(self) -> bool:
        """It ended, or is about to: its time is up, and no speech that was accepted in time can save it.

        Whether there is such a speech is known where a query says so (`is_speaking`, as in the library).
        """
        return self.is_gone or (self.is_overdue and not getattr(self, "is_speaking", False))

    @property
    def vendor_ends_first(self) -> bool:
        """The vendor will delete it before we would: it is kept longer here than there."""
        if not (self.is_ready and self.vendor_until) or self.lost_at:
            return False
        return self.expires_at is None or self.vendor_until < self.expires_at - timedelta(hours=1)

    @property
    def is_late_at_vendor(self) -> bool:
        """It may be gone there by now; only speaking with it would tell, and it costs nothing if it is."""
        return bool(self.is_ready and self.vendor_until and self.vendor_until <= now() and not self.lost_at)

    def get_absolute_url(self) -> str:
        return reverse("voice", args=[self.voice_id])

    def rename(self, name: str) -> None:
        """An empty name makes the voice ID its title."""
        self.name, self.folded_title = name, fold(name or self.voice_id)
        Voice.objects.filter(pk=self.pk).update(name=name, folded_title=self.folded_title)

    @staticmethod
    def expiry(completed_at: datetime) -> datetime:
        return completed_at + timedelta(days=settings.RETENTION_DAYS)

    @classmethod
    def notice(cls) -> timedelta:
        """How long before its end the owner is told: 48 hours, or half its life where that is short."""
        return min(cls.NOTICE, timedelta(days=settings.RETENTION_DAYS) / 2)


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
        return f"{self._meta.verbose_name} {self.pk}"
