"""/api: what other programs talk to."""
