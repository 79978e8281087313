"""What there is to read aloud, for the recorder."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from voiceclone.cloning.scripts import SCRIPTS, Script

register = template.Library()


@register.simple_tag
def scripts() -> tuple[Script, ...]:
    return SCRIPTS


@register.filter
def unbroken(sentence: str) -> SafeString:
    """Keeps a voice ID on one line, though a browser may break a line at its hyphen; the text stays the same."""
    words = (
        format_html('<span translate="no">{}</span>', word) if "-" in word else word for word in sentence.split(" ")
    )
    return format_html_join(" ", "{}", ((word,) for word in words))
