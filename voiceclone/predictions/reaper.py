"""Periodic: hand out again what dead workers left, and repeat messages that got lost."""

from __future__ import annotations

from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import Prediction
from voiceclone.work.leases import reap as reap_rows


def reap() -> int:
    return reap_rows(Prediction.objects.all(), announce=lifecycle.announce, give_up=lifecycle.give_up)
