"""Consents, and what was learnt from samples, in the admin panel. Voices themselves are in the library's room."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from voiceclone.accounts.requests import PersonRequest
from voiceclone.audit.models import Action, record
from voiceclone.audit.panel import ReadOnly
from voiceclone.voices.models import Consent, Enrolment, Evidence


@admin.register(Consent)
class ConsentAdmin(ReadOnly[Consent]):
    list_display = ("id", "person", "voice", "method", "version", "given_at")
    list_filter = ("method", "given_at")
    list_select_related = ("person", "voice")
    fields = (
        *("id", "person", "voice", "method", "whose", "statement", "version", "sha256", "declaration"),
        *("heard", "agreement", "shown", "given_at"),
    )
    readonly_fields = ("shown",)
    ordering = ("-given_at",)
    person = "person"
    search_help_text = _("An id, or the e-mail address of the person.")

    @admin.display(description=_("Evidence"))
    def shown(self, consent: Consent) -> SafeString | str:
        evidence = Evidence.objects.filter(consent=consent).first()
        return link_to(evidence) if evidence else gettext("none is kept")


def link_to(evidence: Evidence) -> SafeString:
    what = gettext("the sentence, read aloud") if evidence.is_reading else gettext("a file")
    address = reverse("admin:voices_evidence_file", args=[evidence.pk])
    sentence = gettext('{what}, {size} bytes · <a href="{address}">Save it</a> (which is written down)')
    return format_html(sentence, what=what, size=evidence.size, address=address)


@admin.register(Evidence)
class EvidenceAdmin(ReadOnly[Evidence]):
    """The one thing of a person's that an admin may look into: a consent that nobody can check is none."""

    list_display = ("id", "owner", "kind", "status", "agreement", "size", "created_at")
    list_filter = ("kind", "status", "created_at")
    list_select_related = ("owner",)
    fields = (*list_display, "consent", "voice_id", "sentence", "heard", "sha256")
    ordering = ("-created_at",)
    person = "owner"
    search_help_text = _("An id, or the e-mail address of the owner.")

    def get_urls(self) -> list[Any]:
        own = path("<uuid:pk>/file/", self.admin_site.admin_view(self.file), name="voices_evidence_file")
        return [own, *super().get_urls()]

    def file(self, request: PersonRequest, pk: UUID) -> HttpResponseBase:
        """As a file to save, of no type: whatever is in it, the browser neither shows nor runs it here."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        evidence = get_object_or_404(Evidence, pk=pk)
        record(Action.EVIDENCE_SAVED, evidence.pk, request.user)
        name = f"evidence-{evidence.pk}.{'flac' if evidence.is_reading else 'bin'}"
        answer = FileResponse(
            evidence.file.open("rb"), as_attachment=True, filename=name, content_type="application/octet-stream"
        )
        answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
        return answer


@admin.register(Enrolment)
class EnrolmentAdmin(ReadOnly[Enrolment]):
    """Its options carry what was read aloud, and its error may quote it: neither is shown."""

    list_display = ("id", "sample", "engine", "status", "stage", "attempts", "created_at", "finished_at")
    list_filter = ("status", "created_at")
    list_select_related = ("sample",)
    fields = (*list_display, "started_at", "lease_until")
    ordering = ("-created_at",)
    person, ids = "sample__owner", ("pk", "sample")
    search_help_text = _("The id of an enrolment or a sample, or the e-mail address of its owner.")
