"""The sentence of consent on the clone page: shown, read, compared; and clones that wait for an admin."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from voiceclone.accounts.models import User
from voiceclone.accounts.requests import PersonRequest
from voiceclone.cloning import approvals
from voiceclone.samples.intake import SampleRefused
from voiceclone.samples.models import Sample
from voiceclone.voices import readings, voice_id
from voiceclone.voices.models import Approval, Evidence


@login_required
@require_http_methods(["GET", "POST"])
def read_aloud(request: PersonRequest) -> HttpResponse:
    """GET: a fresh sentence for ?custom_voice_id=. POST: it was read, or the sample says it; a worker compares it."""
    if request.method == "GET":
        return _box(request, request.GET.get("custom_voice_id", ""))
    upload = request.FILES.get("reading_file")
    wanted, is_sample = request.POST.get("custom_voice_id", ""), "sample_says_it" in request.POST
    if upload is None and not is_sample:
        return _box(request, wanted, gettext("No recording arrived. Read the sentence again."))
    sample = _sample(request)
    if sample is None:
        return _box(request, wanted, gettext("Give a voice first, in step 1: the sentence is compared with it."))
    try:
        challenge = readings.unsign(request.user, request.POST.get("challenge", ""))
        if upload is None:
            reading = readings.from_sample(sample, challenge)
        else:
            reading = readings.take_in(request.user, upload, challenge, sample)
    except (readings.Stale, SampleRefused) as error:
        return _box(request, wanted, str(error))
    return render(request, "cloning/_reading.html", {"reading": reading})


@login_required
@require_GET
def reading(request: PersonRequest, pk: UUID) -> HttpResponse:
    """How far the comparison is; where it did not match, with a new sentence."""
    found = get_object_or_404(Evidence.objects.for_user(request.user).readings(), pk=pk)
    return render(request, "cloning/_reading.html", {"reading": found, **sentence(request.user, found.voice_id)})


@login_required
@require_POST
def withdraw(request: PersonRequest, pk: UUID) -> HttpResponse:
    approvals.withdraw(get_object_or_404(Approval.objects.for_user(request.user), pk=pk))
    return redirect("clone")


def sentence(user: User, wanted: str) -> dict[str, object]:
    """What a page needs to show a sentence for a voice ID; nothing to read where it is none."""
    wanted = wanted.strip()
    if not wanted or voice_id.problem(wanted):
        return {"challenge": None}
    challenge = readings.draw(wanted)
    return {"challenge": challenge, "token": readings.sign(user, challenge)}


def read_with(sample: Sample, token: str) -> Evidence | None:
    """The sentence, where it was on screen while the sample was recorded: then nothing has to be read a second time."""
    try:
        challenge = readings.unsign(sample.owner, token)
    except readings.Stale:
        return None
    return readings.from_sample(sample, challenge) if readings.ends_with(sample.transcript, challenge) else None


def _box(request: PersonRequest, wanted: str, error: str = "") -> HttpResponse:
    context = {**sentence(request.user, wanted), "reading_error": error}
    return render(request, "cloning/_reading.html", context, status=422 if error else 200)


def _sample(request: PersonRequest) -> Sample | None:
    try:
        return Sample.objects.for_user(request.user).filter(pk=UUID(request.POST.get("sample", ""))).first()
    except ValueError:
        return None
