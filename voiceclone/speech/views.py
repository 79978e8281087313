"""The Speak page: a voice and a text become speech. The first time makes the voice permanent."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import push_url, reswap, retarget

from voiceclone.accounts.models import User
from voiceclone.accounts.requests import PersonRequest
from voiceclone.predictions import lifecycle, watching
from voiceclone.predictions.models import CLONE, Prediction
from voiceclone.speech.forms import SpeechForm
from voiceclone.voices.models import Voice
from voiceclone.voices.retention import NotUsable


@login_required
@require_http_methods(["GET", "POST"])
def speak(request: PersonRequest) -> HttpResponse:
    if request.method == "GET":
        return _show(request)
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
    version = User.objects.values_list("changes", flat=True).get(pk=request.user.pk)
    context = {"task": prediction, "nonce": uuid.uuid4().hex, **watching.poller([prediction], version)}
    return push_url(render(request, "predictions/_result.html", context), here)


def _show(request: PersonRequest) -> HttpResponse:
    """An empty form for ?voice=; or filled in as for the task ?task= (shown beside it) or ?again=."""
    context = {}
    initial = {**SpeechForm.initial_values, "voice_id": request.GET.get("voice", "")}
    if "task" in request.GET or "again" in request.GET:
        mine = Prediction.objects.for_user(request.user).exclude(model=CLONE).select_related("voice__sample")
        task = get_object_or_404(mine, pk=request.GET.get("task") or request.GET.get("again"))
        if "task" in request.GET:
            version = User.objects.values_list("changes", flat=True).get(pk=request.user.pk)
            context = {"task": task, **watching.poller([task], version)}
        initial |= {**task.input, "model": task.model}
    form = SpeechForm(request.user, initial=initial)
    has_voices = Voice.objects.for_user(request.user).usable().exists()
    context |= {"form": form, "nonce": uuid.uuid4().hex, "has_voices": has_voices}
    return render(request, "speech/speak.html", context)


def _again(request: PersonRequest, form: SpeechForm) -> HttpResponse:
    context = {"form": form, "nonce": uuid.uuid4().hex, "has_voices": True}
    if not request.htmx:
        return render(request, "speech/speak.html", context, status=422)
    return reswap(retarget(render(request, "speech/_form.html", context, status=422), "#speak-form"), "outerHTML")
