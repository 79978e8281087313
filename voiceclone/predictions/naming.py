"""What pages call an engine, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext

from voiceclone.engines import registry


def title(engine: str) -> str:
    """“Built-in engine”; the bare name of one that is not there any more."""
    return gettext(registry.capabilities(engine).title) if engine in registry.available() else engine


def label(engine: str) -> str:
    """“Built-in engine · basic quality”."""
    if engine not in registry.available():
        return engine
    return f"{title(engine)} · {gettext(registry.capabilities(engine).quality)}"
