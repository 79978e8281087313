"""Where a vendor tells us that a task is done. It only makes us look: what counts is what it says when asked."""

from __future__ import annotations

import hmac
import logging
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from voiceclone.engines import registry
from voiceclone.predictions.models import RemoteJob
from voiceclone.predictions.remote import access
from voiceclone.work.leases import Status

log = logging.getLogger("remote")


@csrf_exempt
@require_POST
def webhook(request: HttpRequest, engine: str, pk: UUID, token: str) -> HttpResponse:
    """204 where it was understood, also for the second time; 404 for a wrong address, 403 for a wrong signature."""
    job = RemoteJob.objects.filter(pk=pk, engine=engine).first()
    if job is None or not hmac.compare_digest(job.token.encode(), token.encode()):
        return HttpResponse(status=404)
    hosted, secret = registry.hosted(engine), access.secret(job)
    if secret and not hosted.is_genuine(secret, request.headers, request.body):
        log.warning("a webhook with a wrong signature job=%s", job.pk)
        return HttpResponse(status=403)
    report = hosted.announced(request.body)
    if report is None:
        return HttpResponse(status=400)
    rows = RemoteJob.objects.unfinished().filter(pk=job.pk)
    rows.filter(remote_id="").update(hinted_id=report.id)
    # whoever holds it now will look; and if nobody does, somebody looks at once
    rows.filter(status=Status.CREATED).exclude(state=RemoteJob.State.QUEUED).update(not_before=now())
    return HttpResponse(status=204)
