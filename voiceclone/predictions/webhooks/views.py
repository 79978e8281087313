"""The account's page about webhooks: what was delivered, what was not and why, and the secret."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from voiceclone.accounts.requests import PersonRequest
from voiceclone.predictions.models import WebhookDelivery
from voiceclone.predictions.webhooks import outbox, signing

PAGE = 24


@login_required
@require_http_methods(["GET", "POST"])
def deliveries(request: PersonRequest) -> HttpResponse:
    """The list. A POST shows the secret as well, so that it is behind no link; with `rotate` a new one."""
    rotates, secret = "rotate" in request.POST, ""
    if request.method == "POST":
        secret = signing.rotate(request.user) if rotates else signing.secret_of(request.user)
    rows = WebhookDelivery.objects.for_user(request.user).select_related("prediction__voice")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "secret": secret, "is_new": rotates}
    return render(request, "predictions/webhooks/deliveries.html", context)


@login_required
@require_POST
def send_again(request: PersonRequest, pk: UUID) -> HttpResponse:
    rows = WebhookDelivery.objects.for_user(request.user).select_related("prediction")
    if outbox.send_again(get_object_or_404(rows, pk=pk)):
        messages.success(request, gettext("It is sent again now."))
    else:
        messages.info(request, gettext("This one is being sent already."))
    return redirect("webhooks")
