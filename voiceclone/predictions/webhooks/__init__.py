"""Webhooks: a finished task is posted, signed, to an address that its client named."""
