"""One line for each thing done to a voice, a task or an account: never changed, forgotten after a year."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.utils.timezone import now

log = logging.getLogger("audit")


class Action(models.TextChoices):
    VOICE_CLONED = "voice.cloned"
    VOICE_KEPT = "voice.kept"  # its first use made it permanent
    VOICE_EXPIRED = "voice.expired"
    VOICE_DELETED = "voice.deleted"
    VOICE_FROZEN = "voice.frozen"
    VOICE_UNFROZEN = "voice.unfrozen"
    VOICE_MADE_PERMANENT = "voice.made_permanent"
    VOICE_EXPORTED = "voice.exported"
    VOICE_IMPORTED = "voice.imported"
    CONSENT_ASKED = "consent.asked"  # a clone waits for an admin
    CONSENT_APPROVED = "consent.approved"
    CONSENT_REFUSED = "consent.refused"
    EVIDENCE_SAVED = "consent.evidence_saved"  # by an admin
    KEY_MADE = "key.made"
    KEY_REVOKED = "key.revoked"
    DATA_EXPORTED = "data.exported"
    ACCOUNT_ERASED = "account.erased"
    # what an admin does in the panel, beside the voices
    PREDICTION_CANCELLED = "prediction.cancelled"
    PREDICTION_RETRIED = "prediction.retried"
    PERSON_INVITED = "person.invited"
    ACCOUNT_OPENED = "account.opened"
    ACCOUNT_CHANGED = "account.changed"  # may log in, is an admin
    ADDRESS_VERIFIED = "account.address_verified"
    SECOND_FACTOR_REMOVED = "account.second_factor_removed"
    SIGNED_OUT = "account.signed_out"


class AuditEvent(models.Model):
    KEPT = timedelta(days=365)

    at = models.DateTimeField(default=now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="audit_events",
        help_text="Empty: the system itself, or a person who has erased their account.",
    )
    action = models.CharField(max_length=30, choices=Action.choices)
    object_id = models.CharField(max_length=64, help_text="Of the voice, prediction or account.")

    class Meta:
        ordering = ("-at", "-pk")
        indexes = [
            models.Index(fields=["-at"], name="audit_by_time"),
            models.Index(fields=["object_id", "-at"], name="audit_by_object"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("an audit event is never changed")
        super().save(*args, **kwargs)


def record(action: Action, object_id: object, actor: AbstractBaseUser | None = None) -> None:
    """Write one line, in the transaction of what it tells about."""
    AuditEvent.objects.create(action=action, object_id=str(object_id), actor_id=actor.pk if actor else None)


def prune() -> None:
    """Periodic: forget what is older than a year."""
    AuditEvent.objects.filter(at__lt=now() - AuditEvent.KEPT).delete()
