"""Make an invitation, for a site where REGISTRATION=invite."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.urls import reverse

from voiceclone.accounts.models import Invitation


class Command(BaseCommand):
    help = "Print a link with which one person can sign up within 14 days."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("note", nargs="?", default="", help="For whom it is; only admins see it.")

    def handle(self, *args: Any, note: str, **options: Any) -> None:
        self.stdout.write(f"{settings.BASE_URL}{reverse('account_signup')}?invite={Invitation.make(note)}")
