"""Samples and uploads in the admin panel: facts only; nobody hears other people's recordings or reads their names."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from voiceclone.audit.panel import ReadOnly
from voiceclone.samples.models import Sample, Upload


@admin.register(Sample)
class SampleAdmin(ReadOnly[Sample]):
    """A sample goes with its voices."""

    list_display = ("id", "owner", "source", "seconds", "created_at")
    list_filter = ("source", "created_at")
    list_select_related = ("owner",)
    fields = ("id", "owner", "source", "seconds", "sha256", "created_at")
    ordering = ("-created_at",)
    person = "owner"
    search_help_text = _("An id, or the e-mail address of the owner, from its beginning.")


@admin.register(Upload)
class UploadAdmin(ReadOnly[Upload]):
    """An upload goes by itself. Its id is not its address: that is signed."""

    list_display = ("id", "owner", "kind", "size", "created_at", "arrived_at", "expires_at")
    list_filter = ("created_at",)
    list_select_related = ("owner",)
    fields = ("id", "owner", "kind", "declared_type", "size", "created_at", "arrived_at", "expires_at")
    ordering = ("-created_at",)
    person = "owner"
    search_help_text = _("An id, or the e-mail address of the owner, from its beginning.")
