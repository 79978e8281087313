"""What was asked for, as a page says it."""

from __future__ import annotations

from django import template

from voiceclone.predictions import asked, sounds, steps

register = template.Library()

register.filter("asked_rows", asked.rows)
register.filter("settings_in_words", asked.settings)
register.filter("short_model", asked.short_model)
register.filter("voice_name", asked.voice_name)
register.filter("downloads", sounds.downloads)
register.filter("pieces", steps.pieces)
register.filter("being_said", steps.being_said)
