"""The voice ID: which rules it keeps (those of the v3 contract, told one at a time), and whether it is free."""

from __future__ import annotations

import re
import secrets

from django.utils.translation import gettext

from voiceclone.accounts.models import User
from voiceclone.voices.models import Voice

SHORTEST, LONGEST = 8, 256
PATTERN = "^[A-Za-z][A-Za-z0-9_-]*[0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?$"
"""All the rules below but the length, for schemas."""
EXAMPLE = "ReadingVoice-2026"


def problem(voice_id: str) -> str:
    """The first rule that it breaks, as a sentence; empty where it keeps them all."""
    if len(voice_id) < SHORTEST:
        return gettext("A voice ID has at least {limit} characters; this one has {found}.").format(
            limit=SHORTEST, found=len(voice_id)
        )
    if len(voice_id) > LONGEST:
        return gettext("A voice ID has at most {limit} characters; this one has {found}.").format(
            limit=LONGEST, found=len(voice_id)
        )
    if not re.match(r"[A-Za-z]", voice_id):
        sentence = gettext("A voice ID begins with a letter from A to Z; this one begins with “{found}”.")
        return sentence.format(found=voice_id[0])
    odd = re.search(r"[^A-Za-z0-9_-]", voice_id)
    if odd:
        found = gettext("a space") if odd[0] == " " else f"“{odd[0]}”"
        sentence = gettext("A voice ID is made of the letters A to Z, digits, “-” and “_”; this one has {found} in it.")
        return sentence.format(found=found)
    if voice_id[-1] in "-_":
        sentence = gettext("A voice ID ends with a letter or a digit; this one ends with “{found}”.")
        return sentence.format(found=voice_id[-1])
    if not re.search(r"[0-9]", voice_id):
        return gettext("A voice ID has letters and digits; this one has no digit.")
    return ""


def is_taken(user: User, voice_id: str) -> bool:
    return Voice.objects.for_user(user).living().filter(voice_id=voice_id).exists()


def suggest(user: User) -> str:
    """A free ID from the name in the person's address."""
    name = "".join(re.findall(r"[A-Za-z]+", user.email.split("@")[0]))[:20].capitalize() or "My"
    while True:
        voice_id = f"{name}Voice-{1000 + secrets.randbelow(9000)}"
        if not is_taken(user, voice_id):
            return voice_id
