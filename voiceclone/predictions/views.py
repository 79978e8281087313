"""Watching tasks, hearing them, cancelling them, and the history of them all."""

from __future__ import annotations

import time
from io import BytesIO

from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST, require_safe

from voiceclone.accounts.models import User
from voiceclone.accounts.requests import PersonRequest
from voiceclone.audio.encode import CONTENT_TYPES
from voiceclone.audio.ranged import SAFETY_HEADERS, ranged_file_response
from voiceclone.predictions import erasure, lifecycle, outputs, sounds, watching
from voiceclone.predictions.models import Prediction

PAGE = 24


@login_required
@require_GET
def changes(request: PersonRequest) -> HttpResponse:
    """The page's one poller: "anything since version v of these tasks?" 204: no. 200: here it is. 286: all is done."""
    seen, until = _whole(request, "v", -1), _whole(request, "until", 0)
    version = User.objects.values_list("changes", flat=True).get(pk=request.user.pk)
    if version == seen and time.time() < until:
        return HttpResponse(status=204)
    shown_as = request.GET.get("as", "task")
    ids = request.GET.getlist("task")[:PAGE]
    tasks = list(Prediction.objects.for_user(request.user).filter(pk__in=ids).select_related("voice__sample"))
    context = {
        "changed": [task for task in tasks if task.change > seen],
        "template": watching.TEMPLATES.get(shown_as, watching.TEMPLATES["task"]),
        **watching.poller(tasks, version, shown_as),
    }
    return render(request, "predictions/_changes.html", context, status=200 if context["running"] else 286)


def _whole(request: PersonRequest, name: str, default: int) -> int:
    value = request.GET.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 16 else default


@login_required
@require_GET
def detail(request: PersonRequest, pk: str) -> HttpResponse:
    prediction = get_object_or_404(Prediction.objects.for_user(request.user).select_related("voice__sample"), pk=pk)
    context = {"task": prediction, **watching.poller([prediction], request.user.changes)}
    return render(request, "predictions/detail.html", context)


@login_required
@require_GET
def history(request: PersonRequest) -> HttpResponse:
    predictions = Prediction.objects.for_user(request.user).select_related("voice")
    page = Paginator(predictions, PAGE).get_page(request.GET.get("page"))
    return render(request, "predictions/history.html", {"page": page})


@login_required
@require_safe
def audio(request: PersonRequest, pk: str) -> HttpResponseBase:
    """The sound; with ?download to take away, with ?download=wav (mp3, flac) in that format."""
    prediction = get_object_or_404(Prediction.objects.for_user(request.user).exclude(audio=""), pk=pk)
    wanted = request.GET.get("download") or prediction.format
    if wanted != prediction.format and wanted in sounds.DOWNLOADS:
        content = BytesIO(sounds.converted(prediction, wanted))
        name = sounds.file_name(prediction, wanted)
        return FileResponse(content, as_attachment=True, filename=name, headers=SAFETY_HEADERS)
    return ranged_file_response(
        request,
        prediction.audio,
        content_type=CONTENT_TYPES[prediction.format],
        filename=sounds.file_name(prediction, prediction.format),
        etag=f"{prediction.pk}-{prediction.attempts}",
        as_attachment="download" in request.GET,
    )


@require_safe
def output(request: HttpRequest, token: str, filename: str) -> HttpResponseBase:
    """The sound behind a signed link: whoever has the link may hear it, from any site."""
    prediction = outputs.find(token)
    if prediction is None:  # programs follow these links, so it is told as they read it
        gone = "This sound is not here any more: its link is too old, or it was deleted."
        return JsonResponse({"code": 404, "message": gone}, status=404)
    response = ranged_file_response(
        request,
        prediction.audio,
        content_type=CONTENT_TYPES[prediction.format],
        filename=outputs.file_name(prediction),
        etag=f"{prediction.pk}-{prediction.attempts}",
    )
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@login_required
@require_safe
def part(request: PersonRequest, pk: str, number: int) -> HttpResponseBase:
    """One sentence of a speech that is still being made. Once it is done there is only the whole."""
    prediction = get_object_or_404(Prediction.objects.for_user(request.user).unfinished(), pk=pk)
    try:
        sound = default_storage.open(sounds.part_name(prediction, number))
    except FileNotFoundError as error:  # not yet, or not any more
        raise Http404 from error
    return ranged_file_response(
        request,
        sound,
        content_type=CONTENT_TYPES["mp3"],
        filename=f"part-{number}.mp3",
        etag=f"{prediction.pk}-{prediction.attempts}-{number}",
    )


@login_required
@require_POST
def cancel(request: PersonRequest, pk: str) -> HttpResponse:
    prediction = get_object_or_404(Prediction.objects.for_user(request.user).select_related("voice__sample"), pk=pk)
    lifecycle.cancel(prediction)
    prediction.refresh_from_db()
    if not request.htmx:
        return redirect(prediction)
    return render(request, "predictions/_task.html", {"task": prediction})


@login_required
@require_POST
def delete(request: PersonRequest, pk: str) -> HttpResponse:
    prediction = get_object_or_404(Prediction.objects.for_user(request.user), pk=pk)
    lifecycle.cancel(prediction)
    erasure.erase(prediction)
    return redirect("history")
