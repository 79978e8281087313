"""Opening an account for somebody who then sets its password: the commands and the admin panel do it."""

from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from voiceclone.accounts.models import User


def find_or_open(email: str) -> tuple[User, bool]:
    """The account of this address, and whether it is new. Raises ValidationError where it is no address."""
    validate_email(email)
    user = User.objects.filter(email=email.strip().lower()).first()
    if user:
        return user, False
    with transaction.atomic():
        user = User.objects.create_user(email)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user, True


def password_link(user: User) -> str:
    """Where the password is set; it works for three days, once."""
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    uidb36, _, token = key.partition("-")
    return settings.BASE_URL + reverse("account_reset_password_from_key", kwargs={"uidb36": uidb36, "key": token})
