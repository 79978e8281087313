"""The rule by which voices last.

A new voice lives for RETENTION_DAYS from the completion of its clone. The first *completed* speech with it makes it
permanent, for ever. Otherwise, when its time is up, its sound is deleted for real and a tombstone stays.
"""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now

from voiceclone.accounts.models import User
from voiceclone.samples.models import Sample
from voiceclone.voices import enrolments
from voiceclone.voices.models import Voice
from voiceclone.work.files import erase_folder

log = logging.getLogger("voices")


def lifetime() -> str:
    """How long a new voice lives, in words: “7 days”, “12 hours”."""
    seconds = settings.RETENTION_DAYS * 86400
    units = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
    size, unit = next((one for one in units if seconds >= one[0]), units[-1])
    count = f"{seconds / size:.3g}"
    return f"{count} {unit}" if count == "1" else f"{count} {unit}s"


def keep(voice: Voice) -> None:
    """A speech with this voice was completed. The first one makes it permanent; call it in the same transaction."""
    Voice.objects.ready().filter(pk=voice.pk, is_permanent=False).update(is_permanent=True, expires_at=None)
    Voice.objects.filter(pk=voice.pk, first_used_at=None).update(first_used_at=now())


def end(voice: Voice, state: Voice.State) -> bool:
    """Expire or delete a voice: its profile and sample go, a tombstone stays.

    False where it was not the time yet, or another process was faster. A sample that another voice uses stays.
    """
    sample = voice.sample
    with transaction.atomic():
        rows = Voice.objects.filter(pk=voice.pk, state=voice.state)
        if state == Voice.State.EXPIRED:
            rows = rows.overdue()
        if not rows.update(state=state, sample=None, profile="", expires_at=None, ended_at=now()):
            return False
        User.bump(voice.owner_id)
    erase_folder(f"voices/{voice.pk}")
    if sample and not sample.voices.exists():
        erase_sample(sample)
    log.info("ended voice=%s state=%s", voice.pk, state)
    return True


def erase_sample(sample: Sample) -> None:
    """Delete a recording and everything that was learnt from it, for real."""
    for row in sample.enrolments.all():
        enrolments.erase(row)
    sample.erase()
