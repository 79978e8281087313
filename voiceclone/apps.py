"""The project as an app of its own: its commands and its checks."""

from __future__ import annotations

from django.apps import AppConfig


class VoicecloneConfig(AppConfig):
    name = "voiceclone"

    def ready(self) -> None:
        from voiceclone import checks  # noqa: F401 - importing it registers them
