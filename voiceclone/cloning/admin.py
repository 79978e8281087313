"""Clones that wait for an admin, because nobody can read their sentence aloud."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from voiceclone.accounts.requests import PersonRequest
from voiceclone.audit.panel import ReadOnly
from voiceclone.cloning import approvals
from voiceclone.cloning.submit import Duplicate
from voiceclone.predictions.remote.spending import CannotPay
from voiceclone.voices.admin import link_to
from voiceclone.voices.models import Approval


@admin.register(Approval)
class ApprovalAdmin(ReadOnly[Approval]):
    """What was declared is shown, because it has to be judged; the recording itself is not."""

    list_display = ("voice_id", "state", "owner", "whose", "asked_at", "decided_at", "decided_by")
    list_filter = ("state", "whose", "asked_at")
    list_select_related = ("owner", "decided_by")
    fields = (
        *("id", "owner", "voice_id", "whose", "declaration", "shown", "sample", "engine"),
        *("state", "asked_at", "decided_at", "decided_by"),
    )
    readonly_fields = ("shown",)
    ordering = ("-asked_at",)
    person, names = "owner", ("voice_id",)
    search_help_text = _("A voice ID from its beginning, an id, or the e-mail address of the owner.")
    actions = ("approve", "refuse")

    @admin.display(description=_("Proof"))
    def shown(self, approval: Approval) -> SafeString | str:
        return link_to(approval.evidence) if approval.evidence else gettext("none")

    @admin.action(description=_("Approve: clone the selected voices"), permissions=["act"])
    def approve(self, request: PersonRequest, queryset: QuerySet[Approval]) -> None:
        def approve(approval: Approval) -> str:
            try:
                return "" if approvals.approve(approval, request.user) else gettext("decided already")
            except (Duplicate, CannotPay) as error:
                messages.warning(request, format_html("{}: {}", approval.voice_id, str(error)))
                return gettext("possible now")

        self.act(request, queryset, gettext("approved and being cloned"), approve)

    @admin.action(description=_("Refuse the selected voices"), permissions=["act"])
    def refuse(self, request: PersonRequest, queryset: QuerySet[Approval]) -> None:
        def refuse(approval: Approval) -> str:
            return "" if approvals.refuse(approval, request.user) else gettext("decided already")

        self.act(request, queryset, gettext("refused"), refuse)
