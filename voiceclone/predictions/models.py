"""A prediction: one run of a model. Pages call it a task; the API and the admin panel see the same row."""

from __future__ import annotations

import re
import uuid
from typing import ClassVar, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import now

from voiceclone.accounts.models import User
from voiceclone.engines import registry
from voiceclone.engines.base import SampleRejected
from voiceclone.predictions.catalog import CLONE as CLONE
from voiceclone.samples.models import Sample
from voiceclone.voices.models import Voice
from voiceclone.voices.names import LookedUpText
from voiceclone.work.leases import UNFINISHED, Leased, LeasedQuerySet, Status


def new_id() -> str:
    return uuid.uuid4().hex  # 32 lower-case hex digits, as the v3 contract has it


class PredictionQuerySet(LeasedQuerySet["Prediction"]):
    def for_user(self, user: User) -> Self:
        return self.filter(owner=user)

    def unfinished(self) -> Self:
        return self.filter(status__in=UNFINISHED)

    def saying(self, words: str) -> Self:
        """Those whose text has these words, in any case; as a pattern, for SQLite's LIKE knows the case of A–Z only."""
        return self.filter(input__text__iregex=re.escape(words))

    def clones(self) -> Self:
        """Those that make a voice and say its preview for the first time; not its other takes."""
        return self.filter(model=CLONE, take_of=None)

    def similar(self, prediction: Prediction) -> Self:
        """Runs that take about as long: the same kind, by the same engine."""
        kind = Q(model=CLONE) if prediction.is_clone else ~Q(model=CLONE)
        return self.filter(kind, engine=prediction.engine, take_of__isnull=not prediction.is_take)


class Prediction(Leased):
    id = LookedUpText(max_length=32, primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="predictions")
    model = models.CharField(max_length=64)
    engine = models.CharField(max_length=20)
    voice = models.ForeignKey(Voice, null=True, blank=True, on_delete=models.SET_NULL, related_name="predictions")
    sample = models.ForeignKey(Sample, null=True, blank=True, on_delete=models.SET_NULL, help_text="Of a clone.")
    take_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="takes", help_text="Of which preview."
    )
    seed = models.PositiveIntegerField(default=0, help_text="What makes a take another one; 0: the first.")
    input = models.JSONField(help_text="As validated, in the names of the v3 contract.")
    audio = models.FileField(blank=True, upload_to="predictions")
    master = models.FileField(blank=True, upload_to="predictions", help_text="The same, lossless (FLAC).")
    parts = models.JSONField(default=list, help_text="Sentences that can be heard already: their lengths in seconds.")
    seconds = models.FloatField(default=0, help_text="Of sound.")
    peaks = models.JSONField(default=list)
    sentences = models.JSONField(
        default=list, help_text="Their lengths in seconds, once all is said; empty: not known."
    )
    likeness = models.FloatField(null=True, blank=True, help_text="To the voice's sample, 0…1; empty: not known.")
    code = models.PositiveIntegerField(default=0, help_text="The task code of the v3 contract; 0 is fine.")
    failures = models.PositiveSmallIntegerField(default=0, help_text="Unexpected ones, each tried again.")
    change = models.PositiveBigIntegerField(default=0, help_text="The owner's count of changes at the last change.")
    webhook = models.TextField(blank=True, help_text="Where its client wants it sent when it is finished.")
    base_url = models.CharField(max_length=300, blank=True, help_text="How its client reaches us.")
    nonce = models.CharField(max_length=64, null=True, blank=True, help_text="Makes a double click one task.")

    objects: ClassVar[PredictionQuerySet] = PredictionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at",)
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="history"),
            models.Index(fields=["-created_at"], name="predictions_by_time"),
            models.Index(fields=["status", "lease_until"], name="prediction_reaper"),
            models.Index(fields=["engine", "-finished_at"], name="estimates", condition=Q(status="completed")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["owner", "nonce"], name="a_nonce_is_used_once"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="prediction_status_is_known"),
            models.CheckConstraint(
                condition=~Q(status="processing") | Q(lease_until__isnull=False),
                name="a_running_prediction_has_a_lease",
            ),
            models.CheckConstraint(
                condition=Q(status__in=UNFINISHED) | Q(finished_at__isnull=False),
                name="a_final_prediction_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return self.id

    @property
    def is_clone(self) -> bool:
        """Whether what it says is the preview of a voice, so that it is no use of it."""
        return self.model == CLONE

    @property
    def is_take(self) -> bool:
        """Whether it says the preview of a voice once more, otherwise."""
        return self.take_of_id is not None

    @property
    def makes_voice(self) -> bool:
        return self.is_clone and not self.is_take

    @property
    def text(self) -> str:
        return str(self.input.get("text", ""))

    @property
    def audio_url(self) -> str:
        return reverse("prediction-audio", args=[self.pk])

    @property
    def format(self) -> str:
        return str(self.input.get("format") or "mp3")

    @property
    def duration(self) -> float | None:
        """Seconds from the request to the result."""
        return (self.finished_at - self.created_at).total_seconds() if self.finished_at else None

    @property
    def is_sample_refused(self) -> bool:
        """A clone that must fail again with the same sample and settings."""
        return self.makes_voice and self.status == Status.FAILED and self.code == SampleRejected.code

    @property
    def outcome_is_unclear(self) -> bool:
        """Whether a vendor may have done it, and charged for it, without our knowing."""
        if self.status != Status.FAILED or not registry.is_hosted(self.engine):
            return False
        job = RemoteJob.objects.filter(prediction=self.pk).first()
        return job is not None and job.outcome_is_unclear

    @property
    def is_charged_all_the_same(self) -> bool:
        """It was cancelled after a vendor was asked for it."""
        if self.status != Status.CANCELLED or not registry.is_hosted(self.engine):
            return False
        return RemoteJob.objects.filter(prediction=self.pk).exclude(price=0).exists()

    def get_absolute_url(self) -> str:
        return reverse("prediction", args=[self.pk])


class WebhookSecret(models.Model):
    """With what a person's webhooks are signed. It has to be kept as it is: signing needs it."""

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="webhook_secret"
    )
    secret = models.CharField(max_length=80)
    previous = models.CharField(max_length=80, blank=True)
    previous_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class WebhookDeliveryQuerySet(LeasedQuerySet["WebhookDelivery"]):
    def for_user(self, user: User) -> Self:
        return self.filter(owner=user)


class WebhookDelivery(Leased):
    """One finished prediction on its way to its client. Final: delivered, or a dead letter that can be sent again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="webhook_deliveries")
    prediction = models.ForeignKey(Prediction, on_delete=models.CASCADE, related_name="deliveries")
    url = models.TextField()
    event = models.CharField(max_length=40, help_text="The header webhook-id, the same in every try.")
    tries = models.PositiveSmallIntegerField(default=0)
    answer = models.PositiveSmallIntegerField(null=True, blank=True, help_text="The status of the last answer.")

    objects: ClassVar[WebhookDeliveryQuerySet] = WebhookDeliveryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at",)
        verbose_name_plural = "webhook deliveries"
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="deliveries_of_a_person"),
            models.Index(fields=["-created_at"], name="deliveries_by_time"),
            models.Index(fields=["owner", "started_at"], name="delivery_rate"),
            models.Index(fields=["status", "lease_until"], name="delivery_reaper"),
            models.Index(fields=["event"], name="deliveries_of_an_event"),
        ]
        constraints = [models.CheckConstraint(condition=Q(status__in=Status.values), name="delivery_status_is_known")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc


class RemoteJobQuerySet(LeasedQuerySet["RemoteJob"]):
    max_attempts = 30_000  # each look at the vendor is one; how long it may take is a matter of time

    def due(self) -> Self:
        t = now()
        return self.filter(Q(status=Status.CREATED, not_before__lte=t) | Q(status=Status.PROCESSING, lease_until__lt=t))

    def unfinished(self) -> Self:
        return self.filter(status__in=UNFINISHED)


class RemoteJob(Leased):
    """What a vendor does for a prediction, and what it costs: see `voiceclone.predictions.remote`.

    `status` says who holds the row now, `state` where things stand with the vendor. The row outlives its prediction: it
    is also the account book. It holds no text and no sound.
    """

    class State(models.TextChoices):
        QUEUED = "queued"  # nothing was sent yet, or what was sent was surely not taken
        SUBMITTING = "submitting"  # it may be on its way: written before it is sent
        UNKNOWN = "unknown"  # it was sent, and nobody knows whether it was taken
        WAITING = "waiting"  # the vendor works on `remote_id`
        FETCHING = "fetching"  # the result is there, and on its way to us
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    class Purpose(models.TextChoices):
        CLONE = "clone"
        PREVIEW = "preview"  # of a voice that was made, but whose own preview nobody knows
        SPEECH = "speech"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="remote_jobs")
    prediction = models.OneToOneField(Prediction, null=True, on_delete=models.SET_NULL, related_name="remote")
    engine = models.CharField(max_length=20)
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    is_own_key = models.BooleanField(default=False, help_text="The person's own account at the vendor pays.")
    account = models.CharField(max_length=16, help_text="Tells one key at the vendor from another.")
    voice_name = models.CharField(max_length=256, blank=True, help_text="The voice's ID at the vendor.")
    sample_url = models.TextField(blank=True, help_text="Where the vendor keeps the sample.")
    remote_id = models.CharField(max_length=100, blank=True, help_text="The task's ID at the vendor.")
    hinted_id = models.CharField(max_length=100, blank=True, help_text="The same, as a webhook said; not checked yet.")
    token = models.CharField(max_length=43, help_text="In the address of its webhook.")
    output = models.TextField(blank=True, help_text="Where the result lies.")
    submissions = models.PositiveSmallIntegerField(default=0)
    submitted_at = models.DateTimeField(null=True, blank=True)
    unknown_since = models.DateTimeField(null=True, blank=True)
    looks = models.PositiveIntegerField(default=0, help_text="At a task that was still under way.")
    failures = models.PositiveSmallIntegerField(default=0, help_text="In a row.")
    price = models.FloatField(default=0, help_text="US dollars by the price list; 0 once nothing is to be paid.")
    settled = models.FloatField(default=0, help_text="US dollars for what this job had done before.")

    objects: ClassVar[RemoteJobQuerySet] = RemoteJobQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at",)
        indexes = [
            models.Index(fields=["status", "not_before"], name="remote_jobs_due"),
            models.Index(fields=["owner", "created_at"], name="spending"),
            models.Index(fields=["-created_at"], name="remote_jobs_by_time"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=("queued", "submitting", "unknown", "waiting", "fetching", "done", "failed", "cancelled")
                ),
                name="remote_state_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("waiting", "fetching")) | ~Q(remote_id=""), name="what_we_wait_for_has_its_id"
            ),
            models.UniqueConstraint(
                fields=["engine", "account", "remote_id"],
                condition=~Q(remote_id=""),
                name="a_task_at_a_vendor_is_one_jobs",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def outcome_is_unclear(self) -> bool:
        """It was given up without knowing whether the vendor has done it, and charges for it."""
        return self.state == self.State.FAILED and self.unknown_since is not None and not self.remote_id
