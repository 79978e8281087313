"""One's voices, each with the time it has left, a page for each, and what its owner does to it: rename, delete."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect, push_url, reswap, retarget, trigger_client_event

from voiceclone.accounts.models import User
from voiceclone.accounts.requests import PersonRequest
from voiceclone.library.forms import NameForm
from voiceclone.library.listing import SORTS, Listing, voices_of
from voiceclone.library.snippets import snippets
from voiceclone.predictions import erasure, watching
from voiceclone.predictions.models import CLONE
from voiceclone.predictions.remote import renewal
from voiceclone.voices.models import Voice

SPEECHES = 10
PARTS = {"found": "library/_found.html", "more": "library/_cards.html"}
"""What of the page htmx asks for: by the part that it is going to replace."""


@login_required
@require_GET
def library(request: PersonRequest) -> HttpResponse:
    listing = Listing.read(request.GET.dict())
    part = "" if request.htmx.history_restore_request else request.htmx.target or ""
    response = render(request, PARTS.get(part, "library/library.html"), _listed(request.user, listing, part))
    return push_url(response, reverse("voices") + listing.address()) if part == "found" else response


def _listed(user: User, listing: Listing, part: str) -> dict[str, Any]:
    counts = listing.counts(user)
    page = listing.page(user, counts[listing.show])
    tasks = [task for voice in page.voices for task in voice.clones if voice.state == Voice.State.CLONING]  # type: ignore[attr-defined]
    return {
        "listing": listing,
        "tabs": listing.tabs(counts),
        "sorts": SORTS.items(),
        "count": counts[listing.show],
        "page": page,
        "next": listing.address(page.number + 1, page.after) if page.after else "",
        "previous": listing.address(page.number - 1) if page.number > 1 else "",
        "part": part,
        **watching.poller(tasks, user.changes, "card"),
    }


@login_required
@require_GET
def card(request: PersonRequest, voice_id: str) -> HttpResponse:
    """A card as it is now, for one whose time is up while somebody looks at it."""
    return render(request, "library/_article.html", {"voice": _mine(request.user, voice_id)})


@login_required
@require_GET
def detail(request: PersonRequest, voice_id: str) -> HttpResponse:
    voice = _mine(request.user, voice_id)
    q = request.GET.get("q", "").replace("\0", "").strip()[:256]
    speeches = voice.predictions.exclude(model=CLONE)
    found = speeches.saying(q) if q else speeches
    context = {
        "voice": voice,
        "clone": next(iter(voice.clones), None),  # type: ignore[attr-defined]
        "q": q,
        "page": Paginator(found, SPEECHES).get_page(request.GET.get("page")),
        "snippets": snippets(request, voice.voice_id),
        "renewal_price": renewal.price(voice),
    }
    part = request.htmx.target == "speeches" and not request.htmx.history_restore_request
    return render(request, "library/_speeches.html" if part else "library/detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def rename(request: PersonRequest, voice_id: str) -> HttpResponse:
    voice = _living(request.user, voice_id)
    form = NameForm(request.POST) if request.method == "POST" else NameForm(initial={"name": voice.name})
    if not form.is_valid():
        return _ask(request, "rename", voice, status=422 if form.is_bound else 200, form=form)
    voice.rename(form.cleaned_data["name"])
    news = _("It is called “{title}” now.").format(title=voice.title)
    if not request.htmx or "card" not in request.GET:
        return _leave(request, voice.get_absolute_url(), news)
    response = render(request, "library/_article.html", {"voice": voice})
    return _done(reswap(retarget(response, _place(voice)), "outerHTML"), news)


@login_required
@require_http_methods(["GET", "POST"])
def delete(request: PersonRequest, voice_id: str) -> HttpResponse:
    voice = _living(request.user, voice_id)
    if request.method == "GET":
        heard = voice.predictions.exclude(model=CLONE).exclude(audio="").count()
        others = voice.sample.voices.exclude(pk=voice.pk).count() if voice.sample else 0
        return _ask(request, "delete", voice, speeches=heard, others=others)
    erasure.end_voice(voice, Voice.State.DELETED, Voice.EndReason.OWNER, request.user)
    return _removed(request, voice, _("“{title}” is deleted, with everything it said.").format(title=voice.title))


@login_required
@require_POST
def forget(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Take what is left of an expired voice out of the library."""
    voice = get_object_or_404(voices_of(request.user), pk=pk, state=Voice.State.EXPIRED)
    erasure.forget_tombstone(voice)
    return _removed(request, voice, _("“{title}” is not listed any more.").format(title=voice.title))


def _removed(request: PersonRequest, voice: Voice, news: str) -> HttpResponse:
    """Out of the list that is on the screen, or back to the library."""
    if not request.htmx or "card" not in request.GET:
        return _leave(request, reverse("voices"), news)
    listing = Listing.read(QueryDict(urlsplit(request.htmx.current_url or "").query).dict())
    counts = listing.counts(request.user)
    if not counts[listing.show]:
        response = render(request, "library/_found.html", _listed(request.user, listing, "found"))
        return _done(reswap(retarget(response, "#found"), "innerHTML"), news)
    response = render(request, "library/_tabs.html", {"listing": listing, "tabs": listing.tabs(counts), "oob": True})
    return _done(reswap(retarget(response, _place(voice)), "delete"), news)


def _ask(request: PersonRequest, question: str, voice: Voice, status: int = 200, **context: Any) -> HttpResponse:
    """A question in a dialog; where that cannot be, on a page of its own."""
    inside = f"library/_{question}.html"
    template = inside if request.htmx else "library/ask.html"
    return render(request, template, {"question": inside, "voice": voice, **context}, status=status)


def _leave(request: PersonRequest, address: str, news: str) -> HttpResponse:
    messages.success(request, news)
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _done(response: HttpResponse, news: str) -> HttpResponse:
    """It closes the dialog, and says what was done."""
    trigger_client_event(response, "vc:done")
    return trigger_client_event(response, "vc:toast", {"message": news})


def _place(voice: Voice) -> str:
    """Its card, as _article.html names it: by its clone, which the page's poller knows."""
    return f"#card-{next((clone.pk for clone in voice.clones), voice.pk)}"  # type: ignore[attr-defined]


def _living(user: User, voice_id: str) -> Voice:
    return get_object_or_404(voices_of(user).living().select_related("sample"), voice_id=voice_id)


def _mine(user: User, voice_id: str) -> Voice:
    """The living voice of that ID, or else the latest one that was."""
    found = voices_of(user).filter(voice_id=voice_id).select_related("sample", "consent")
    voice = min(found, key=lambda voice: voice.is_gone, default=None)
    if voice is None:
        raise Http404
    return voice
