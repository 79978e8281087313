"""The live queue in the admin panel. Texts are the people's own and are not shown."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import Prediction


@admin.register(Prediction)
class PredictionAdmin(admin.ModelAdmin[Prediction]):
    list_display = ("id", "owner", "model", "engine", "status", "stage", "attempts", "created_at", "finished_at")
    list_filter = ("status", "engine", "model", "created_at")
    list_select_related = ("owner",)
    search_fields = ("id", "owner__email")
    fields = readonly_fields = (
        "id",
        "owner",
        "model",
        "engine",
        "voice",
        "status",
        "stage",
        "attempts",
        "failures",
        "error",
        "code",
        "seconds",
        "created_at",
        "started_at",
        "finished_at",
        "lease_until",
    )
    ordering = ("-created_at",)
    actions = ("cancel",)

    @admin.action(description="Cancel the selected tasks")
    def cancel(self, request: HttpRequest, queryset: QuerySet[Prediction]) -> None:
        cancelled = sum(lifecycle.cancel(prediction) for prediction in queryset)
        self.message_user(request, f"{cancelled} cancelled; the rest were finished already.")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Prediction | None = None) -> bool:
        return False
