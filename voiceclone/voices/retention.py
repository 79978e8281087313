"""The rule by which voices last.

A new voice lives for RETENTION_DAYS from the completion of its clone. The first *completed* speech with it makes it
permanent, for ever; a speech that was accepted before the deadline counts, also where it is completed after it.
Otherwise, when its time is up, its sound is deleted for real and a tombstone stays.

Races are settled by the voice's row: whoever accepts a use or ends a voice locks it first (`lock`), and each change is
one conditional UPDATE.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.formats import date_format
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from voiceclone.accounts.models import User
from voiceclone.audit.models import Action, record
from voiceclone.samples.models import Sample
from voiceclone.voices import enrolments
from voiceclone.voices.models import Evidence, Voice
from voiceclone.work.files import erase_folder

log = logging.getLogger("voices")
ENDED = {Voice.State.EXPIRED: Action.VOICE_EXPIRED, Voice.State.DELETED: Action.VOICE_DELETED}


class NotUsable(ValueError):
    """Nothing can be spoken with this voice; the message is a sentence that says why, and since when."""


def lifetime() -> str:
    """How long a new voice lives, in words: “7 days”, “12 hours”."""
    seconds = settings.RETENTION_DAYS * 86400
    size = next((size for size in (86400, 3600, 60) if seconds >= size), 1)
    count = f"{seconds / size:.3g}"
    many = 1 if count == "1" else 2
    words = {
        86400: ngettext("%(count)s day", "%(count)s days", many),
        3600: ngettext("%(count)s hour", "%(count)s hours", many),
        60: ngettext("%(count)s minute", "%(count)s minutes", many),
        1: ngettext("%(count)s second", "%(count)s seconds", many),
    }
    return words[size] % {"count": count}


def problem(voice: Voice) -> str:
    """Why nothing can be spoken with this voice now, as a sentence; empty where it can."""
    facts = {"name": _("“{id}”").format(id=voice.voice_id), "lifetime": lifetime()}
    if voice.state == Voice.State.CLONING:
        return _("{name} is still being cloned. Wait for its preview, then speak with it.").format(**facts)
    if voice.state == Voice.State.FAILED:
        return _("{name} was not made: its clone failed. Clone it again.").format(**facts)
    when = _moment(voice.ended_at or voice.expires_at)
    if voice.state == Voice.State.EXPIRED or voice.is_overdue:
        sentence = _("{name} expired on {when}: it was not used within {lifetime} of being made. Clone it again.")
        return sentence.format(when=when, **facts)
    if voice.state == Voice.State.DELETED:
        if voice.end_reason == Voice.EndReason.ADMIN:
            sentence = _(
                "{name} was deleted on {when} by an admin of this site, so nothing can be spoken with it any more."
            )
        else:
            sentence = _("{name} was deleted on {when}, so nothing can be spoken with it any more.")
        return sentence.format(when=when, **facts)
    if voice.lost_at:
        sentence = _(
            "{name} is no longer at its vendor (noticed on {when}). It can be cloned again from its sample, which is "
            "kept here."
        )
        return sentence.format(when=_moment(voice.lost_at), **facts)
    if voice.frozen_at:
        sentence = _("{name} is frozen since {when}: ask the admin of this site why.")
        return sentence.format(when=_moment(voice.frozen_at), **facts)
    return ""


def _moment(when: datetime | None) -> str:
    """“3 March 2026, 14:05 UTC”, as the reader's language writes it."""
    return f"{date_format(when, 'DATETIME_FORMAT')} UTC" if when else ""


def lock(voice: Voice) -> Voice:
    """The voice as it is now; nobody else accepts a use of it or ends it before this transaction is over.

    (SQLite's transactions have the whole database to themselves: see `transaction_mode` in the settings.)
    """
    return Voice.objects.select_for_update().get(pk=voice.pk)


def accept_use(voice: Voice) -> None:
    """Call it in the transaction that creates a speech. Raises NotUsable where the voice cannot be used now."""
    reason = problem(lock(voice))
    if reason:
        raise NotUsable(reason)


def keep(voice: Voice, user: User) -> None:
    """A speech with this voice was completed. The first one makes it permanent; call it in the same transaction."""
    unused = Voice.objects.ready().filter(pk=voice.pk, first_used_at=None)
    if unused.update(is_permanent=True, expires_at=None, first_used_at=now()):
        record(Action.VOICE_KEPT, voice.pk, user)
        log.info("kept voice=%s", voice.pk)


def make_permanent(voice: Voice, admin: User) -> bool:
    """An admin's act. False where there was nothing to change."""
    with transaction.atomic():
        if not Voice.objects.temporary().filter(pk=voice.pk).update(is_permanent=True, expires_at=None):
            return False
        record(Action.VOICE_MADE_PERMANENT, voice.pk, admin)
        User.bump(voice.owner_id)
    return True


def freeze(voice: Voice, admin: User) -> bool:
    """An admin's act: nobody speaks with it, and its time stands still. False where there was nothing to change."""
    with transaction.atomic():
        if not Voice.objects.ready().filter(pk=voice.pk, frozen_at=None).update(frozen_at=now()):
            return False
        record(Action.VOICE_FROZEN, voice.pk, admin)
        User.bump(voice.owner_id)
    return True


def unfreeze(voice: Voice, admin: User) -> bool:
    """The time that it was frozen is given back to it."""
    with transaction.atomic():
        found = lock(voice)
        if not found.frozen_at:
            return False
        rows = Voice.objects.filter(pk=voice.pk)
        rows.temporary().update(expires_at=F("expires_at") + (now() - found.frozen_at))
        rows.update(frozen_at=None)
        record(Action.VOICE_UNFROZEN, voice.pk, admin)
        User.bump(voice.owner_id)
    return True


def end(voice: Voice, state: Voice.State, reason: Voice.EndReason, actor: User | None = None) -> bool:
    """Expire or delete a voice: its profile and sample go, a tombstone stays.

    False where it was not the time yet, or another process was faster. A sample that another voice uses stays; of the
    other versions of the same recording (a part of it, a cleaned one) no more than those that a voice uses.
    """
    with transaction.atomic():
        try:
            sample = lock(voice).sample
            versions = [sample, *sample.relatives()] if sample else []
        except Voice.DoesNotExist:  # its owner's account is being erased
            return False
        rows = Voice.objects.filter(pk=voice.pk, state__in=(Voice.State.CLONING, Voice.State.READY))
        if state == Voice.State.EXPIRED:
            rows = rows.overdue()
        final = {"state": state, "end_reason": reason, "ended_at": now(), "expires_at": None, "frozen_at": None}
        if not rows.update(**final, sample=None, profile=""):
            return False
        record(ENDED[state], voice.pk, actor)
        User.bump(voice.owner_id)
    erase_folder(f"voices/{voice.pk}")
    for evidence in Evidence.objects.filter(consent__voice=voice):
        evidence.erase()
    for version in versions:
        if not version.voices.exists():
            erase_sample(version)
    log.info("ended voice=%s state=%s reason=%s", voice.pk, state, reason)
    return True


def erase_sample(sample: Sample) -> None:
    """Delete a recording and everything that was learnt from it, for real."""
    for row in sample.enrolments.all():
        enrolments.erase(row)
    sample.erase()
