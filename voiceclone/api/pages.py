"""The pages about programs: one's API keys, and what can be called."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page, require_http_methods, require_POST, require_safe

from voiceclone.accounts.models import ApiKey
from voiceclone.accounts.requests import PersonRequest
from voiceclone.api import keys, reference
from voiceclone.api.results import base_url


@login_required
@require_http_methods(["GET", "POST"])
def api_keys(request: PersonRequest) -> HttpResponse:
    """The list. A POST makes a key and shows it in its answer, the only time: it is stored nowhere."""
    made, problems = "", []
    name = request.POST.get("name", "")
    if request.method == "POST":
        try:
            made = keys.issue(request.user, name)
        except ValueError as error:
            problems = [str(error)]
    context = {
        "keys": ApiKey.objects.for_user(request.user).living(),
        "base_url": base_url(request),
        "made": made,
        "problems": problems,
        "name": "" if made else name,
    }
    return render(request, "account/keys.html", context, status=422 if problems else 200)


@login_required
@require_POST
def revoke_key(request: PersonRequest, pk: int) -> HttpResponse:
    key = get_object_or_404(ApiKey.objects.for_user(request.user), pk=pk)
    keys.take_back(key, request.user)
    sentence = gettext("“{name}” is revoked. Programs that use it are refused from now on.")
    messages.success(request, sentence.format(name=key.name))
    return redirect("api-keys")


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document, to read."""
    here = base_url(request)
    return render(request, "api/reference.html", {"subjects": reference.subjects(here), "base_url": here})


@require_safe
@gzip_page
@conditional_page
def openapi(request: HttpRequest) -> JsonResponse:
    """The same for tools."""
    return JsonResponse(reference.document())
