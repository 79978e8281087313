"""People in the admin panel: accounts, invitations, addresses, second factors, sessions; no secret of theirs.

Nobody becomes somebody else here: an address is not edited (a new password would be sent to it), and only a superuser
gives or takes powers. Who erases accounts stands above this room and puts the action on a subclass of `UserAdmin`.
"""

from __future__ import annotations

from typing import Any

import allauth.account.admin  # these register first, and show too much
import allauth.mfa.admin
import allauth.usersessions.admin  # noqa: F401
from allauth.account.models import EmailAddress
from allauth.mfa.base.internal.flows import delete_dangling_recovery_codes
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, CHANGE, DELETION
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from voiceclone.accounts.models import ApiKey, Invitation, User, VendorKey
from voiceclone.accounts.opening import find_or_open, password_link
from voiceclone.accounts.requests import PersonRequest
from voiceclone.audit.models import Action, record
from voiceclone.audit.panel import Panel, ReadOnly

admin.site.unregister([EmailAddress, Authenticator, UserSession])
POWERS = ("is_staff", "is_superuser", "groups")


@admin.register(User)
class UserAdmin(Panel[User]):
    list_display = ("email", "is_active", "is_staff", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff", "date_joined")
    ordering = ("-pk",)  # as they came; unlike `date_joined` it has an index
    person, ids, names = "pk", (), ("email",)
    search_help_text = _("An e-mail address, from its beginning.")
    filter_horizontal = ("groups",)
    on_record = {ADDITION: Action.ACCOUNT_OPENED, CHANGE: Action.ACCOUNT_CHANGED}

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        return ("email", "is_active", *POWERS, "date_joined", "last_login") if obj else ("email",)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        fixed = {"email", "date_joined", "last_login"}
        if obj == request.user:  # nobody locks themselves out
            fixed |= {"is_active", *POWERS}
        if not request.user.is_superuser:
            fixed |= {"is_active", *POWERS} if obj.is_superuser else {*POWERS}
        return tuple(fixed)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        user, _ = find_or_open(obj.email)
        obj.pk = user.pk
        messages.info(
            request,
            gettext("Pass on this link to set the password; it is shown once: {link}").format(link=password_link(user)),
        )

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False  # deleting the row would leave the person's recordings behind


@admin.register(Invitation)
class InvitationAdmin(Panel[Invitation]):
    list_display = ("note", "created_at", "expires_at", "used_by", "used_at")
    list_filter = (("used_at", admin.EmptyFieldListFilter),)
    list_select_related = ("used_by",)
    fields = ("note",)
    ordering = ("-pk",)
    person, ids, names = "used_by", (), ("note",)
    search_help_text = _("A note from its beginning, or the e-mail address of who has used it.")
    on_record = {ADDITION: Action.PERSON_INVITED}

    def has_change_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        token = Invitation.make(obj.note)
        obj.pk = Invitation.objects.values_list("pk", flat=True).get(digest=Invitation.digest_of(token))
        link = request.build_absolute_uri(f"{reverse('account_signup')}?invite={token}")
        messages.info(request, gettext("Pass on this link; it is shown once: {link}").format(link=link))


@admin.register(EmailAddress)
class EmailAddressAdmin(ReadOnly[EmailAddress]):
    list_display = ("email", "user", "primary", "verified")
    list_filter = ("primary", "verified")
    list_select_related = ("user",)
    fields = ("email", "user", "primary", "verified")
    ordering = ("-pk",)
    ids, names = (), ("email",)
    search_help_text = _("An e-mail address, from its beginning.")
    actions = ("verify",)

    @admin.action(description=_("Take the selected addresses as verified"), permissions=["act"])
    def verify(self, request: PersonRequest, queryset: QuerySet[EmailAddress]) -> None:
        def verify(address: EmailAddress) -> str:
            if address.verified:
                return gettext("verified already")
            return "" if address.set_verified() else gettext("verified for somebody else")

        for address in self.act(request, queryset, gettext("verified"), verify):
            record(Action.ADDRESS_VERIFIED, address.user_id, request.user)


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnly[Authenticator]):
    """Second factors, without their secrets. Deleting one lets a person in who has lost their phone."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type", "created_at")
    list_select_related = ("user",)
    fields = ("user", "type", "created_at", "last_used_at")
    ordering = ("-pk",)
    person, ids = "user", ()
    search_help_text = _("The e-mail address of its owner, from its beginning.")
    on_record = {DELETION: Action.SECOND_FACTOR_REMOVED}

    def has_delete_permission(self, request: HttpRequest, obj: Authenticator | None = None) -> bool:
        return self.has_erase_permission(request)

    def delete_model(self, request: HttpRequest, obj: Authenticator) -> None:
        super().delete_model(request, obj)
        delete_dangling_recovery_codes(obj.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Authenticator]) -> None:
        people = [row.user for row in queryset.select_related("user")]
        super().delete_queryset(request, queryset)
        for person in people:
            delete_dangling_recovery_codes(person)

    def concerns(self, row: Authenticator) -> object:
        return row.user_id


@admin.register(UserSession)
class UserSessionAdmin(ReadOnly[UserSession]):
    """Where people are signed in, without the keys of their sessions."""

    list_display = ("user", "created_at", "last_seen_at", "ip", "user_agent")
    list_filter = ("created_at",)
    list_select_related = ("user",)
    fields = ("user", "created_at", "last_seen_at", "ip", "user_agent")
    ordering = ("-pk",)
    person, ids = "user", ()
    search_help_text = _("The e-mail address of a person, from its beginning.")
    actions = ("sign_out",)

    @admin.action(description=_("Sign out the selected sessions"), permissions=["erase"])
    def sign_out(self, request: PersonRequest, queryset: QuerySet[UserSession]) -> None:
        def end(session: UserSession) -> str:
            person = session.user_id
            session.end()
            record(Action.SIGNED_OUT, person, request.user)
            return ""

        self.act(request, queryset, gettext("signed out"), end)


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnly[ApiKey]):
    """Its owner takes it back, or an admin who closes the account. What it is called is its owner's affair."""

    list_display = ("id", "owner", "last_four", "created_at", "last_used_at", "revoked_at")
    list_filter = ("created_at",)
    list_select_related = ("owner",)
    fields = ("id", "owner", "last_four", "created_at", "last_used_at", "revoked_at")
    ordering = ("-pk",)
    person, ids, names = "owner", (), ("last_four",)
    search_help_text = _("The last four characters of a key, or the e-mail address of the owner.")


@admin.register(VendorKey)
class VendorKeyAdmin(ReadOnly[VendorKey]):
    """Who has set one, and since when. What it is, nobody is shown."""

    list_display = fields = ("owner", "engine", "set_at")
    list_select_related = ("owner",)
    ordering = ("-pk",)
    person, ids = "owner", ()
    search_help_text = _("The e-mail address of the owner.")
