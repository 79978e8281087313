"""One's voices, each with the time it has left, and a page for each."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from voiceclone.accounts.models import User
from voiceclone.accounts.requests import PersonRequest
from voiceclone.predictions import erasure, watching
from voiceclone.predictions.models import CLONE, Prediction
from voiceclone.voices.models import Voice, VoiceQuerySet

PAGE = 24
SHOWN = (Voice.State.CLONING, Voice.State.READY, Voice.State.EXPIRED)


def _voices(user: User) -> VoiceQuerySet:
    """A person's voices, each with its clone task in `voice.clones`."""
    clones = Prefetch("predictions", Prediction.objects.filter(model=CLONE), to_attr="clones")
    return Voice.objects.for_user(user).select_related("sample").prefetch_related(clones)


@login_required
@require_GET
def library(request: PersonRequest) -> HttpResponse:
    page = Paginator(_voices(request.user).filter(state__in=SHOWN), PAGE).get_page(request.GET.get("page"))
    tasks = [task for voice in page for task in voice.clones if voice.state == Voice.State.CLONING]  # type: ignore[attr-defined]
    context = {"page": page, **watching.poller(tasks, request.user.changes, "card")}
    return render(request, "library/library.html", context)


@login_required
@require_GET
def detail(request: PersonRequest, voice_id: str) -> HttpResponse:
    voice = _mine(request.user, voice_id)
    recent = voice.predictions.exclude(model=CLONE)[:PAGE]
    context = {"voice": voice, "clone": next(iter(voice.clones), None), "recent": recent}  # type: ignore[attr-defined]
    return render(request, "library/detail.html", context)


@login_required
@require_POST
def delete(request: PersonRequest, voice_id: str) -> HttpResponse:
    voice = _mine(request.user, voice_id)
    erasure.end_voice(voice, Voice.State.DELETED, Voice.EndReason.OWNER, request.user)
    messages.success(request, f"“{voice.title}” is deleted, with everything it said.")
    return redirect("voices")


def _mine(user: User, voice_id: str) -> Voice:
    """The living voice of that ID, or else the latest one that was."""
    found = sorted(_voices(user).filter(voice_id=voice_id), key=lambda voice: voice.is_gone)
    shown = [voice for voice in found if voice.state in SHOWN]
    if not shown:
        raise Http404
    return shown[0]
