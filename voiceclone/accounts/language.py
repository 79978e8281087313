"""In which language somebody is spoken to: as their account says, else as their browser says."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views import i18n
from django.views.decorators.http import require_POST

from voiceclone.accounts.models import User

FOR_PROGRAMS = re.compile(r"/+(api/(?!docs)|v1/|outputs/|healthz)")
"""What programs read is English whatever their headers say: that is the contract."""


def chosen_language(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        if FOR_PROGRAMS.match(request.path_info):
            code = settings.LANGUAGE_CODE
        else:
            code = language_of(request.user) or translation.get_language_from_request(request)
        with translation.override(code):
            request.LANGUAGE_CODE = code
            response = get_response(request)
        response.setdefault("Content-Language", code)
        if not FOR_PROGRAMS.match(request.path_info):
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response

    return middleware


def language_of(user: object) -> str:
    """The one that this person chose, if it is still one of ours; else nothing."""
    code = getattr(user, "language", "")
    return code if code in dict(settings.LANGUAGES) else ""


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember the choice: in a cookie, and with the account, so that mails and other browsers know it, too."""
    response = i18n.set_language(request)
    code = request.POST.get("language", "")
    if request.user.is_authenticated and code in dict(settings.LANGUAGES):
        User.objects.filter(pk=request.user.pk).update(language=code)
    return response
