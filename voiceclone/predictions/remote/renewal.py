"""A voice that its vendor has lost is made anew: the same voice here, with its ID, from the sample that was kept."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from voiceclone.engines import registry
from voiceclone.predictions import catalog, lifecycle
from voiceclone.predictions.models import CLONE, Prediction
from voiceclone.predictions.remote import spending
from voiceclone.voices import retention
from voiceclone.voices.models import Voice


def renew(voice: Voice) -> Prediction:
    """A clone task for a voice that is there already; a second call finds the first one's. Raises NotUsable."""
    with transaction.atomic():
        voice = retention.lock(voice)
        if not voice.is_ready or voice.frozen_at or not (voice.lost_at or voice.is_late_at_vendor):
            raise retention.NotUsable(retention.problem(voice) or _("“{id}” is not lost.").format(id=voice.voice_id))
        clones = voice.predictions.clones()
        under_way = clones.unfinished().first()
        if under_way:
            return under_way
        last = clones.order_by("-created_at").first()
        inputs = last.input if last else {"text": catalog.PREVIEW_TEXT, "language_boost": voice.language}
        kept = {name: value for name, value in inputs.items() if name != "audio"} | {"custom_voice_id": voice.voice_id}
        return lifecycle.submit(voice.owner, CLONE, voice.engine, voice, kept)


def price(voice: Voice) -> str:
    """What that costs, in words; empty where the engine has no price."""
    if not registry.is_hosted(voice.engine):
        return ""
    return spending.dollars(registry.hosted(voice.engine).clone_price())
