"""Which workers are alive, and when each periodic function is due."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils.timezone import now


class Worker(models.Model):
    """A worker process that said so a moment ago."""

    ALIVE = timedelta(seconds=15)

    name = models.CharField(max_length=64, primary_key=True)
    seen_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return self.name

    @property
    def is_alive(self) -> bool:
        return self.seen_at > now() - self.ALIVE

    @classmethod
    def beat(cls, name: str) -> None:
        cls.objects.update_or_create(name=name, defaults={"seen_at": now()})

    @classmethod
    def alive(cls) -> int:
        return cls.objects.filter(seen_at__gt=now() - cls.ALIVE).count()


class PeriodicRun(models.Model):
    """When a periodic function runs next. Claimed by a conditional UPDATE, so any number of schedulers may run."""

    name = models.CharField(max_length=100, primary_key=True)
    due_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def waiting(cls) -> set[str]:
        """What need not be claimed yet: one query instead of one for each name."""
        return set(cls.objects.filter(due_at__gt=now()).values_list("name", flat=True))

    @classmethod
    def claim(cls, name: str, seconds: float) -> bool:
        """Whether it is this caller's turn to run it now."""
        t = now()
        _, created = cls.objects.get_or_create(name=name, defaults={"due_at": t + timedelta(seconds=seconds)})
        due = cls.objects.filter(name=name, due_at__lte=t)
        return created or due.update(due_at=t + timedelta(seconds=seconds)) == 1
