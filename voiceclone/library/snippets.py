"""Programs, ready to run, that speak with a voice through the API."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.template.loader import render_to_string

from voiceclone.accounts.requests import origin

LANGUAGES = (("curl", "curl"), ("python", "Python"), ("javascript", "JavaScript"))


@dataclass(frozen=True, slots=True)
class Snippet:
    name: str
    title: str
    code: str


def snippets(request: HttpRequest, voice_id: str) -> list[Snippet]:
    """For the address at which the person is."""
    context = {"base": origin(request), "voice_id": voice_id}
    return [
        Snippet(name, title, render_to_string(f"library/snippets/{name}.txt", context).strip())
        for name, title in LANGUAGES
    ]
