"""What there is to read aloud, for the recorder."""

from __future__ import annotations

from django import template

from voiceclone.cloning.scripts import SCRIPTS, Script

register = template.Library()


@register.simple_tag
def scripts() -> tuple[Script, ...]:
    return SCRIPTS
