"""Archives and ends of accounts in the admin panel: how far they are, and nothing of what is in them."""

from __future__ import annotations

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from voiceclone.accounts.admin import UserAdmin
from voiceclone.accounts.models import User
from voiceclone.accounts.requests import PersonRequest
from voiceclone.audit.panel import ReadOnly
from voiceclone.portability import erasure, inventory
from voiceclone.portability.models import Erasure, Export
from voiceclone.portability.watching import ERASURE_STAGES

admin.site.unregister(User)
ASKED = 50  # accounts in one question: each is counted


@admin.register(User)
class PeopleAdmin(UserAdmin):
    """People, and the end of their accounts: erasing one needs all the rooms below."""

    actions = ("erase_accounts",)

    @admin.action(description=_("Erase the selected accounts for real"), permissions=["erase"])
    def erase_accounts(self, request: PersonRequest, queryset: QuerySet[User]) -> TemplateResponse | None:
        if not request.POST.get("confirmed"):
            return self._ask(request, queryset)
        receipts: list[Erasure] = []

        def erase(person: User) -> str:
            reason = why_not(person, request.user)
            if reason:
                return reason
            try:
                receipts.append(erasure.begin(person, request.user))
            except erasure.LastAdmin:
                return gettext("the only admin of this site")
            return ""

        self.act(request, queryset, gettext("being erased"), erase)
        if receipts:
            links = format_html_join(
                ", ", '<a href="{}">{}</a>', ((row.get_absolute_url(), row.pk) for row in receipts)
            )
            messages.info(request, format_html(gettext("Receipts to pass on: {}"), links))
        return None

    def _ask(self, request: PersonRequest, queryset: QuerySet[User]) -> TemplateResponse:
        people = [person for person in queryset[:ASKED] if not why_not(person, request.user)]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": gettext("Erase accounts"),
            "people": [(person, inventory.take(person)) for person in people],
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/accounts/user/erase.html", context)


def why_not(person: User, by: User) -> str:
    """In words that follow a number; empty where `by` may erase `person` in the panel."""
    if person == by:
        return gettext("your own, which you delete on your account page")
    protected = person.is_superuser and not by.is_superuser
    return gettext("an admin's, which only a superuser erases") if protected else ""


@admin.register(Export)
class ExportAdmin(ReadOnly[Export]):
    list_display = ("id", "owner", "status", "size", "created_at", "finished_at", "expires_at")
    list_filter = ("status", "created_at")
    list_select_related = ("owner",)
    fields = (
        "id",
        "owner",
        "status",
        "attempts",
        "size",
        "files",
        "missing",
        "created_at",
        "finished_at",
        "expires_at",
    )
    ordering = ("-pk",)
    person = "owner"
    search_help_text = _("An id, or the e-mail address of the owner, from its beginning.")


@admin.register(Erasure)
class ErasureAdmin(ReadOnly[Erasure]):
    list_display = ("id", "status", "under_way", "by_admin", "attempts", "created_at", "finished_at")
    list_filter = ("status", "by_admin", "created_at")
    fields = ("id", "status", "under_way", "by_admin", "found", "attempts", "error", "created_at", "finished_at")
    ordering = ("-pk",)
    search_help_text = _("The number of a receipt.")

    @admin.display(description=_("stage"))
    def under_way(self, row: Erasure) -> str:
        return str(ERASURE_STAGES.get(row.stage, row.stage))
