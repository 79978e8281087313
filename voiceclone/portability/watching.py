"""What a page needs to watch an export or an erasure: "anything new?" is cheap, and asked less as time goes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from voiceclone.portability.models import Erasure, Export
from voiceclone.predictions.watching import INTERVALS, SLOWEST

EXPORT_STAGES = {
    "listing": _("Writing down what there is"),
    "copying": _("Copying your recordings and speeches"),
    "finishing": _("Writing the table of contents"),
}
ERASURE_STAGES = {
    "speeches": _("Deleting what was spoken"),
    "voices": _("Deleting voices"),
    "samples": _("Deleting recordings"),
    "traces": _("Deleting every mention"),
    "checking": _("Making sure that nothing comes back"),
}


def context(row: Export | Erasure) -> dict[str, Any]:
    """For `portability/_poller.html` and what it is in."""
    age = (now() - row.created_at).total_seconds()
    interval = next((pause for limit, pause in INTERVALS if age < limit), SLOWEST)
    stages = EXPORT_STAGES if isinstance(row, Export) else ERASURE_STAGES
    return {
        "row": row,
        "interval": interval,
        "seen": f"{row.status}-{row.stage}-{row.done}-{interval}",
        "stage": stages.get(row.stage, _("Waiting for a worker") if not row.attempts else _("Going on")),
    }


def changes(request: HttpRequest, row: Export | Erasure, template: str) -> HttpResponse:
    """204: nothing new. 200: what is. 286: that was the last of it."""
    found = context(row)
    if row.is_unfinished and request.GET.get("seen") == found["seen"]:
        return HttpResponse(status=204)
    return render(request, template, found, status=200 if row.is_unfinished else 286)
