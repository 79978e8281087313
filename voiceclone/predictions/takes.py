"""Takes: the preview of a voice, said once more by the same voice, otherwise. The best is the one most like the sample.

A take is a prediction of its own beside the first one: it has the same text and settings and another seed. It is a
preview too, so it is no use of the voice, and it goes with its voice or with the first one.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from voiceclone.engines import registry
from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import Prediction
from voiceclone.voices import retention
from voiceclone.voices.retention import NotUsable
from voiceclone.work.leases import Status

MOST = 8
"""Takes of one preview that are kept at a time, the first one among them."""


@dataclass(frozen=True, slots=True)
class Take:
    task: Prediction
    number: int  # in the order in which they were made, from 1
    is_best: bool = False
    is_newest: bool = False


@dataclass(frozen=True, slots=True)
class Takes:
    """What there is of one preview."""

    first: Prediction
    heard: list[Take]  # those with sound, the best first
    running: Prediction | None
    chosen: Take | None
    """The one that is looked at; where that has no sound, the best."""
    problem: str
    """Why there cannot be another one now, as a sentence; empty where there can."""

    @property
    def most(self) -> int:
        return MOST

    @property
    def can_be_more(self) -> bool:
        """Whether this engine says a text in more than one way."""
        return _can_vary(self.first.engine)


def another(task: Prediction) -> Prediction:
    """Have the preview of a voice said otherwise. One that is under way is that one. Raises NotUsable."""
    with transaction.atomic():
        if task.voice is None:
            raise NotUsable(_("The voice of this preview is not there any more, so there is no other take of it."))
        retention.lock(task.voice)  # so that two at once make one
        found = of(task)
        if found.running:
            return found.running
        if found.problem:
            raise NotUsable(found.problem)
        first = found.first
        seed = 1 + secrets.randbelow(2**31 - 1)  # fits every database's integer
        return lifecycle.submit(
            first.owner, first.model, first.engine, task.voice, first.input, take_of=first, seed=seed
        )


def of(task: Prediction) -> Takes:
    """All takes of the preview that `task` is one of."""
    pk = task.take_of_id or task.pk
    mine = Prediction.objects.filter(Q(pk=pk) | Q(take_of=pk), owner=task.owner_id)
    rows = list(mine.select_related("voice__sample").order_by("created_at", "pk"))
    first = next(row for row in rows if row.pk == pk)
    with_sound = [row for row in rows if row.status == Status.COMPLETED and row.audio]
    best = _best(rows)
    heard = [Take(row, i, row is best, i == len(with_sound)) for i, row in enumerate(with_sound, 1)]
    heard.sort(key=lambda take: _alike(take.task), reverse=True)
    running = next((row for row in rows if row.is_take and row.is_unfinished), None)
    chosen = next((take for take in heard if take.task.pk == task.pk), heard[0] if heard else None)
    return Takes(first, heard, running, chosen, _problem(first, len(with_sound)))


def preview(clone: Prediction) -> Prediction | None:
    """What is heard where a voice has one preview: its best take; None where nothing was said."""
    return _best([clone, *clone.takes.all()])


def _best(rows: Iterable[Prediction]) -> Prediction | None:
    """Of those with sound, the one most like the sample; of several as alike, the oldest."""
    with_sound = [row for row in rows if row.status == Status.COMPLETED and row.audio]
    return max(sorted(with_sound, key=lambda row: row.created_at), key=_alike, default=None)


def _can_vary(engine: str) -> bool:
    return engine in registry.available() and registry.capabilities(engine).takes


def _alike(task: Prediction) -> float:
    return -1.0 if task.likeness is None else task.likeness


def _problem(first: Prediction, count: int) -> str:
    if not _can_vary(first.engine):
        return _("The engine of this voice says a text in one way only, so there is no other take.")
    if first.voice is None:
        return _("The voice of this preview is not there any more, so there is no other take of it.")
    if not first.is_clone or first.status != Status.COMPLETED:
        return _("There is no preview yet of which there could be another take.")
    if count >= MOST:
        return _("These are {most} takes, which is the limit. Delete one to try another.").format(most=MOST)
    return retention.problem(first.voice)
