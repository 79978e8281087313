"""One's own samples, as sound; and uploads, to whoever knows their address."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from voiceclone.accounts.requests import PersonRequest
from voiceclone.audio.ranged import ranged_file_response
from voiceclone.samples.models import Sample, Upload


@login_required
@require_safe
def audio(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    sample = get_object_or_404(Sample.objects.for_user(request.user), pk=pk)
    return ranged_file_response(
        request, sample.file, content_type="audio/flac", filename=f"sample-{sample.pk}.flac", etag=str(sample.pk)
    )


@require_safe
def upload(request: HttpRequest, token: str, filename: str = "") -> HttpResponseBase:
    """An upload as it came. It may be anything, so it is only ever saved, never shown."""
    found = Upload.at(token)
    if found is None:
        raise Http404
    try:
        return ranged_file_response(
            request,
            found.file,
            content_type=found.content_type,
            filename=found.file_name,
            etag=found.pk,
            as_attachment=True,
        )
    except FileNotFoundError as error:  # pruned just now
        raise Http404 from error
