"""The report card, asked for by the page when a sample has arrived, and the fixes that it offers."""

from __future__ import annotations

import math
import uuid
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from voiceclone.accounts.requests import PersonRequest
from voiceclone.cloning import card
from voiceclone.cloning.forms import CloneForm
from voiceclone.cloning.reading_views import sentence
from voiceclone.cloning.submit import learn_early
from voiceclone.samples import fixes
from voiceclone.samples.findings import CLEAN, CLEAREST, RAISE
from voiceclone.samples.intake import SampleRefused
from voiceclone.samples.models import Sample
from voiceclone.voices.models import Approval, Evidence


@login_required
@require_GET
def report(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The card of a sample, with the part of it that is used and the form's default for noise reduction beside it."""
    sample = get_object_or_404(Sample.objects.for_user(request.user), pk=pk)
    found = card.report_card(sample)
    learn_early(sample, found)
    reduce = card.noise_reduction(request.GET, found)
    form = CloneForm(request.user, initial={"need_noise_reduction": reduce, "noise_default": found.reduces_noise})
    return render(request, "cloning/_report_arrives.html", {**card.context(sample, found), "form": form})


@login_required
@require_POST
def fix(request: PersonRequest) -> HttpResponse:
    """Another version of the sample takes its place in the form."""
    mine = Sample.objects.for_user(request.user)
    sample = get_object_or_404(mine, pk=as_uuid(request.POST.get("sample", "")))
    try:
        return sample_card(request, _fixed(sample, request.POST))
    except SampleRefused as error:
        return sample_card(request, sample, str(error))


def _fixed(sample: Sample, given: QueryDict) -> Sample:
    """Raises SampleRefused, and Http404 for what is no fix."""
    match given.get("fix"):
        case "original":
            return sample.source_sample
        case "part":
            return fixes.part(sample, _seconds(given, "start"), _seconds(given, "end"))
        case name if name == RAISE:
            return fixes.raised(sample)
        case name if name == CLEAN:
            return fixes.cleaned(sample)
        case name if name == CLEAREST:
            return fixes.clearest(sample)
    raise Http404


def _seconds(given: QueryDict, name: str) -> float:
    try:
        seconds = float(given.get(name, ""))
    except ValueError:
        seconds = math.nan
    if not math.isfinite(seconds):
        raise SampleRefused(_("A part begins and ends at a number of seconds."))
    return seconds


def sample_card(
    request: PersonRequest, sample: Sample | None = None, error: str = "", reading: Evidence | None = None
) -> HttpResponse:
    """The sample with its report; the page around it, with all that was typed, where there is no JavaScript.

    `reading`: the sentence of consent, which the sample says.
    """
    status = 422 if error else 200
    if request.htmx:
        shown = card.context(sample) if sample else {}  # the page asks for the report by itself
        form = CloneForm(request.user, initial={"sample": sample.pk if sample else None})
        form.kept_reading = reading
        return render(request, "cloning/_sample.html", {**shown, "form": form, "error": error}, status=status)
    initial = CloneForm.initial_values(request.user) | {
        name: request.POST[name] for name in CloneForm.base_fields if name in request.POST
    }
    if sample:
        found = card.report_card(sample)
        learn_early(sample, found)
        initial["need_noise_reduction"] = card.noise_reduction(request.POST, found)
        initial |= {"sample": sample.pk, "noise_default": found.reduces_noise}
    form = CloneForm(request.user, initial=initial)
    return render(request, "cloning/clone.html", {**page(form, sample), "error": error}, status=status)


def page(form: CloneForm, sample: Sample | None) -> dict[str, Any]:
    """What the whole clone page shows."""
    asked = Approval.objects.for_user(form.user).exclude(state=Approval.State.APPROVED)
    wanted = sentence(form.user, str(form["custom_voice_id"].value() or ""))
    shown = card.context(sample, card.report_card(sample)) if sample else {}
    return {"form": form, "nonce": uuid.uuid4().hex, "approvals": asked, **wanted, **shown}


def as_uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
