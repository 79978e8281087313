"""Which voices the library shows, in which order, and which of them are on a page.

A page is found by its number, or by the voice that it comes after (`Listing.after`): so nothing is shown twice or left
out while one scrolls and voices come and go. What makes no sense in an address is taken for what is usual.
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, Count, DateTimeField, Exists, F, OuterRef, Prefetch, Q, Value, When
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from voiceclone.accounts.models import User
from voiceclone.predictions.models import Prediction
from voiceclone.samples.names import on_one_line, visible
from voiceclone.voices.models import Voice, VoiceQuerySet
from voiceclone.voices.names import fold

PAGE = 24
LONGEST_SEARCH = 256
SHOWN = (Voice.State.CLONING, Voice.State.READY, Voice.State.EXPIRED)
NEVER = datetime(9999, 12, 30, tzinfo=UTC)
LABELS = {
    "all": _("All"),
    "temporary": pgettext_lazy("voices", "Temporary"),
    "permanent": pgettext_lazy("voices", "Permanent"),
    "expired": pgettext_lazy("voices", "Expired"),
}
SORTS = {
    "newest": _("Newest first"),
    "oldest": _("Oldest first"),
    "name": _("By name"),
    "ending": _("Ending soonest"),
}
ORDERS = {
    "newest": ("-created_at", "-pk"),
    "oldest": ("created_at", "pk"),
    "name": ("folded_title", "-created_at", "-pk"),
    "ending": ("ends", "-created_at", "-pk"),
}


def voices_of(user: User) -> VoiceQuerySet:
    """A person's voices, each with its clone tasks (the latest first), and their other takes, in `voice.clones`."""
    clones = Prefetch("predictions", Prediction.objects.clones().prefetch_related("takes"), to_attr="clones")
    speaking = Exists(Prediction.objects.unfinished().filter(voice=OuterRef("pk"), take_of=None))
    return Voice.objects.for_user(user).filter(state__in=SHOWN).annotate(is_speaking=speaking).prefetch_related(clones)


def _shown(show: str) -> Q:
    """What a filter means. A voice whose time is up is expired, also before the next sweep finds it."""
    unused = Q(state=Voice.State.READY, is_permanent=False)
    over = unused & Q(frozen_at=None, expires_at__lte=now(), is_speaking=False)
    return {
        "temporary": (unused & ~over) | Q(state=Voice.State.CLONING),
        "permanent": Q(state=Voice.State.READY, is_permanent=True),
        "expired": over | Q(state=Voice.State.EXPIRED),
    }.get(show, Q())


@dataclass(frozen=True, slots=True)
class Page:
    voices: Sequence[Voice]
    number: int
    last: int
    after: str
    """The key of its last voice, as an address carries it; empty where no voice comes after it."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What is asked of the library."""

    q: str = ""
    show: str = "all"
    sort: str = "newest"
    number: int = 1
    after: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Listing:
        number = query.get("page", "")
        return cls(
            q=on_one_line(query.get("q", ""))[:LONGEST_SEARCH],
            show=query.get("show", "") if query.get("show") in LABELS else "all",
            sort=query.get("sort", "") if query.get("sort") in ORDERS else "newest",
            number=int(number) if number.isdecimal() and len(number) < 9 else 1,
            after=query.get("after", ""),
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q) or self.show != "all"

    def address(self, page: int = 1, after: str = "") -> str:
        """The query string; what is usual is left out."""
        given = {"q": self.q, "show": self.show, "sort": self.sort, "page": page, "after": after}
        usual = {"q": "", "show": "all", "sort": "newest", "page": 1, "after": ""}
        return "?" + urlencode({name: value for name, value in given.items() if value != usual[name]})

    def tabs(self, counts: Mapping[str, int]) -> list[tuple[str, str, int, str]]:
        """(name, label, how many, address) of each filter."""
        return [(name, str(label), counts[name], replace(self, show=name).address()) for name, label in LABELS.items()]

    def counts(self, user: User) -> dict[str, int]:
        """How many of those that are sought each filter shows."""
        return self._sought(user).aggregate(**{show: Count("pk", filter=_shown(show)) for show in LABELS})

    def page(self, user: User, count: int) -> Page:
        """The voices of this page; `count` is how many there are on all pages."""
        voices = self._sought(user).filter(_shown(self.show))
        if self.sort == "ending":
            ending = Q(state=Voice.State.READY, is_permanent=False, frozen_at=None)
            ends = Case(When(ending, then=F("expires_at")), default=Value(NEVER), output_field=DateTimeField())
            voices = voices.annotate(ends=ends)
        order = ORDERS[self.sort]
        voices = voices.order_by(*order)
        last = max(1, -(-count // PAGE))
        number = min(max(1, self.number), last)
        key = _key(order, self.after)
        start = 0 if key else (number - 1) * PAGE
        found = list((voices.filter(_later(order, key)) if key else voices)[start : start + PAGE + 1])
        after = _carried(order, found[PAGE - 1]) if len(found) > PAGE else ""
        return Page(found[:PAGE], number, last, after)

    def _sought(self, user: User) -> VoiceQuerySet:
        voices = voices_of(user)
        if not self.q:
            return voices
        return voices.filter(Q(folded_title__contains=fold(self.q)) | Q(voice_id__icontains=self.q))


def _carried(order: Sequence[str], voice: Voice) -> str:
    """The key of a voice in this order, for an address."""
    values = [getattr(voice, field.lstrip("-")) for field in order]
    texts = [value.isoformat() if isinstance(value, datetime) else str(value) for value in values]
    return base64.urlsafe_b64encode(json.dumps(texts).encode()).decode().rstrip("=")


def _key(order: Sequence[str], carried: str) -> list[Any] | None:
    """What `_carried` made; None of anything else."""
    try:
        texts = json.loads(base64.urlsafe_b64decode(carried + "=" * (-len(carried) % 4)))
        return [_value(field.lstrip("-"), text) for field, text in zip(order, texts, strict=True)]
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return None


def _value(field: str, text: str) -> Any:
    if field == "pk":
        return uuid.UUID(text)
    if field == "folded_title":
        return visible(text)
    return datetime.fromisoformat(text).astimezone(UTC)


def _later(order: Sequence[str], key: Sequence[Any]) -> Q:
    """Those that come after a key: one field decides, the fields before it being equal."""
    later, equal = Q(pk__in=[]), Q()
    for field, value in zip(order, key, strict=True):
        name = field.lstrip("-")
        later |= equal & Q(**{f"{name}__{'lt' if field.startswith('-') else 'gt'}": value})
        equal &= Q(**{name: value})
    return later
