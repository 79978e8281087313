"""Watching tasks, hearing them, cancelling them, and the history of them all."""

from __future__ import annotations

import time
from io import BytesIO
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe
from django_htmx.http import push_url

from voiceclone.accounts.models import User
from voiceclone.accounts.requests import PersonRequest
from voiceclone.audio.encode import CONTENT_TYPES
from voiceclone.audio.ranged import SAFETY_HEADERS, ranged_file_response
from voiceclone.predictions import erasure, lifecycle, outputs, sounds, takes, watching
from voiceclone.predictions.filters import HistoryForm
from voiceclone.predictions.models import CLONE, Prediction
from voiceclone.voices.retention import NotUsable
from voiceclone.work.leases import Status

PAGE = 24


@login_required
@require_GET
def changes(request: PersonRequest) -> HttpResponse:
    """The page's one poller: "anything since version v of these tasks?" 204: no. 200: here it is. 286: all is done."""
    seen, until = _whole(request, "v", -1), _whole(request, "until", 0)
    version = User.objects.values_list("changes", flat=True).get(pk=request.user.pk)
    if version == seen and time.time() < until:
        return HttpResponse(status=204)
    ids, shown_as = request.GET.getlist("task")[:PAGE], request.GET.get("as", "task")
    tasks = list(Prediction.objects.for_user(request.user).filter(pk__in=ids).select_related("voice__sample"))
    context = {**watching.changed(tasks, seen, shown_as), **watching.poller(tasks, version, shown_as)}
    return render(request, "predictions/_changes.html", context, status=200 if context["running"] else 286)


def _whole(request: PersonRequest, name: str, default: int) -> int:
    value = request.GET.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 16 else default


@login_required
@require_GET
def detail(request: PersonRequest, pk: str) -> HttpResponse:
    prediction = get_object_or_404(Prediction.objects.for_user(request.user).select_related("voice__sample"), pk=pk)
    return render(request, "predictions/detail.html", watching.page_of(prediction, request.user.changes))


@login_required
@require_GET
def history(request: PersonRequest) -> HttpResponse:
    """What the form looks for; for htmx only the list, and of later pages only their rows."""
    form = HistoryForm(request.user, request.GET)
    page = Paginator(form.found().select_related("voice"), PAGE).get_page(request.GET.get("page"))
    tasks = list(page.object_list)
    query = urlencode(form.wanted)
    context = {"form": form, "page": page, "tasks": tasks, "query": query, "is_filtered": bool(query)}
    context |= watching.poller(tasks, request.user.changes, "row")
    if not request.htmx or request.htmx.history_restore_request:
        return render(request, "predictions/history.html", context)
    if "page" in request.GET:
        return render(request, "predictions/_rows.html", context)
    return push_url(render(request, "predictions/_found.html", context), f"{request.path}?{query}".rstrip("?"))


@login_required
@require_safe
def audio(request: PersonRequest, pk: str) -> HttpResponseBase:
    """The sound as a browser plays it; with ?download to take away, with ?download=wav (mp3, flac) in that format."""
    prediction = get_object_or_404(Prediction.objects.for_user(request.user).exclude(audio=""), pk=pk)
    wanted = request.GET.get("download") or prediction.format
    if wanted != prediction.format and wanted in sounds.DOWNLOADS:
        content = BytesIO(sounds.converted(prediction, wanted))
        name = sounds.file_name(prediction, wanted)
        return FileResponse(content, as_attachment=True, filename=name, headers=SAFETY_HEADERS)
    taken = "download" in request.GET
    file, kind = (prediction.audio, prediction.format) if taken else sounds.playable(prediction)
    return ranged_file_response(
        request,
        file,
        content_type=CONTENT_TYPES[kind],
        filename=sounds.file_name(prediction, kind),
        etag=f"{prediction.pk}-{prediction.attempts}-{kind}",
        as_attachment=taken,
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
    """One sentence of a speech that is still being made. 204: it is not there yet, or the whole has replaced it."""
    prediction = get_object_or_404(Prediction.objects.for_user(request.user), pk=pk)
    try:
        sound = default_storage.open(sounds.part_name(prediction, number))
    except FileNotFoundError:
        return HttpResponse(status=204)
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
    context = watching.changed([prediction], -1, request.GET.get("as", "task"))
    return render(request, "predictions/_changes.html", context)


@login_required
@require_POST
def retry(request: PersonRequest, pk: str) -> HttpResponse:
    """The same again, as a new task, for one that failed or was cancelled; a double click makes one."""
    prediction = get_object_or_404(Prediction.objects.for_user(request.user).select_related("voice"), pk=pk)
    if prediction.status not in (Status.FAILED, Status.CANCELLED):
        return redirect(prediction)
    try:
        again = lifecycle.retry(prediction)
    except NotUsable as error:
        messages.error(request, str(error))
        return redirect(prediction)
    return redirect(f"{reverse('clone' if again.is_clone else 'speak')}?task={again.pk}")


@login_required
@require_http_methods(["GET", "POST"])
def take(request: PersonRequest, pk: str) -> HttpResponse:
    """GET: the preview `pk` beside its sample, with its other takes. POST: *Try another take* of it."""
    mine = Prediction.objects.for_user(request.user).filter(model=CLONE).select_related("voice__sample")
    task, problem = get_object_or_404(mine, pk=pk), ""
    if request.method == "POST":
        try:
            task = takes.another(task)
        except NotUsable as error:
            problem = str(error)
    if not request.htmx:
        if problem:
            messages.error(request, problem)
        return redirect(f"{reverse('clone')}?task={task.pk}")
    version = User.objects.values_list("changes", flat=True).get(pk=request.user.pk)
    context = {"problem": problem, **watching.page_of(task, version)}
    return render(request, "predictions/_watched.html", context, status=422 if problem else 200)


@login_required
@require_POST
def delete(request: PersonRequest, pk: str) -> HttpResponse:
    prediction = get_object_or_404(Prediction.objects.for_user(request.user), pk=pk)
    lifecycle.cancel(prediction)
    erasure.erase(prediction)
    if request.htmx:
        return render(request, "predictions/_deleted.html")
    messages.success(request, gettext("Deleted, with its sound."))
    return redirect("history")
