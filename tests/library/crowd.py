"""A library with many voices, made at once: they share a sample, and no file of theirs is there."""

from __future__ import annotations

from datetime import timedelta

from django.utils.timezone import now

from voiceclone.accounts.models import User
from voiceclone.predictions.models import CLONE, Prediction
from voiceclone.samples.models import Sample
from voiceclone.voices.models import Consent, Voice

WORDS = ("Reading", "Narrator", "Game", "Podcast", "Lesson", "Assistant", "Grandmother")
LANGUAGES = ("auto", "English", "German", "Spanish")


def make(owner: User, sample: Sample, count: int) -> None:
    """Of three voices one is temporary, one permanent, one expired; every other one has a name of its own."""
    statement = Consent.STATEMENT
    consents = [Consent(person=owner, statement=statement, version=Consent.VERSION) for _ in range(count)]
    Consent.objects.bulk_create(consents)
    voices = [_voice(owner, sample, consent, number) for number, consent in enumerate(consents)]
    Voice.objects.bulk_create(voices)
    Prediction.objects.bulk_create(_clone(voice) for voice in voices)


def _voice(owner: User, sample: Sample, consent: Consent, number: int) -> Voice:
    made = now() - timedelta(minutes=number)
    word = WORDS[number % len(WORDS)]
    voice = Voice(owner=owner, voice_id=f"{word}Voice-{number:04}", engine="builtin", consent=consent, created_at=made)
    voice.name = f"{word} {number}" if number % 2 else ""
    voice.language = LANGUAGES[number % len(LANGUAGES)]
    if number % 3 == 2:
        voice.state, voice.ended_at, voice.end_reason = "expired", now(), "unused"
        return voice
    voice.state, voice.sample, voice.profile = "ready", sample, f"voices/{voice.pk}/1.npz"
    if number % 3 == 1:
        voice.is_permanent, voice.first_used_at = True, now()
    else:
        voice.expires_at = Voice.expiry(now()) - timedelta(minutes=number)
    return voice


def _clone(voice: Voice) -> Prediction:
    heard = voice.state == "ready"
    clone = Prediction(owner=voice.owner, model=CLONE, engine="builtin", voice=voice, input={"text": "Hello."})
    clone.status, clone.finished_at, clone.started_at = "completed", now(), now()
    clone.audio = f"predictions/{clone.pk}/1.mp3" if heard else ""
    clone.seconds, clone.peaks = 3.0, [number * 37 % 100 for number in range(160)] if heard else []
    return clone
