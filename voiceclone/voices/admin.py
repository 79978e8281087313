"""Voices and consents in the admin panel."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from voiceclone.voices.models import Consent, Voice


class ReadOnly:
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Voice)
class VoiceAdmin(ReadOnly, admin.ModelAdmin[Voice]):
    list_display = ("voice_id", "owner", "state", "engine", "is_permanent", "expires_at", "created_at")
    list_filter = ("state", "is_permanent", "engine", "created_at")
    list_select_related = ("owner",)
    search_fields = ("voice_id", "name", "owner__email")
    exclude = ("profile",)


@admin.register(Consent)
class ConsentAdmin(ReadOnly, admin.ModelAdmin[Consent]):
    list_display = ("id", "person", "method", "version", "given_at")
    list_filter = ("method", "version")
    list_select_related = ("person",)
    search_fields = ("person__email",)
