"""The Speak page: a voice and a text become speech. The first time makes the voice permanent."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import push_url, reswap, retarget

from voiceclone.accounts.models import User
from voiceclone.accounts.requests import PersonRequest
from voiceclone.predictions import catalog, estimates, lifecycle, watching
from voiceclone.predictions.models import CLONE, Prediction
from voiceclone.speech import remembered
from voiceclone.speech.forms import SpeechForm
from voiceclone.voices.retention import NotUsable


@login_required
@require_http_methods(["GET", "POST"])
def speak(request: PersonRequest) -> HttpResponse:
    if request.method == "GET":
        return _show(request)
    if "use" in request.POST:
        return _use(request)
    form = SpeechForm(request.user, request.POST)
    if not form.is_valid():
        return _again(request, form)
    nonce = request.POST.get("nonce", "")[:64] or None
    earlier = Prediction.objects.for_user(request.user).filter(nonce=nonce).first() if nonce else None
    try:
        prediction = earlier or lifecycle.submit(
            request.user, form.chosen_model, form.voice.engine, form.voice, form.inputs(), nonce
        )
    except NotUsable as error:  # since the form was checked
        form.add_error("voice_id", str(error))
        return _again(request, form)
    here = f"{reverse('speak')}?task={prediction.pk}"
    if not request.htmx:
        return redirect(here)
    context = {**_watched(request.user, prediction), "nonce": uuid.uuid4().hex, "hear": True}
    return push_url(render(request, "predictions/_result.html", context), here)


def _show(request: PersonRequest) -> HttpResponse:
    """An empty form for ?voice=; or filled in as for the task ?task= (shown beside it) or ?again=."""
    context: dict[str, Any] = {}
    if "task" in request.GET or "again" in request.GET:
        mine = Prediction.objects.for_user(request.user).exclude(model=CLONE).select_related("voice__sample")
        task = get_object_or_404(mine, pk=request.GET.get("task") or request.GET.get("again"))
        if "task" in request.GET:
            context = _watched(request.user, task)
        own = {"voice_id": task.voice.voice_id if task.voice else task.input.get("voice_id"), "text": task.text}
        initial = remembered.settings_of(task) | own
    else:
        voice_id = request.GET.get("voice") or remembered.last_voice(request.user)
        initial = remembered.settings_for(request.user, voice_id) | {"voice_id": voice_id}
    return render(request, "speech/speak.html", context | _page(SpeechForm(request.user, initial=initial)))


def _use(request: PersonRequest) -> HttpResponse:
    """Other settings for the same text: the defaults, or those last used with the voice that was chosen."""
    voice_id = request.POST.get("voice_id", "")
    wants_defaults = request.POST["use"] == "defaults"
    settings = SpeechForm.initial_values if wants_defaults else remembered.settings_for(request.user, voice_id)
    own = {"voice_id": voice_id, "text": request.POST.get("text", "")}
    context = _page(SpeechForm(request.user, initial={**settings, **own}))
    return render(request, "speech/_chosen.html" if request.htmx else "speech/speak.html", context)


def _again(request: PersonRequest, form: SpeechForm) -> HttpResponse:
    context = _page(form)
    if not request.htmx:
        return render(request, "speech/speak.html", context, status=422)
    return reswap(retarget(render(request, "speech/_again.html", context, status=422), "#speak-form"), "outerHTML")


def _page(form: SpeechForm) -> dict[str, Any]:
    engine = form.chosen.engine if form.chosen else ""
    return {
        "form": form,
        "nonce": uuid.uuid4().hex,
        "voice": form.chosen,
        "pace": estimates.speaking_pace(engine) if engine else None,
        "prices": json.dumps(form.prices) if form.prices else "",
        "longest": catalog.MAX_TEXT,
        "has_something": form.has_voices or form.is_bound or form.chosen,
    }


def _watched(user: User, task: Prediction) -> dict[str, Any]:
    version = User.objects.values_list("changes", flat=True).get(pk=user.pk)
    return watching.page_of(task, version)
