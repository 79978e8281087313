"""Make somebody an admin; make the account, too, where there is none."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from voiceclone.accounts.opening import find_or_open, password_link


class Command(BaseCommand):
    help = "Make the person with this e-mail address an admin."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        try:
            user, is_new = find_or_open(email)
        except ValidationError as error:
            raise CommandError(f"{email!r} is not an e-mail address.") from error
        user.is_staff = user.is_superuser = user.is_active = True
        user.save()
        self.stdout.write(f"{user.email} is an admin now: the panel is at {settings.BASE_URL}/admin/")
        if is_new:
            self.stdout.write(
                f"The account is new. Set its password here (the link works for three days): {password_link(user)}"
            )
