"""A task in words: which steps it goes through, where it is, and how far."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from voiceclone.engines import registry
from voiceclone.engines.base import EngineError
from voiceclone.predictions import estimates
from voiceclone.predictions.models import Prediction
from voiceclone.predictions.remote import words as remote
from voiceclone.work.leases import Status

CLONE_STEPS = {
    "checking": _("Checking your sample"),
    "listening": _("Listening to your sample"),
    "learning": _("Learning your voice"),
    "speaking": _("Speaking"),
}
SPEECH_STEPS = {"starting": _("Preparing the voice"), "speaking": _("Speaking")}
WEIGHTS = {"checking": 1, "listening": 4, "learning": 5, "starting": 1, "speaking": 4}


@dataclass(frozen=True, slots=True)
class Step:
    text: str
    state: str  # "done", "now" or "" (still to come)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text: one sentence as it is spoken, or what lies between two."""

    text: str
    number: int | None  # of the sentence, from 0; None for what lies between


def sentence(task: Prediction) -> str:
    """Where the task is, for a screen reader and for a card."""
    if task.status == Status.CREATED:
        place = estimates.place_in_queue(task)
        if place > 1:
            return gettext("In queue, number {place}").format(place=place)
        return gettext("Next in the queue") if Prediction.objects.in_work().exists() else gettext("Starting")
    if task.status == Status.PROCESSING:
        return next(
            (step.text for step in steps(task) if step.state == "now"),
            gettext("Finishing") if task.stage else gettext("Starting"),
        )
    if task.status == Status.COMPLETED:
        if task.is_take:
            return gettext("Another take is ready.")
        return gettext("Your clone is ready.") if task.is_clone else gettext("Your speech is ready.")
    return gettext("Cancelled.") if task.status == Status.CANCELLED else gettext("It did not work.")


def steps(task: Prediction) -> list[Step]:
    words, waits = _words(task), task.status == Status.CREATED
    names, stage = list(words), "" if waits else _stage(task)
    at = names.index(stage) if stage in names else len(names) if stage else -1
    turn = [Step(gettext("Waiting its turn"), "now")] if waits else []
    return turn + [
        Step(_text(task, name, words[name], place == at), "done" if place < at else "now" if place == at else "")
        for place, name in enumerate(names)
    ]


def _words(task: Prediction) -> dict[str, str]:
    if registry.is_hosted(task.engine):
        return remote.steps(task.engine, task.stage)
    return {name: str(text) for name, text in (CLONE_STEPS if task.makes_voice else SPEECH_STEPS).items()}


def _stage(task: Prediction) -> str:
    return remote.step_of(task.stage) if registry.is_hosted(task.engine) else task.stage


def _text(task: Prediction, name: str, text: str, is_now: bool) -> str:
    if name == "speaking" and is_now and task.total:
        return gettext("Speaking {number} of {total}").format(number=min(task.done + 1, task.total), total=task.total)
    return text


def percent(task: Prediction) -> int:
    """How much of the work is done, from the steps behind it and its way through this one."""
    names, stage = list(_words(task)), _stage(task)
    if stage not in names:
        return 99 if stage else 0
    weights = remote.WEIGHTS if registry.is_hosted(task.engine) else WEIGHTS
    at = names.index(stage)
    behind = sum(weights[name] for name in names[:at])
    here = weights[stage] * (task.done / task.total if task.total else 0)
    return min(99, round(100 * (behind + here) / sum(weights[name] for name in names)))


def pieces(task: Prediction) -> list[Piece]:
    """The whole text in its order, cut where the engine will cut it; one piece where that is not known."""
    found, at = [], 0
    for number, spoken in enumerate(_sentences(task)):
        start = task.text.find(spoken, at) if spoken else -1
        if start >= 0:
            found += [Piece(task.text[at:start], None), Piece(spoken, number)]
            at = start + len(spoken)
    return [piece for piece in [*found, Piece(task.text[at:], None)] if piece.text]


def being_said(task: Prediction) -> str:
    """The sentence that is being made now; empty where that is not known."""
    spoken = _sentences(task) if task.stage == "speaking" else []
    return spoken[task.done] if task.done < len(spoken) else ""


def _sentences(task: Prediction) -> list[str]:
    try:
        return registry.get(task.engine).sentences(task.text)
    except (EngineError, ValueError):  # a text that this engine refuses; an engine that is not installed any more
        return []
