"""The account's page about hosted engines: one's own key, and what was spent."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from voiceclone.accounts import vendor_keys
from voiceclone.accounts.models import User, VendorKey
from voiceclone.accounts.requests import PersonRequest
from voiceclone.engines import registry
from voiceclone.predictions import naming
from voiceclone.predictions.remote import breaker, offers, renewal
from voiceclone.voices.models import Voice
from voiceclone.voices.retention import NotUsable


@dataclass(frozen=True, slots=True)
class Shown:
    name: str
    label: str
    vendor: str
    line: str
    key_hint: str
    books: str
    own: VendorKey | None
    is_readable: bool  # the own key, by the secret that this site has now
    has_sites_key: bool
    rests: bool


@sensitive_post_parameters("key")
@login_required
@require_http_methods(["GET", "POST"])
def engines(request: PersonRequest) -> HttpResponse:
    """A key is set, replaced or removed; it is never shown again, not even to its owner."""
    problems: list[str] = []
    if request.method == "POST":
        name = request.POST.get("engine", "")
        if name not in hosted():
            raise Http404
        vendor = registry.hosted(name).vendor
        if "remove" in request.POST:
            vendor_keys.forget(request.user, name)
            messages.success(request, _("Your key for {vendor} is deleted here.").format(vendor=vendor))
            return redirect("engines")
        secret = request.POST.get("key", "").strip()
        problem = vendor_keys.problem(secret)
        if not problem:
            vendor_keys.keep(request.user, name, secret)
            kept = _("Your key for {vendor} is kept, sealed. Your tasks use it from now on.")
            messages.success(request, kept.format(vendor=vendor))
            return redirect("engines")
        problems = [problem]
    shown = [_shown(request.user, name) for name in hosted()]
    status = 422 if problems else 200
    return render(request, "predictions/remote/engines.html", {"engines": shown, "problems": problems}, status=status)


@login_required
@require_POST
def renew(request: PersonRequest, voice_id: str) -> HttpResponse:
    """Clone a voice again that the vendor has lost, from the sample that is kept."""
    voice = get_object_or_404(Voice.objects.for_user(request.user).ready(), voice_id=voice_id)
    try:
        task = renewal.renew(voice)
    except NotUsable as error:
        messages.error(request, str(error))
        return redirect(voice)
    return redirect(f"{reverse('clone')}?task={task.pk}")


def hosted() -> list[str]:
    return [name for name in settings.ENGINES if registry.is_hosted(name)]


def _shown(user: User, name: str) -> Shown:
    own = VendorKey.objects.filter(owner=user, engine=name).first()
    return Shown(
        name=name,
        label=naming.label(name),
        vendor=registry.hosted(name).vendor,
        line=f"{_(registry.capabilities(name).in_a_line)} {offers.price_line(name)}",
        key_hint=_(registry.hosted(name).key_hint),
        books=offers.books(user, name),
        own=own,
        is_readable=bool(own and vendor_keys.unseal(own.sealed)),
        has_sites_key=bool(settings.VENDOR_KEYS.get(name)),
        rests=breaker.state(name) != "closed",
    )
