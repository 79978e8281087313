"""Make an API key for somebody; make the account, too, where there is none."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from voiceclone.accounts.models import User
from voiceclone.api import keys


class Command(BaseCommand):
    help = "Print a new API key for the person with this e-mail address; the key stands alone on the last line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="Made by createapikey", help="By which it is known on the account page.")

    def handle(self, *args: Any, email: str, name: str, **options: Any) -> None:
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email!r} is not an e-mail address.") from error
        with transaction.atomic():
            user = User.objects.filter(email=email.lower()).first()
            if user is None:
                user = User.objects.create_user(email)
                EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
                self.stdout.write("The account is new: its password is set by “Forgot your password?” at the sign-in.")
            if not user.is_active:
                raise CommandError(f"{user.email} may not log in, so a key of theirs would open nothing.")
            try:
                token = keys.issue(user, name)
            except ValueError as error:
                raise CommandError(str(error)) from error
        self.stdout.write(token)
