"""Which key asked for which task, and with which body: one request that is sent again is one task."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.utils.timezone import now

from voiceclone.accounts.models import ApiKey, User
from voiceclone.predictions.models import Prediction
from voiceclone.work.leases import UNFINISHED


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def for_user(self, user: User) -> Self:
        return self.filter(key__owner=user)

    def unfinished(self) -> Self:
        return self.filter(prediction__status__in=UNFINISHED)


class Submission(models.Model):
    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="submissions")
    prediction = models.OneToOneField(Prediction, on_delete=models.CASCADE, related_name="submission")
    fingerprint = models.CharField(max_length=64, help_text="Of the model and the body as it was sent.")
    idempotency_key = models.CharField(max_length=255, null=True, blank=True)
    created_at = models.DateTimeField(default=now)

    objects: ClassVar[SubmissionQuerySet] = SubmissionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [models.Index(fields=["key", "fingerprint"], name="sent_before")]
        constraints = [
            models.UniqueConstraint(fields=["key", "idempotency_key"], name="an_idempotency_key_is_one_task"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
