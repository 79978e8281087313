"""How much there is of a person: what a deletion says before, and its receipt after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.core.files.storage import default_storage

from voiceclone.accounts.models import User
from voiceclone.portability.models import Export
from voiceclone.predictions.models import CLONE, Prediction
from voiceclone.samples.models import Sample, Upload
from voiceclone.voices.models import Enrolment, Evidence, Voice


@dataclass(frozen=True, slots=True)
class Inventory:
    voices: int  # also those of which only a tombstone is left
    samples: int
    speeches: int
    previews: int
    consents: int
    size: int  # bytes of sound, and of what was learnt from it

    @property
    def items(self) -> int:
        """Steps of an erasure: rows that have files."""
        return self.voices + self.samples + self.speeches + self.previews


def take(user: User) -> Inventory:
    tasks = Prediction.objects.for_user(user)
    return Inventory(
        voices=Voice.objects.for_user(user).count(),
        samples=Sample.objects.for_user(user).count(),
        speeches=tasks.exclude(model=CLONE).count(),
        previews=tasks.filter(model=CLONE).count(),
        consents=user.consents.count(),
        size=sum(_size(name) for name in _files(user) if name),
    )


def _files(user: User) -> Iterator[str]:
    yield from Sample.objects.for_user(user).values_list("file", flat=True).iterator()
    yield from Upload.objects.for_user(user).values_list("file", flat=True).iterator()
    yield from Voice.objects.for_user(user).values_list("profile", flat=True).iterator()
    yield from Enrolment.objects.filter(sample__owner=user).values_list("profile", flat=True).iterator()
    yield from Evidence.objects.for_user(user).values_list("file", flat=True).iterator()
    yield from Export.objects.for_user(user).values_list("archive", flat=True)
    for names in Prediction.objects.for_user(user).values_list("audio", "master").iterator():
        yield from names


def _size(name: str) -> int:
    try:
        return int(default_storage.size(name))
    except FileNotFoundError:
        return 0
