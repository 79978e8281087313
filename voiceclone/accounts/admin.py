"""People and invitations in the admin panel."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import reverse

from voiceclone.accounts.models import Invitation, User


@admin.register(User)
class UserAdmin(admin.ModelAdmin[User]):
    list_display = ("email", "is_active", "is_staff", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff", "date_joined")
    search_fields = ("email",)
    ordering = ("-date_joined",)
    fields = ("email", "is_active", "is_staff", "is_superuser", "groups", "date_joined", "last_login")
    readonly_fields = ("date_joined", "last_login")
    filter_horizontal = ("groups",)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False  # deleting the row would leave the person's recordings behind


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin[Invitation]):
    list_display = ("note", "created_at", "expires_at", "used_by", "used_at")
    list_select_related = ("used_by",)
    fields = ("note",)
    ordering = ("-created_at",)

    def has_change_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        token = Invitation.make(obj.note)
        obj.pk = Invitation.objects.values_list("pk", flat=True).get(digest=Invitation.digest_of(token))
        link = request.build_absolute_uri(f"{reverse('account_signup')}?invite={token}")
        messages.info(request, f"Pass on this link; it is shown once: {link}")
