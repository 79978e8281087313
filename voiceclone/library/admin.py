"""Voices in the admin panel. Deleting one ends its tasks, too, so this stands above both rooms."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.timezone import now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from voiceclone.accounts.requests import PersonRequest
from voiceclone.audit.panel import AT_ONCE, ReadOnly
from voiceclone.predictions import erasure
from voiceclone.predictions.admin import EngineFilter
from voiceclone.predictions.models import Prediction
from voiceclone.voices import retention
from voiceclone.voices.models import Voice

BY_ADMIN = (Voice.State.DELETED, Voice.EndReason.ADMIN)


class Lasts(admin.SimpleListFilter):
    title, parameter_name = _("how long it lasts"), "lasts"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("permanent", gettext("Permanent")),
            ("temporary", gettext("Temporary")),
            ("soon", gettext("Ending soon")),
            ("frozen", gettext("Frozen")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Voice]) -> QuerySet[Voice]:
        ready = Q(state=Voice.State.READY)
        chosen = {
            "permanent": ready & Q(is_permanent=True),
            "temporary": ready & Q(is_permanent=False),
            "soon": ready & Q(expires_at__lte=now() + Voice.notice(), frozen_at=None),
            "frozen": ready & Q(frozen_at__isnull=False),
        }.get(self.value() or "")
        return queryset.filter(chosen) if chosen else queryset


@admin.register(Voice)
class VoiceAdmin(ReadOnly[Voice]):
    """What a voice is called by its owner is not shown, nor is anything from which it could be heard."""

    list_display = ("voice_id", "state", "owner", "expires_at", "is_permanent", "engine", "frozen_at", "created_at")
    list_filter = ("state", Lasts, EngineFilter, "created_at")
    list_select_related = ("owner",)
    fields = (
        *("id", "voice_id", "owner", "engine", "language", "volume_normalization", "sample", "consent"),
        *("state", "is_permanent", "created_at", "expires_at", "noticed_at", "first_used_at"),
        *("frozen_at", "ended_at", "end_reason"),
    )
    ordering = ("-created_at",)
    person, names = "owner", ("voice_id",)
    search_help_text = _("A voice ID from its beginning, an id, or the e-mail address of the owner.")
    actions = ("freeze", "unfreeze", "make_permanent", "delete_for_real")

    @admin.action(description=_("Freeze the selected voices"), permissions=["act"])
    def freeze(self, request: PersonRequest, queryset: QuerySet[Voice]) -> None:
        def freeze(voice: Voice) -> str:
            return "" if retention.freeze(voice, request.user) else _state(voice, gettext("frozen already"))

        self.act(request, queryset, gettext("frozen"), freeze)

    @admin.action(description=_("Unfreeze the selected voices"), permissions=["act"])
    def unfreeze(self, request: PersonRequest, queryset: QuerySet[Voice]) -> None:
        def unfreeze(voice: Voice) -> str:
            return "" if retention.unfreeze(voice, request.user) else _state(voice, gettext("not frozen"))

        self.act(request, queryset, gettext("unfrozen"), unfreeze)

    @admin.action(description=_("Make the selected voices permanent"), permissions=["act"])
    def make_permanent(self, request: PersonRequest, queryset: QuerySet[Voice]) -> None:
        def keep(voice: Voice) -> str:
            return "" if retention.make_permanent(voice, request.user) else _state(voice, gettext("permanent already"))

        self.act(request, queryset, gettext("made permanent"), keep)

    @admin.action(description=_("Delete the selected voices for real"), permissions=["erase"])
    def delete_for_real(self, request: PersonRequest, queryset: QuerySet[Voice]) -> TemplateResponse | None:
        def delete(voice: Voice) -> str:
            return "" if erasure.end_voice(voice, *BY_ADMIN, request.user) else _state(voice, gettext("gone"))

        if request.POST.get("confirmed") or queryset[: AT_ONCE + 1].count() > AT_ONCE:
            self.act(request, queryset, gettext("deleted for real"), delete)
            return None
        return self._ask(request, queryset)

    def _ask(self, request: HttpRequest, queryset: QuerySet[Voice]) -> TemplateResponse:
        living = list(queryset.filter(state__in=(Voice.State.CLONING, Voice.State.READY)))
        said = Prediction.objects.filter(voice__in=living)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": gettext("Delete for real"),
            "voices": living,
            "ended": len(queryset) - len(living),
            "sounding": said.exclude(audio="").count(),
            "unfinished": said.unfinished().count(),
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/voices/voice/delete_for_real.html", context)


def _state(voice: Voice, otherwise: str) -> str:
    """Why nothing was done to it, in words that follow a number."""
    return otherwise if voice.is_ready else voice.get_state_display().lower()
