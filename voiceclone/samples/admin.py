"""Samples in the admin panel: facts only; nobody hears other people's recordings there."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from voiceclone.samples.models import Sample


@admin.register(Sample)
class SampleAdmin(admin.ModelAdmin[Sample]):
    list_display = ("id", "owner", "source", "seconds", "created_at")
    list_filter = ("source", "created_at")
    list_select_related = ("owner",)
    search_fields = ("id", "owner__email", "sha256")
    fields = readonly_fields = ("id", "owner", "source", "seconds", "sha256", "created_at")
    ordering = ("-created_at",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Sample | None = None) -> bool:
        return False  # a sample goes with its voices
