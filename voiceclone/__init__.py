"""Voiceclone: a self-hosted voice-cloning studio."""
