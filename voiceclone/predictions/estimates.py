"""How long it will take, learnt from past runs; and how many are before it in the queue."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from django.db.models import QuerySet
from django.utils.timezone import now

from voiceclone.predictions import pauses
from voiceclone.predictions.models import Prediction
from voiceclone.work.leases import Status

RUNS = 20
START = 20  # characters that could be spoken in the time that a task needs to start


@dataclass(frozen=True, slots=True)
class SpeakingPace:
    """How fast an engine speaks, for a page that says so while one types."""

    work: float  # seconds of work for each character, START of them counted on top
    sound: float  # seconds of sound for each character at speed 1, without written pauses


def expected_seconds(prediction: Prediction) -> float | None:
    """Median over the last runs of the same kind of seconds of work for each character; None without a past run."""
    paces = [_work(run) for run in _past_runs(prediction)]
    return median(paces) * (START + len(prediction.text)) if paces else None


def speaking_pace(engine: str) -> SpeakingPace | None:
    """Medians over the last speeches of that engine; None without a past run."""
    runs = [run for run in _past_runs(Prediction(engine=engine)) if run.seconds]
    if not runs:
        return None
    return SpeakingPace(work=median(map(_work, runs)), sound=median(map(_sound, runs)))


def _past_runs(prediction: Prediction) -> QuerySet[Prediction]:
    runs = Prediction.objects.similar(prediction).filter(status=Status.COMPLETED, started_at__isnull=False)
    return runs.only("input", "seconds", "started_at", "finished_at").order_by("-finished_at")[:RUNS]


def _work(run: Prediction) -> float:
    assert run.finished_at
    assert run.started_at
    return (run.finished_at - run.started_at).total_seconds() / (START + len(run.text))


def _sound(run: Prediction) -> float:
    said = len(pauses.without(run.text)) or 1
    return max(0.0, run.seconds - pauses.seconds(run.text)) * float(run.input.get("speed") or 1) / said


def seconds_left(prediction: Prediction) -> int | None:
    """Whole seconds, at least 1 while it runs; None where nothing is known."""
    expected = expected_seconds(prediction)
    if expected is None or prediction.started_at is None:
        return None
    return max(1, round(expected - (now() - prediction.started_at).total_seconds()))


def place_in_queue(prediction: Prediction) -> int:
    """1 is next."""
    return 1 + Prediction.objects.filter(status=Status.CREATED, created_at__lt=prediction.created_at).count()
