"""`manage.py screenshots`: what it needs, and what its pictures are called."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from voiceclone.management.showcase import scenes


def test_without_a_browser_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(CommandError, match="A browser is missing: install one of chromium, "):
        call_command("screenshots", str(tmp_path))


def test_names_are_used_once() -> None:
    names = [scene.name for scene in scenes.PAGES]
    assert len(names) == len(set(names))
