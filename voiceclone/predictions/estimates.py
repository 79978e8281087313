"""How long it will take, learnt from past runs; and how many are before it in the queue."""

from __future__ import annotations

from statistics import median

from django.utils.timezone import now

from voiceclone.predictions.models import Prediction
from voiceclone.work.leases import Status

RUNS = 20


def expected_seconds(prediction: Prediction) -> float | None:
    """Median over the last runs of the same kind of seconds of work for each character; None without a past run."""
    runs = Prediction.objects.similar(prediction).filter(status=Status.COMPLETED).order_by("-finished_at")[:RUNS]
    paces = [
        (run.finished_at - run.started_at).total_seconds() / (20 + len(run.text))
        for run in runs
        if run.finished_at and run.started_at
    ]
    return median(paces) * (20 + len(prediction.text)) if paces else None


def seconds_left(prediction: Prediction) -> int | None:
    """Whole seconds, at least 1 while it runs; None where nothing is known."""
    expected = expected_seconds(prediction)
    if expected is None or prediction.started_at is None:
        return None
    return max(1, round(expected - (now() - prediction.started_at).total_seconds()))


def place_in_queue(prediction: Prediction) -> int:
    """1 is next."""
    return 1 + Prediction.objects.filter(status=Status.CREATED, created_at__lt=prediction.created_at).count()
