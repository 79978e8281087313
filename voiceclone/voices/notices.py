"""Telling people that a voice of theirs is going to end, while there is time to keep it."""

from __future__ import annotations

import logging
from collections import defaultdict

from django.conf import settings
from django.utils.timezone import now

from voiceclone.accounts import letters
from voiceclone.accounts.models import User
from voiceclone.voices.models import Voice

log = logging.getLogger("voices")


def send() -> int:
    """Periodic: one mail to each person for all their voices that end soon. Returns how many mails.

    Each voice is told of once, however many schedulers run: `noticed_at` is set by a conditional UPDATE, and given
    back where the mail could not be sent. Without a mail server the pages alone tell it.
    """
    if not settings.EMAIL_URL:
        return 0
    told: dict[User, list[Voice]] = defaultdict(list)
    for voice in Voice.objects.ending_soon().filter(noticed_at=None).select_related("owner").order_by("expires_at"):
        if Voice.objects.filter(pk=voice.pk, noticed_at=None).update(noticed_at=now()):
            told[voice.owner].append(voice)
    return sum(_mail(owner, voices) for owner, voices in told.items() if owner.is_active)


def _mail(owner: User, voices: list[Voice]) -> bool:
    if not letters.send(owner, "voices/email/ending_soon", {"voices": voices}):
        Voice.objects.filter(pk__in=[voice.pk for voice in voices]).update(noticed_at=None)
        return False
    log.info("told user=%s voices=%s", owner.pk, len(voices))
    return True
