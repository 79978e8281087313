"""The clone page: give a sample, name the voice, hear the clone."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import push_url, reswap, retarget

from voiceclone.accounts.models import User
from voiceclone.accounts.requests import PersonRequest
from voiceclone.cloning import approvals, card
from voiceclone.cloning.demo import demo_sample
from voiceclone.cloning.fixing import as_uuid, page, sample_card
from voiceclone.cloning.forms import CloneForm
from voiceclone.cloning.reading_views import read_with
from voiceclone.cloning.submit import Duplicate, learn_early, submit
from voiceclone.predictions import catalog, watching
from voiceclone.predictions.models import CLONE, Prediction
from voiceclone.predictions.remote.spending import CannotPay
from voiceclone.samples.intake import SampleRefused, take_in
from voiceclone.samples.models import Sample
from voiceclone.voices import voice_id
from voiceclone.voices.models import EvidenceUsed


@login_required
@require_http_methods(["GET", "POST"])
def clone(request: PersonRequest) -> HttpResponse:
    if request.method == "GET":
        return _show(request)
    form = CloneForm(request.user, request.POST, request.FILES)
    if not form.is_valid():
        return _again(request, form)
    if form.needs_approval:
        return _ask_an_admin(request, form)
    try:
        nonce = request.POST.get("nonce", "")[:64] or None
        given = form.cleaned_data
        prediction = submit(
            *(request.user, given["sample"], form.inputs(), nonce),
            engine=given["engine"],
            give_consent=form.give_consent,
        )
    except Duplicate as error:
        form.add_error("custom_voice_id", str(error))
        return _again(request, form)
    except (CannotPay, EvidenceUsed) as error:
        form.add_error("engine" if isinstance(error, CannotPay) else "reading", str(error))
        return _again(request, form)
    here = f"{reverse('clone')}?task={prediction.pk}"
    if not request.htmx:
        return redirect(here)
    context = {
        "nonce": uuid.uuid4().hex,
        "next_form": CloneForm(request.user, initial=CloneForm.initial_values(request.user)),
        **_watching(prediction, request.user),
    }
    return push_url(render(request, "predictions/_result.html", context), here)


def _ask_an_admin(request: PersonRequest, form: CloneForm) -> HttpResponse:
    try:
        approval = approvals.ask(request.user, form)
    except approvals.TooMany as error:
        form.add_error("declaration", str(error))
        return _again(request, form)
    if not request.htmx:
        return redirect("clone")
    return render(request, "cloning/_waiting.html", {"approval": approval})


def _show(request: PersonRequest) -> HttpResponse:
    """An empty form; or filled in as for the task ?task= (shown beside it) or ?again=; or with the sample ?sample=."""
    task = sample = None
    if "task" in request.GET or "again" in request.GET:
        mine = Prediction.objects.for_user(request.user).filter(model=CLONE).select_related("voice__sample", "sample")
        task = get_object_or_404(mine, pk=request.GET.get("task") or request.GET.get("again"))
        sample = task.sample
    elif "sample" in request.GET:
        sample = get_object_or_404(Sample.objects.for_user(request.user), pk=as_uuid(request.GET["sample"]))
    initial = CloneForm.initial_values(request.user)
    if task:
        initial |= {name: value for name, value in task.input.items() if name != "custom_voice_id"}
        initial["engine"] = task.engine
    if sample:
        found = card.report_card(sample)
        initial |= {"sample": sample.pk, "noise_default": found.reduces_noise}
        if not task:
            initial["need_noise_reduction"] = found.reduces_noise
            learn_early(sample, found)
    form = CloneForm(request.user, initial=initial)
    context = {**page(form, sample), **(_watching(task, request.user) if task and "task" in request.GET else {})}
    return render(request, "cloning/clone.html", context)


def _again(request: PersonRequest, form: CloneForm) -> HttpResponse:
    """The form with its errors and everything that was given, the sample included."""
    context = page(form, form.kept_sample)
    if not request.htmx:
        return render(request, "cloning/clone.html", context, status=422)
    return reswap(retarget(render(request, "cloning/_form.html", context, status=422), "#clone-form"), "outerHTML")


def _watching(task: Prediction, user: User) -> dict[str, Any]:
    version = User.objects.values_list("changes", flat=True).get(pk=user.pk)
    return watching.page_of(task, version)


@login_required
@require_http_methods(["GET", "POST"])
def upload(request: PersonRequest) -> HttpResponse:
    """A sample arrives before the form is sent: keep it and show it. GET: the card without a sample."""
    if request.method == "GET":
        return sample_card(request)
    file = request.FILES.get("file")
    if file is None:
        return sample_card(request, error=_("No file arrived. Choose one again."))
    recorded = request.POST.get("source") == Sample.Source.RECORDING
    source = Sample.Source.RECORDING if recorded else Sample.Source.UPLOAD
    try:
        sample = take_in(request.user, file, source, request.POST.get("script", "")[: catalog.MAX_READ_TEXT])
    except SampleRefused as error:
        return sample_card(request, error=str(error))
    return sample_card(request, sample, reading=read_with(sample, request.POST.get("challenge", "")))


@login_required
@require_POST
def demo(request: PersonRequest) -> HttpResponse:
    """*Try a sample voice*: speech that the project makes itself, for whoever has no microphone."""
    sample = demo_sample(request.user)
    if not request.htmx:
        return redirect(f"{reverse('clone')}?sample={sample.pk}")
    return sample_card(request, sample)


@login_required
@require_GET
def check_voice_id(request: PersonRequest) -> HttpResponse:
    """Asked while somebody types: free, one of theirs already, or which rule it breaks."""
    value = request.GET.get("custom_voice_id", "").strip()
    context = {
        "problem": voice_id.problem(value),
        "taken": voice_id.is_taken(request.user, value),
        "value": value,
    }
    return render(request, "cloning/_voice_id_hint.html", context)
