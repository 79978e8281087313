"""From a valid form to a voice that is being cloned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from voiceclone.accounts.models import User
from voiceclone.audit.models import Action, record
from voiceclone.engines import registry
from voiceclone.predictions import lifecycle
from voiceclone.predictions.inputs import enrolment_options
from voiceclone.predictions.models import CLONE, Prediction
from voiceclone.predictions.webhooks.outbox import Webhook
from voiceclone.samples.findings import Card
from voiceclone.samples.models import Sample
from voiceclone.voices import enrolments
from voiceclone.voices.models import Consent, Voice


class Duplicate(ValueError):
    """Somebody has taken this voice ID since the form was checked; the message is a sentence."""


def learn_early(sample: Sample, card: Card) -> None:
    """Begin to learn a sample before the form is sent, so that the preview comes soon after: as the form will ask for
    it, so not before the report card is there, and not where it refuses."""
    if card.stops:
        return
    if registry.is_hosted(settings.ENGINE):  # nothing leaves this machine before somebody says so
        return
    asked = {"need_noise_reduction": card.reduces_noise}
    enrolments.start(sample, settings.ENGINE, enrolment_options(asked, sample.transcript))


def submit(
    user: User,
    sample: Sample | None,
    inputs: dict[str, Any],
    nonce: str | None = None,
    method: str = Consent.Method.TICKED,
    webhook: Webhook | None = None,
    engine: str = "",
    give_consent: Callable[[], Consent] | None = None,
) -> Prediction:
    """Store the consent, the voice and the prediction together. The same nonce twice is one task.

    Without a sample, a worker gets it from `inputs["audio"]`; without an engine, it is the site's default. Raises
    Duplicate, and CannotPay where the engine costs money.
    """
    engine = engine or settings.ENGINE
    if nonce:
        earlier = Prediction.objects.for_user(user).filter(nonce=nonce).first()
        if earlier:
            return earlier
    voice_id = inputs["custom_voice_id"]
    try:
        with transaction.atomic():
            voice = Voice.objects.create(
                owner=user,
                voice_id=voice_id,
                engine=engine,
                language=inputs["language_boost"],
                volume_normalization=bool(inputs.get("need_volume_normalization")),
                sample=sample,
                consent=give_consent() if give_consent else Consent.give(user, method=method),
            )
            record(Action.VOICE_CLONED, voice.pk, user)
            return lifecycle.submit(user, CLONE, engine, voice, inputs, nonce, webhook)
    except IntegrityError as error:
        earlier = Prediction.objects.for_user(user).filter(nonce=nonce).first() if nonce else None
        if earlier:
            return earlier
        sentence = _("You already have a voice with the ID “{value}”. Choose another one.")
        raise Duplicate(sentence.format(value=voice_id)) from error
