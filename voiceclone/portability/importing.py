"""From a passport to a voice of one's own.

The voice is learnt again from its sample, by the engine that is here: a profile is a program's inner state, and one
from elsewhere could be anything. So an import is a clone like any other, with the same steps to watch and same life.
"""

from __future__ import annotations

from typing import IO, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from voiceclone.accounts.models import User
from voiceclone.audit.models import Action, record
from voiceclone.portability import passport_reader
from voiceclone.portability.passport_reader import Passport
from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import CLONE, Prediction
from voiceclone.samples.intake import take_in_bytes
from voiceclone.samples.models import Sample
from voiceclone.voices.models import Consent, Voice


class Duplicate(ValueError):
    """This voice ID is taken; the message is a sentence."""


def take_in(user: User, file: IO[bytes], size: int) -> tuple[dict[str, Any], Sample]:
    """A passport's description, and its sample as one of the person's. Raises NotImportable, SampleRefused."""
    description, sound = passport_reader.read(file, size)
    passport = passport_reader.understand(description)
    name = f"{passport.voice_id[:100]}.flac"
    return description, take_in_bytes(user, sound, name, Sample.Source.UPLOAD, passport.transcript)


def submit(user: User, passport: Passport, sample: Sample, voice_id: str, nonce: str | None = None) -> Prediction:
    """Store the consent, the voice and its clone together. The same nonce twice is one task. Raises Duplicate."""
    try:
        with transaction.atomic():
            voice = Voice.objects.create(
                owner=user,
                voice_id=voice_id,
                name=passport.name,
                engine=passport.engine,
                language=passport.language,
                volume_normalization=passport.volume_normalization,
                sample=sample,
                consent=Consent.give(user, passport.consent),
            )
            record(Action.VOICE_IMPORTED, voice.pk, user)
            return lifecycle.submit(user, CLONE, passport.engine, voice, _inputs(passport, voice_id), nonce)
    except IntegrityError as error:
        earlier = Prediction.objects.for_user(user).filter(nonce=nonce).first() if nonce else None
        if earlier:
            return earlier
        sentence = _("You already have a voice with the ID “{value}”. Choose another one.")
        raise Duplicate(sentence.format(value=voice_id)) from error


def _inputs(passport: Passport, voice_id: str) -> dict[str, Any]:
    return {
        "custom_voice_id": voice_id,
        "text": passport.preview_text,
        "language_boost": passport.language,
        "need_noise_reduction": passport.noise_reduction,
        "need_volume_normalization": passport.volume_normalization,
        **passport.speech,
    }
