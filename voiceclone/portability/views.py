"""One's own data: the archive, the end of the account and its receipt, and voices that travel."""

from __future__ import annotations

import tempfile
import uuid

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from voiceclone.accounts.requests import PersonRequest
from voiceclone.audio.ranged import SAFETY_HEADERS, ranged_file_response
from voiceclone.audit.models import Action, record
from voiceclone.portability import erasure, exports, importing, inventory, passport, watching
from voiceclone.portability.forms import EraseForm, ImportForm
from voiceclone.portability.models import Erasure, Export
from voiceclone.portability.upload import handlers
from voiceclone.predictions.models import Prediction
from voiceclone.voices import retention
from voiceclone.voices.models import Voice

# --- download my data -----------------------------------------------------------------------------------------------


@login_required
@require_GET
def export(request: PersonRequest) -> HttpResponse:
    row = Export.objects.for_user(request.user).first()
    return render(request, "portability/export.html", watching.context(row) if row else {})


@login_required
@require_GET
def export_changes(request: PersonRequest) -> HttpResponse:
    row = get_object_or_404(Export.objects.for_user(request.user))
    return watching.changes(request, row, "portability/_export.html")


@login_required
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
def start_export(request: PersonRequest) -> HttpResponse:
    exports.start(request.user)
    return redirect("export")


@login_required
@require_POST
def delete_export(request: PersonRequest) -> HttpResponse:
    for row in Export.objects.for_user(request.user):
        exports.erase(row)
        messages.success(request, gettext("The archive is deleted."))
    return redirect("export")


@login_required
@require_safe
@reauthentication_required  # type: ignore[untyped-decorator]
def download_export(request: PersonRequest) -> HttpResponseBase:
    row = Export.objects.for_user(request.user).ready().first()
    if row is None:
        messages.warning(request, gettext("There is no archive to download. Make one."))
        return redirect("export")
    response = ranged_file_response(
        request,
        row.archive,
        content_type="application/zip",
        filename=f"voiceclone-data-{row.finished_at:%Y-%m-%d}.zip",
        etag=f"{row.pk}-{row.attempts}",
        as_attachment=True,
    )
    response["Cache-Control"] = "no-store"
    return response


# --- delete my account ----------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
@reauthentication_required  # type: ignore[untyped-decorator]
def erase_account(request: PersonRequest) -> HttpResponse:
    """Asks for a fresh sign-in before it shows anything, so that nothing that was typed is lost to that question."""
    form = EraseForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        knowing = bool(form.cleaned_data.get("last_admin"))
        receipt = erasure.begin(request.user, request.user, even_the_last_admin=knowing)
        logout(request)
        return redirect(receipt)
    context = {"form": form, "found": inventory.take(request.user), "is_last_admin": "last_admin" in form.fields}
    return render(request, "portability/erase.html", context, status=422 if form.errors else 200)


@never_cache
@require_GET
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """For whoever knows its number, signed in or not: nobody can sign in to that account any more."""
    row = get_object_or_404(Erasure, pk=number)
    return render(request, "portability/receipt.html", watching.context(row))


@never_cache
@require_GET
def receipt_changes(request: HttpRequest, number: str) -> HttpResponse:
    return watching.changes(request, get_object_or_404(Erasure, pk=number), "portability/_receipt.html")


@never_cache
@require_GET
def receipt_text(request: HttpRequest, number: str) -> HttpResponse:
    row = get_object_or_404(Erasure, pk=number)
    response = render(request, "portability/receipt.txt", {"row": row, "site": settings.BASE_URL})
    response["Content-Type"] = "text/plain; charset=utf-8"
    response["Content-Disposition"] = f'attachment; filename="receipt-{row.pk}.txt"'
    return response


# --- voice passports ------------------------------------------------------------------------------------------------


@login_required
@require_POST
def export_voice(request: PersonRequest, voice_id: str) -> HttpResponseBase:
    """Neither a use of the voice nor a change: it stays as temporary as it was."""
    voice = get_object_or_404(
        Voice.objects.for_user(request.user).living().select_related("sample", "consent"), voice_id=voice_id
    )
    problem = retention.problem(voice)
    if problem:
        messages.error(request, problem)
        return redirect(voice)
    target = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 - the response closes it
    try:
        passport.write(voice, target)
    except FileNotFoundError as error:  # it is being deleted in this moment
        raise Http404 from error
    record(Action.VOICE_EXPORTED, voice.pk, request.user)
    target.seek(0)
    headers = {**SAFETY_HEADERS, "Cache-Control": "no-store"}
    name = f"{voice.voice_id[:100]}{passport.EXTENSION}"
    return FileResponse(target, as_attachment=True, filename=name, content_type=passport.CONTENT_TYPE, headers=headers)


@csrf_exempt
def import_voice(request: PersonRequest) -> HttpResponse:
    """A passport may be larger than a sample, which has to be said before anybody reads the form."""
    request.upload_handlers = handlers(request)
    return _import_voice(request)


@csrf_protect
@login_required
@require_http_methods(["GET", "POST"])
def _import_voice(request: PersonRequest) -> HttpResponse:
    nonce = request.POST.get("nonce", "")[:64] or None
    earlier = Prediction.objects.for_user(request.user).filter(nonce=nonce).first() if nonce else None
    if earlier:  # a double click
        return redirect(f"{reverse('clone')}?task={earlier.pk}")
    form = ImportForm(request.user, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and form.passport and form.sample:
        try:
            task = importing.submit(request.user, form.passport, form.sample, form.cleaned_data["voice_id"], nonce)
            return redirect(f"{reverse('clone')}?task={task.pk}")
        except importing.Duplicate as error:
            form.add_error("voice_id", str(error))
    context = {"form": form, "nonce": uuid.uuid4().hex}
    return render(request, "portability/import.html", context, status=422 if form.errors else 200)
