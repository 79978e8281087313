"""People: sign-up, login, invitations."""
