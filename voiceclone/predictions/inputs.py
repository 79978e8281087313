"""From a prediction's input, in the names of the v3 contract, to what an engine understands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voiceclone.engines.base import EnrolmentOptions, SpeechSettings


def enrolment_options(inputs: Mapping[str, Any], script: str) -> EnrolmentOptions:
    """What of a clone's input changes the voice that is learnt. `script`: what was on screen during the recording."""
    return EnrolmentOptions(
        noise_reduction=bool(inputs.get("need_noise_reduction")),
        transcript=str(inputs.get("text_validation") or script),
    )


def speech_settings(inputs: Mapping[str, Any], *, even_loudness: bool, seed: int = 0) -> SpeechSettings:
    """How a text is to be spoken; what is missing has the contract's default. `seed`: of another take."""
    return SpeechSettings(
        speed=float(inputs.get("speed", 1)),
        volume=float(inputs.get("volume", 1)),
        pitch=int(inputs.get("pitch", 0)),
        emotion=str(inputs.get("emotion") or "neutral"),
        language=str(inputs.get("language_boost") or "auto"),
        even_loudness=even_loudness,
        english_normalization=bool(inputs.get("english_normalization")),
        pronunciation=tuple(_pair(line) for line in inputs.get("pronunciation_dict") or ()),
        seed=seed,
    )


def _pair(line: str) -> tuple[str, str]:
    alias, _, said = line.partition("/")
    return alias.strip(), said.strip()
