"""The live queue and webhooks in the admin panel. Texts and addresses are the people's own and are not shown."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import Prediction, WebhookDelivery


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


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(admin.ModelAdmin[WebhookDelivery]):
    list_display = ("id", "owner", "host", "status", "tries", "answer", "created_at", "not_before", "finished_at")
    list_filter = ("status", "answer", "created_at")
    list_select_related = ("owner",)
    search_fields = ("id", "prediction__id", "owner__email")
    fields = readonly_fields = (
        "id",
        "owner",
        "prediction",
        "host",
        "status",
        "attempts",
        "tries",
        "answer",
        "error",
        "created_at",
        "not_before",
        "finished_at",
    )
    ordering = ("-created_at",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: WebhookDelivery | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: WebhookDelivery | None = None) -> bool:
        return False
