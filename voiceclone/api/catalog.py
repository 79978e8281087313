"""The models as the vendor's catalog has them. Ranges, choices and defaults are read off the forms that check them."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from django import forms
from django.conf import settings
from django.utils import translation

from voiceclone.cloning.forms import ContractForm
from voiceclone.engines import registry
from voiceclone.predictions import catalog
from voiceclone.predictions.fields import NumberField, OptionField, PronunciationField, TextField
from voiceclone.speech.forms import SpeechForm
from voiceclone.voices import voice_id

HINTS = {
    "audio": "The sample: an https address, the address of an upload of yours, a data: URI, or base64. "
    "One person speaking, 10 seconds to 5 minutes.",
    "custom_voice_id": "You choose it, and speak with the voice by it: at least 8 characters, first a letter, with a "
    "digit, such as ReadingVoice-2026. One of yours that lives cannot be taken twice.",
    "model": "Which model speaks the preview. The voice works with every model.",
    "text": "What is spoken.",
    "language_boost": "The language of the text; auto finds it out.",
    "need_noise_reduction": "Helps a noisy sample, and hurts a clean one.",
    "need_volume_normalization": "The voice speaks at one even, comfortable loudness.",
    "text_validation": "What the speaker was to read (English). The sample is compared with it. Ours: the vendor has "
    "no such key.",
    "accuracy": "How well the sample must match text_validation: 0 is anything, 1 is every sound.",
    "voice_id": "The custom_voice_id of a voice of yours.",
    "speed": "Factor.",
    "volume": "Factor.",
    "pitch": "Semitones.",
    "emotion": "How it is spoken.",
    "english_normalization": "Reads numbers, dates and units as English does.",
    "sample_rate": "Hz; 32000 where it is left out.",
    "bitrate": "Bits a second, of mp3 only; 128000 where it is left out.",
    "channel": '"1" mono (where it is left out), "2" stereo.',
    "format": "mp3 where it is left out.",
    "pronunciation_dict": "How words are said, such as omg/oh my god.",
    "enable_sync_mode": "Answer when the task is done, or after some time with code 5004. API only.",
    "enable_base64_output": "The output is base64 of the file, without a data: prefix, not an address. API only.",
}
SPEECH_TEXT = "At most 10,000 characters. <#0.5#> is a pause of half a second."
SWITCHES = ("enable_sync_mode", "enable_base64_output")
COMPONENTS = {"audio": "uploader", "voice_id": "command", "custom_voice_id": "text"}


def request_schema(model_id: str) -> dict[str, Any]:
    """JSON schema of a model's input, as strict as the vendor shows it; what is checked is more lenient."""
    is_clone = model_id == catalog.CLONE
    form = ContractForm if is_clone else SpeechForm
    fields = {name: field for name, field in form.base_fields.items() if is_clone or name != "model"}
    properties = {"audio": _audio()} if is_clone else {}
    with translation.override(settings.LANGUAGE_CODE):  # kept for every reader, and read by programs
        properties |= {name: _property(name, field) for name, field in fields.items()}
    properties |= {name: _switch(name, disabled=True) for name in SWITCHES}
    if not is_clone:
        properties["text"]["description"] = SPEECH_TEXT
        languages = next(model.languages for model in catalog.SPEECH_MODELS if model.id == model_id)
        properties["language_boost"]["enum"] = [*languages, catalog.AUTO]
    required = ["audio", "custom_voice_id"] if is_clone else ["text", "voice_id"]
    order = [*required, *(name for name in properties if name not in required)]
    return {
        "type": "object",
        "properties": {name: properties[name] for name in order},
        "required": required,
        "x-order-properties": order,
    }


def _property(name: str, field: forms.Field) -> dict[str, Any]:
    found: dict[str, Any] = {"title": str(field.label), "description": HINTS[name], "x-hint": HINTS[name]}
    if isinstance(field, NumberField):
        step = field.widget.attrs["step"]
        kind = {"type": "number", "minimum": field.minimum, "maximum": field.maximum, "step": step}
        return found | kind | {"default": field.default, "x-ui-component": "slider"}
    if isinstance(field, OptionField):
        values = list(field.values.values())
        kind = {"type": "integer" if isinstance(values[0], int) else "string", "enum": values}
        default = {} if field.default is None else {"default": field.default}
        return found | kind | default | {"x-ui-component": "select"}
    if isinstance(field, TextField):
        text = {"type": "string", "maxLength": field.limit, "x-ui-component": "textarea", "x-rows": 3}
        return found | text | ({"default": field.default} if field.default else {})
    if isinstance(field, PronunciationField):
        return found | {"type": "array", "items": {"type": "string"}, "default": [], "x-ui-component": "array"}
    if isinstance(field, forms.BooleanField):
        return _switch(name)
    rule = {"pattern": voice_id.PATTERN, "minLength": voice_id.SHORTEST, "maxLength": voice_id.LONGEST}
    return found | {"type": "string", **rule, "x-ui-component": COMPONENTS[name]}


def _switch(name: str, disabled: bool = False) -> dict[str, Any]:
    hint = {"description": HINTS[name], "x-hint": HINTS[name]}
    return {"type": "boolean", "default": False, **hint, **({"disabled": True} if disabled else {})}


def _audio() -> dict[str, Any]:
    return {
        "title": "Sample",
        "type": "string",
        "description": HINTS["audio"],
        "x-hint": HINTS["audio"],
        "x-accept": ".mp3,.m4a,.wav,.flac,.ogg,.opus,.webm,.aac,.mp4",
        "x-ui-component": "uploader",
        "x-placeholder": "Upload your audio file",
    }


def entries(base_url: str) -> list[dict[str, Any]]:
    """Every model, in the vendor's shape."""
    return [_entry(model_id, place, base_url) for place, model_id in enumerate(catalog.MODEL_IDS)]


def about(model_id: str) -> str:
    if model_id == catalog.CLONE:
        return (
            "Makes a voice from some seconds of speech. Its output is a preview; speak with it by its custom_voice_id."
        )
    return "Speaks a text with a voice of yours. The first time makes the voice permanent."


def price(engine: str, model_id: str, characters: int = 1000) -> float:
    """US dollars, about: nothing on one's own machine, the vendor's list where a vendor does it."""
    if not registry.is_hosted(engine):
        return 0.0
    hosted = registry.hosted(engine)
    return hosted.clone_price() if model_id == catalog.CLONE else hosted.speech_price(model_id, characters)


def _formula(model_id: str) -> str:
    """JSONata, as the vendor writes it."""
    base = price(settings.ENGINE, model_id)
    return f"{base} * $length(text) / 1000" if base and model_id != catalog.CLONE else str(base)


def _entry(model_id: str, place: int, base_url: str) -> dict[str, Any]:
    is_clone = model_id == catalog.CLONE
    schema = {
        "type": "model_run",
        "method": "POST",
        "server": base_url,
        "api_path": f"/api/v3/{model_id}",
        "request_schema": request_schema(model_id),
    }
    return {
        "model_id": model_id,
        "name": model_id,
        "description": about(model_id),
        "type": "audio-to-audio" if is_clone else "text-to-audio",
        "base_price": price(settings.ENGINE, model_id),
        "sort_order": len(catalog.MODEL_IDS) - place,
        "formula": _formula(model_id),
        "api_schema": {"api_schemas": [schema]},
    }


@lru_cache(maxsize=8)
def answer(base_url: str) -> bytes:
    """The whole answer of GET /api/v3/models: it changes only with the version."""
    return json.dumps({"code": 200, "message": "success", "data": entries(base_url)}).encode()
