"""What allauth says, in our own words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

ERRORS = {
    "account_inactive": _("This account is switched off. Ask whoever runs this machine."),
    "cannot_remove_primary_email": _("This is your main address. Make another one the main address first."),
    "duplicate_email": _("This address is on your account already."),
    "email_password_mismatch": _("The address or the password is not right. Check both, or choose a new password."),
    "email_taken": _("There is an account with this address already. Sign in, or use another one."),
    "enter_current_password": _("That is not your current password."),
    "incorrect_code": _("That did not match. Try again."),
    "incorrect_password": _("That is not your password."),
    "invalid_or_expired_key": _("This link does not work any more. Ask for a new one."),
    "invalid_login": _("This sign-in did not work. Try again."),
    "invalid_password_reset": _("This link does not work any more. Ask for a new one."),
    "max_email_addresses": _("An account has at most %d addresses."),
    "too_many_login_attempts": _("That was a lot of tries. Wait some minutes, then try again."),
    "unknown_email": _("There is no account with this address."),
    "unverified_primary_email": _("The main address must be a confirmed one. Confirm it first."),
    "select_only_one": _("Choose one of them."),
    "same_as_current": _("This is what it is already."),
    "rate_limited": _("That was a lot at once. Wait a minute, then try again."),
}
SECOND_FACTOR_ERRORS = {
    "add_email_blocked": _("Switch the second step off first: with it, no address can be added."),
    "cannot_delete_authenticator": _("The second step cannot be switched off."),
    "cannot_generate_recovery_codes": _("Switch the second step on first: recovery codes are for it."),
    "incorrect_code": ERRORS["incorrect_code"],
    "unverified_email": _("Confirm your email address first; then the second step can be switched on."),
}
LABELS = {
    "name": _("Name"),
    "login": _("Email address"),
    "email": _("Email address"),
    "recipient": _("Email address"),
    "oldpassword": _("Current password"),
    "password1": _("Password"),
    "password2": _("Repeat the password"),
    "passwordless": _("Sign in with it alone, without a password"),
}
NEW_PASSWORD = _("New password")
HELP = {
    "password1": _("At least 10 characters. Not only digits, not like your email address, not a common password."),
    "passwordless": _("It asks for your fingerprint, face or PIN every time."),
}
