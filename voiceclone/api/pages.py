"""The pages about programs: one's API keys."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from voiceclone.accounts.models import ApiKey
from voiceclone.accounts.requests import PersonRequest
from voiceclone.api import keys


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
        "base_url": f"{request.scheme}://{request.get_host()}",
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
    messages.success(request, f"“{key.name}” is revoked. Programs that use it are refused from now on.")
    return redirect("api-keys")
