"""Asking addresses that somebody else has named, without becoming their way into our network."""
