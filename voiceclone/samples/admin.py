"""Samples and uploads in the admin panel: facts only; nobody hears other people's recordings there."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from voiceclone.samples.models import Sample, Upload


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


@admin.register(Upload)
class UploadAdmin(admin.ModelAdmin[Upload]):
    list_display = ("id", "owner", "kind", "size", "created_at", "arrived_at", "expires_at")
    list_filter = ("kind", "created_at")
    list_select_related = ("owner",)
    search_fields = ("owner__email",)
    fields = readonly_fields = ("owner", "kind", "declared_type", "size", "created_at", "arrived_at", "expires_at")
    ordering = ("-created_at",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Upload | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Upload | None = None) -> bool:
        return False  # it goes by itself
