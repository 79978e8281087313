"""MiniMax's models at WaveSpeed: their names, what they take, and what they cost (price list of June 2026)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voiceclone.engines.base import EngineError
from voiceclone.said import Said

CLONE = "minimax/voice-clone"
CLONE_PRICE = 0.5  # US dollars a clone
PRICES = {  # US dollars for 1,000 characters
    "minimax/speech-02-hd": 0.05,
    "minimax/speech-02-turbo": 0.03,
    "minimax/speech-2.5-hd-preview": 0.06,
    "minimax/speech-2.5-turbo-preview": 0.04,
    "minimax/speech-2.6-hd": 0.10,
    "minimax/speech-2.6-turbo": 0.06,
    "minimax/speech-2.8-hd": 0.10,
    "minimax/speech-2.8-turbo": 0.06,
}
LANGUAGES_25 = frozenset({
    "Chinese", "Chinese,Yue", "English", "Arabic", "Russian", "Spanish", "French", "Portuguese", "German", "Turkish",
    "Dutch", "Ukrainian", "Vietnamese", "Indonesian", "Japanese", "Italian", "Korean", "Thai", "Polish", "Romanian",
    "Greek", "Czech", "Finnish", "Hindi", "auto",
})  # fmt: skip
LANGUAGES = LANGUAGES_25 | {
    "Bulgarian", "Danish", "Hebrew", "Malay", "Persian", "Slovak", "Swedish", "Croatian", "Filipino", "Hungarian",
    "Norwegian", "Slovenian", "Catalan", "Nynorsk", "Tamil", "Afrikaans",
}  # fmt: skip
OLD = ("minimax/speech-02-hd", "minimax/speech-02-turbo")
WITH_PRONUNCIATION = ("minimax/speech-2.8-hd", "minimax/speech-2.8-turbo")
EMOTIONS = frozenset({"happy", "sad", "angry", "fearful", "disgusted", "surprised", "neutral"})
LONGEST_TEXT = 10_000
SHORTEST_SAMPLE = 10.0  # seconds
KEEPS_UNUSED = 7  # days
LOSSLESS = {"format": "flac", "sample_rate": 32000}
HIGHEST_RATE = 44100

_SPEECH = ("text", "speed", "volume", "pitch", "emotion", "english_normalization", "language_boost")
_CLONE = ("model", "text", "need_noise_reduction", "need_volume_normalization")


def clone_inputs(audio: str, voice_id: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """`accuracy` is not sent: without the text that was to be read, which cannot be sent, it acts on nothing."""
    found = {name: inputs[name] for name in _CLONE if inputs.get(name) not in (None, "")}
    language = inputs.get("language_boost") or "auto"
    named = {} if language == "auto" else {"language_boost": language}
    return {"audio": audio, "custom_voice_id": voice_id, "model": "speech-02-hd", **found, **named}


def speech_inputs(model: str, voice_id: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Losslessly, so that whatever format was asked for is made from the whole sound. Raises EngineError."""
    if model not in PRICES:
        raise EngineError("WaveSpeed has no model {model}.", model=model)
    language = str(inputs.get("language_boost") or "auto")
    if model in OLD and language not in LANGUAGES_25:
        raise EngineError(
            "{model} cannot speak {language}. Choose a model from speech-2.5 on.",
            model=model.partition("/")[2],
            language=Said(language),
        )
    found = {name: inputs[name] for name in _SPEECH if inputs.get(name) not in (None, "")}
    if model in WITH_PRONUNCIATION and inputs.get("pronunciation_dict"):
        found["pronunciation_dict"] = list(inputs["pronunciation_dict"])
    found |= LOSSLESS
    if int(inputs.get("sample_rate") or 0) > int(LOSSLESS["sample_rate"]):  # type: ignore[call-overload]
        found["sample_rate"] = HIGHEST_RATE
    return {"voice_id": voice_id, **found}
