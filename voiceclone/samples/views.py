"""One's own samples, as sound."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from voiceclone.accounts.requests import PersonRequest
from voiceclone.audio.ranged import ranged_file_response
from voiceclone.samples.models import Sample


@login_required
@require_safe
def audio(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    sample = get_object_or_404(Sample.objects.for_user(request.user), pk=pk)
    return ranged_file_response(
        request, sample.file, content_type="audio/flac", filename=f"sample-{sample.pk}.flac", etag=str(sample.pk)
    )
