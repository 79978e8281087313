"""Links to finished sound that need no sign-in and no key: signed, and good for OUTPUT_URL_DAYS."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse

from voiceclone.audio.encode import EXTENSIONS
from voiceclone.predictions.models import Prediction

_signer = TimestampSigner(sep=".", salt="voiceclone.outputs")


def link(prediction: Prediction, base_url: str) -> str:
    """Where whoever has this link can hear `prediction`, which has sound. `base_url` is without a slash at its end."""
    return base_url + reverse("output", args=[_signer.sign(prediction.pk), file_name(prediction)])


def file_name(prediction: Prediction) -> str:
    return prediction.pk + EXTENSIONS[prediction.format]  # not its text: addresses end up in other people's logs


def find(token: str) -> Prediction | None:
    """The prediction that a link is good for; None where it was forged, is too old, or the sound is gone."""
    try:
        pk = _signer.unsign(token, max_age=timedelta(days=settings.OUTPUT_URL_DAYS))
    except BadSignature:
        return None
    return Prediction.objects.filter(pk=pk).exclude(audio="").first()
