"""How a task looks in a page."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _

from voiceclone.engines import registry
from voiceclone.predictions import estimates, naming, steps, takes
from voiceclone.predictions.models import Prediction
from voiceclone.voices import likeness

register = template.Library()


@register.simple_tag
def progress_of(task: Prediction) -> dict[str, Any]:
    """Everything about a running task that changes while one watches."""
    return {
        "steps": steps.steps(task),
        "percent": steps.percent(task),
        "seconds_left": estimates.seconds_left(task),
        "sentence": steps.sentence(task),
    }


@register.simple_tag
def likeness_of(task: Prediction) -> likeness.Likeness | None:
    """How alike the voice was, beside what real people reach; None where that is not known."""
    return likeness.describe(task.likeness) if task.likeness is not None and task.audio else None


register.filter("language_name", naming.language)
register.filter("likeness_figure", likeness.figure)


@register.simple_tag
def takes_of(task: Prediction) -> takes.Takes | None:
    """Of a preview: all that were made of it; None for a speech, and for a clone that has not said its preview yet."""
    return takes.of(task) if task.is_take or (task.is_clone and task.audio) else None


@register.filter
def preview(clone: Prediction | None) -> Prediction | None:
    """What is heard of a clone where there is room for one take: the best."""
    return takes.preview(clone) if clone else None


@register.filter
def sentence(task: Prediction) -> str:
    return steps.sentence(task)


@register.filter
def engine_label(name: str) -> str:
    return naming.label(name)


@register.filter
def engine_name(name: str) -> str:
    return naming.title(name)


@register.filter
def engine_notes(name: str) -> list[str]:
    """What this engine cannot do, a plain sentence each."""
    return [_(note) for note in registry.capabilities(name).notes] if name in registry.available() else []
