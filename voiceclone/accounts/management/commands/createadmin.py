"""Make somebody an admin; make the account, too, where there is none."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.urls import reverse

from voiceclone.accounts.models import User


class Command(BaseCommand):
    help = "Make the person with this e-mail address an admin."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email!r} is not an e-mail address.") from error
        user = User.objects.filter(email=email.lower()).first()
        created = user is None
        if user is None:
            user = User.objects.create_user(email)
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        user.is_staff = user.is_superuser = user.is_active = True
        user.save()
        self.stdout.write(f"{user.email} is an admin now: the panel is at {settings.BASE_URL}/admin/")
        if created:
            key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
            uidb36, _, token = key.partition("-")
            path = reverse("account_reset_password_from_key", kwargs={"uidb36": uidb36, "key": token})
            self.stdout.write(
                f"The account is new. Set its password here (the link works for three days): {settings.BASE_URL}{path}"
            )
