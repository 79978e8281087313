"""Names that people give, as they may be shown: no control characters, no tricks with the writing direction."""

from __future__ import annotations

import re
import unicodedata

INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # control, format (right-to-left tricks), and the like


def visible(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c) not in INVISIBLE)


def on_one_line(text: str) -> str:
    """The same with single spaces, and none at the ends."""
    return " ".join(visible(" ".join(text.split())).split())


def clean_name(name: str) -> str:
    """A file's name, without its path."""
    return visible(re.split(r"[/\\]", name)[-1]).strip()[:120] or "recording"
