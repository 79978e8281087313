"""The report card as the clone page needs it: for the site's engine, and what it sets in the form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from voiceclone.engines import registry
from voiceclone.samples import findings, fixes, report
from voiceclone.samples.findings import Card
from voiceclone.samples.models import Sample

LEAST_TO_CUT = 2 * fixes.SHORTEST_PART  # seconds


def report_card(sample: Sample) -> Card:
    """Measures the sample where that was not done yet: about a second."""
    hears = registry.capabilities(settings.ENGINE).hears
    return findings.card(report.obtain(sample), hears, cleaned="clean" in fixes.edits_of(sample))


def noise_reduction(given: Mapping[str, Any], card: Card) -> bool:
    """Whether it is to be on: what the card says, unless the person has set the form to something else before."""
    chosen = "need_noise_reduction" in given
    return card.reduces_noise if chosen == (given.get("noise_default") == "True") else chosen


def context(sample: Sample, card: Card | None = None) -> dict[str, Any]:
    """What `_sample.html` and its parts show of a sample."""
    return {
        "sample": sample,
        "card": card,
        "edits": fixes.edits_of(sample),
        "noise_reason": _reason(card) if card else "",
        "part": _part(sample, card) if card and sample.source_sample.seconds >= LEAST_TO_CUT else None,
    }


def _reason(card: Card) -> str:
    if not card.reduces_noise:
        return ""
    snr = round(card.quality.snr_db)
    return _("On, because there is noise in the background (%(snr)d\u00a0dB below the speech).") % {"snr": snr}


def _part(sample: Sample, card: Card) -> dict[str, Any]:
    """What the trimmer shows: the seconds that are used now, of the recording as it came."""
    source, edits = sample.source_sample, fixes.edits_of(sample)
    start, end = edits.get("start", 0.0), edits.get("end", source.seconds)
    if card.is_long and card.quality.heard_until < card.quality.seconds:
        end = start + card.quality.heard_until
    return {
        "start": start,
        "end": end,
        "length": end - start,
        "percent_start": 100 * start / source.seconds,
        "percent_length": 100 * (end - start) / source.seconds,
        "is_shown": "start" in edits or card.is_long,
    }
