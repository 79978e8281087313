"""The audit trail in the admin panel: read, never written."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from voiceclone.audit.models import AuditEvent
from voiceclone.audit.panel import ReadOnly


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnly[AuditEvent]):
    list_display = ("at", "action", "object_id", "actor")
    list_filter = ("action", "at")
    list_select_related = ("actor",)
    fields = ("at", "action", "object_id", "actor")
    person, ids, names = "actor", ("object_id",), ("object_id",)
    search_help_text = _("The id of a voice, task or account, or the e-mail address of who did it.")
