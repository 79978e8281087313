"""The account page: everything about oneself in one place."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from voiceclone.accounts.models import ApiKey
from voiceclone.accounts.requests import PersonRequest


@login_required
@require_GET
def index(request: PersonRequest) -> HttpResponse:
    authenticators = Authenticator.objects.filter(user_id=request.user.pk).values_list("type", flat=True)
    address = EmailAddress.objects.filter(user_id=request.user.pk, primary=True).first()
    return render(
        request,
        "account/index.html",
        {
            "address": address,
            "vendors": [name for name in settings.ENGINES if name in settings.VENDOR_KEYS],
            "has_totp": Authenticator.Type.TOTP in authenticators,
            "keys": ApiKey.objects.for_user(request.user).living().count(),
            "passkeys": list(authenticators).count(Authenticator.Type.WEBAUTHN),
        },
    )
