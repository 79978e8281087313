"""An export (the archive of everything somebody has here) and an erasure (the end of an account, and its receipt)."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext

from voiceclone.accounts.models import User
from voiceclone.work.leases import UNFINISHED, Leased, LeasedQuerySet, Status


class ExportQuerySet(LeasedQuerySet["Export"]):
    def for_user(self, user: User) -> Self:
        return self.filter(owner=user)

    def ready(self) -> Self:
        return self.filter(status=Status.COMPLETED, expires_at__gt=now())

    def over(self) -> Self:
        """Those whose time is up; of one that was not made, the sentence that says why stays as long."""
        failed = Q(status__in=(Status.FAILED, Status.CANCELLED), finished_at__lte=now() - Export.KEPT)
        return self.filter(Q(status=Status.COMPLETED, expires_at__lte=now()) | failed)

    def outlived(self) -> Self:
        """Archives in which there is a voice that was deleted or expired since: its sound must not live on in them."""
        return self.filter(status=Status.COMPLETED, owner__voices__ended_at__gt=F("started_at")).distinct()


class Export(Leased):
    """One at a time a person. Its archive is kept for a day."""

    KEPT = timedelta(hours=24)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="export")
    archive = models.FileField(upload_to="exports", blank=True)
    size = models.PositiveBigIntegerField(default=0, help_text="Bytes.")
    files = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0, help_text="Files that had gone before they could be copied.")
    expires_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ExportQuerySet] = ExportQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [models.Index(fields=["status", "lease_until"], name="export_reaper")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="completed") | Q(expires_at__isnull=False), name="an_archive_does_not_stay"
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def folder(self) -> str:
        return f"exports/{self.pk}"

    @property
    def is_ready(self) -> bool:
        return bool(self.status == Status.COMPLETED and self.expires_at and self.expires_at > now())


def new_receipt() -> str:
    return uuid.uuid4().hex  # cannot be guessed: whoever knows it may read the receipt


class ErasureQuerySet(LeasedQuerySet["Erasure"]):
    def given_up(self) -> Self:
        """Those to be tried again by now: nobody's data stays because a disk was broken for a while."""
        return self.filter(status=Status.FAILED, finished_at__lte=now() - Erasure.PAUSE)


class Erasure(Leased):
    """The end of an account. It belongs to nobody: once it is completed it knows only counts and dates."""

    PAUSE = timedelta(hours=1)

    id = models.CharField("receipt", max_length=32, primary_key=True, default=new_receipt, editable=False)
    person = models.BigIntegerField(
        null=True, unique=True, help_text="The account's number while it is being erased; nothing afterwards."
    )
    by_admin = models.BooleanField(default=False)
    found = models.JSONField(default=dict, help_text="What there was before anything was deleted: counts and bytes.")
    late = models.JSONField(default=list, help_text="Folders that a worker may have been writing to when it began.")
    looked_again = models.BooleanField(default=False, help_text="After those workers have noticed.")
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ErasureQuerySet] = ErasureQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at",)
        indexes = [models.Index(fields=["status", "lease_until"], name="erasure_reaper")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="completed") | Q(person=None, late=[]), name="a_receipt_belongs_to_nobody"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=UNFINISHED) | Q(person__isnull=False), name="an_erasure_knows_whom"
            ),
        ]

    def __str__(self) -> str:
        return gettext("receipt {id}").format(id=self.pk)

    def get_absolute_url(self) -> str:
        return reverse("receipt", args=[self.pk])
