"""The consent that a voice rests on: who said, in which words, that it may be cloned, and what shows that they did."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from voiceclone.accounts.models import User
from voiceclone.samples.models import Sample
from voiceclone.work.files import erase_folder
from voiceclone.work.leases import Leased, LeasedQuerySet, Status


class Whose(models.TextChoices):
    """Whose voice it is, as the person says who clones it."""

    MINE = "mine", _("My own")
    PERMISSION = "permission", _("Somebody else's, with their permission")
    CANNOT_SPEAK = "cannot_speak", _("Of somebody who cannot read aloud any more")
    NOBODY = "nobody", _("Nobody's: the project made the speech itself")


class EvidenceUsed(ValueError):
    """It belongs to another consent, or was deleted; the message is a sentence."""


class Consent(models.Model):
    """Who said, in which words, that this voice may be cloned. Written once, never changed."""

    class Method(models.TextChoices):
        TICKED = "ticked", _("Ticked")
        NOTED = "noted", _("noted")
        READ_ALOUD = "read_aloud", _("read aloud")
        APPROVED = "approved", _("declared, and approved by an admin")
        PASSPORT = "passport", _("ticked at the import of a voice passport")
        API = "api", _("declared by a request of a program")

    VERSION = "2026-11"
    STATEMENT = "This is my own voice, or I have the speaker's permission to clone it."
    API_STATEMENT = (
        "Whoever clones through the API declares with each request that it is their own voice, or that they have the "
        "speaker's permission to clone it."
    )
    STATEMENTS: ClassVar[dict[str, str]] = {
        Whose.MINE: "This is my own voice, and I agree that it is cloned here.",
        Whose.PERMISSION: "This is somebody else's voice, and I have their permission to clone it.",
        Whose.CANNOT_SPEAK: (
            "This is the voice of somebody who cannot read a sentence aloud any more. It is mine, or I act for that "
            "person and at their wish."
        ),
        Whose.NOBODY: "The project made this speech itself, by synthesis; it belongs to nobody.",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consents")
    method = models.CharField(max_length=12, choices=Method.choices, default=Method.TICKED)
    whose = models.CharField(max_length=12, choices=Whose.choices, blank=True, help_text="Empty: one or the other.")
    statement = models.TextField()
    version = models.CharField(max_length=12)
    sha256 = models.CharField(max_length=64, help_text="Of the statement.")
    declaration = models.TextField(blank=True, help_text="In the person's own words.")
    heard = models.TextField(blank=True, help_text="Of a statement that was read aloud: the words that were heard.")
    agreement = models.FloatField(null=True, blank=True, help_text="Of the two, in 0…1.")
    likeness = models.FloatField(
        null=True, blank=True, help_text="Of the voice that read it and the sample's, in 0…1; see docs/likeness.md."
    )
    given_at = models.DateTimeField(default=now)
    original = models.JSONField(
        default=dict, blank=True, help_text="Of an imported voice: the consent that its passport carries."
    )

    class Meta:
        indexes = [models.Index(fields=["-given_at"], name="consents_by_time")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("a consent is never changed")
        super().save(*args, **kwargs)

    @classmethod
    def give(
        cls,
        person: User,
        original: dict[str, Any] | None = None,
        method: str = Method.TICKED,
        evidence: Evidence | None = None,
        **facts: Any,
    ) -> Consent:
        """Now, by `person`. `original`: the consent in the passport of a voice that is imported.

        Evidence shows one consent and no other: raises EvidenceUsed, so call it in the transaction that uses it.
        """
        by_program = method == cls.Method.API
        statement = facts.pop("statement", cls.API_STATEMENT if by_program else cls.STATEMENT)
        consent = cls.objects.create(
            person=person,
            method=cls.Method.PASSPORT if original else method,
            statement=statement,
            version=cls.VERSION,
            sha256=hashlib.sha256(statement.encode()).hexdigest(),
            original=original or {},
            **facts,
        )
        if evidence and not Evidence.objects.filter(pk=evidence.pk, consent=None).update(consent=consent):
            raise EvidenceUsed(gettext("This was read or given for another voice already. Read a new sentence."))
        return consent


def evidence_path(evidence: Evidence, filename: str) -> str:
    return f"evidence/{evidence.pk}/{'reading.flac' if evidence.is_reading else 'file'}"


class EvidenceQuerySet(LeasedQuerySet["Evidence"]):
    def for_user(self, user: User) -> Self:
        return self.filter(owner=user)

    def readings(self) -> Self:
        return self.filter(kind=Evidence.Kind.READING)


class Evidence(Leased):
    """What shows that a consent was given: a sentence read aloud, which a worker compares, or a file.

    Its file goes with the voice, or with the account; what was read and heard stays with the consent.
    """

    class Kind(models.TextChoices):
        READING = "reading"
        FILE = "file"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="evidence")
    consent = models.OneToOneField(
        Consent, null=True, blank=True, on_delete=models.CASCADE, related_name="evidence", help_text="Once it is given."
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    file = models.FileField(upload_to=evidence_path)
    original_name = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64, help_text="Of the file.")
    sample = models.ForeignKey(
        Sample, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", help_text="Which it was read for."
    )
    voice_id = models.CharField("voice ID", max_length=256, blank=True, help_text="Which the sentence names.")
    sentence = models.TextField(blank=True)
    read = models.TextField(
        blank=True, help_text="All that was to be read, where the sentence is the end of it; empty: the sentence alone."
    )
    code_words = models.JSONField(default=list, help_text="Its words that were drawn by lot.")
    heard = models.TextField(blank=True)
    agreement = models.FloatField(null=True, blank=True, help_text="0…1")
    likeness = models.FloatField(null=True, blank=True, help_text="To the sample's voice, 0…1.")

    objects: ClassVar[EvidenceQuerySet] = EvidenceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name_plural = "evidence"
        indexes = [
            models.Index(fields=["status", "lease_until"], name="evidence_reaper"),
            models.Index(fields=["owner", "-created_at"], name="evidence_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def is_reading(self) -> bool:
        return self.kind == self.Kind.READING

    @property
    def is_good(self) -> bool:
        return self.status == Status.COMPLETED

    def erase(self) -> None:
        """Delete the row and the file, for real."""
        folder = f"evidence/{self.pk}"
        self.delete()
        erase_folder(folder)


class ApprovalQuerySet(models.QuerySet["Approval"]):
    def for_user(self, user: User) -> Self:
        return self.filter(owner=user)

    def waiting(self) -> Self:
        return self.filter(state=Approval.State.WAITING)


class Approval(models.Model):
    """A clone that waits for an admin, because nobody can read its sentence aloud; with all that starts it then."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for an admin of this site")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused by an admin of this site")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="approvals")
    voice_id = models.CharField("voice ID", max_length=256)
    whose = models.CharField(max_length=12, choices=Whose.choices)
    declaration = models.TextField(help_text="In the person's own words.")
    sample = models.ForeignKey(Sample, on_delete=models.CASCADE, related_name="approvals")
    evidence = models.OneToOneField(Evidence, null=True, blank=True, on_delete=models.SET_NULL, related_name="approval")
    engine = models.CharField(max_length=20)
    inputs = models.JSONField(help_text="Of the clone, in the names of the v3 contract.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField(default=now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects: ClassVar[ApprovalQuerySet] = ApprovalQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-asked_at",)
        indexes = [models.Index(fields=["-asked_at"], name="approvals_by_time")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at=None) | (~Q(state="waiting") & Q(decided_at__isnull=False)),
                name="an_approval_says_when_it_was_decided",
            )
        ]

    def __str__(self) -> str:
        return self.voice_id
