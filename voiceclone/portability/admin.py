"""Archives and ends of accounts in the admin panel: how far they are, and nothing of what is in them."""

from __future__ import annotations

from django.contrib import admin

from voiceclone.audit.panel import ReadOnly
from voiceclone.portability.models import Erasure, Export


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
    search_help_text = "An id, or the e-mail address of the owner, from its beginning."


@admin.register(Erasure)
class ErasureAdmin(ReadOnly[Erasure]):
    list_display = ("id", "status", "stage", "by_admin", "attempts", "created_at", "finished_at")
    list_filter = ("status", "by_admin", "created_at")
    fields = ("id", "status", "stage", "by_admin", "found", "attempts", "error", "created_at", "finished_at")
    ordering = ("-pk",)
    search_help_text = "The number of a receipt."
