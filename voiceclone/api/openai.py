"""/v1: speech as OpenAI's clients ask for it, with one's own voices, so that they work by changing the base address."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from ninja import NinjaAPI
from ninja.errors import AuthenticationError

from voiceclone.accounts.models import User
from voiceclone.api import bodies, errors, inputs, listening, schemas, submissions
from voiceclone.api.auth import Bearer, ProgramRequest
from voiceclone.api.errors import Refused, openai_error
from voiceclone.audio.encode import CONTENT_TYPES
from voiceclone.predictions.catalog import DEFAULT_MODEL, FORMATS, MAX_TEXT, SPEECH_MODELS
from voiceclone.predictions.fields import quoted
from voiceclone.predictions.models import Prediction
from voiceclone.predictions.streaming import Kind, Sound, encoded
from voiceclone.voices.models import Voice

RATE = 24000  # Hz; bare PCM has no header that could say so, and OpenAI's is this
OWN = tuple(model.name for model in SPEECH_MODELS)
ALIASES = ("tts-1", "tts-1-hd", "gpt-4o-mini-tts")
"""What clients ask for that nobody has configured; each is DEFAULT_MODEL."""
SINCE = 1764547200  # 1 December 2025; clients want a time, and a model has none here
THEIRS = {"text": "input", "voice_id": "voice", "format": "response_format"}
EVENTS = "text/event-stream"
TAGS = ["For OpenAI's clients (/v1)"]
SHOWN = 5  # voices that an error names
SPEECH = {
    "type": "object",
    "required": ["input", "voice"],
    "properties": {
        "input": {"type": "string", "minLength": 1, "maxLength": MAX_TEXT, "description": "What is spoken."},
        "voice": {"type": "string", "minLength": 1, "description": "The ID of a voice of yours."},
        "model": {"type": "string", "default": DEFAULT_MODEL, "description": f"{', '.join(ALIASES)} are the same."},
        "response_format": {"enum": list(CONTENT_TYPES), "default": "mp3"},
        "speed": {"type": "number", "minimum": 0.5, "maximum": 2, "default": 1},
        "stream_format": {"enum": ["audio", "sse"], "default": "audio"},
        "stream": {"type": "boolean", "default": True, "description": "Ours: false sends the sound when it is whole."},
    },
}
REFUSALS = dict.fromkeys((401, 429), schemas.OpenAiError)
OF_SPEECH = dict.fromkeys((400, 404, 413, 415, 422, 500, 504), schemas.OpenAiError) | REFUSALS

api = NinjaAPI(
    title="Speech for OpenAI's clients",
    docs_url=None,
    openapi_url=None,
    auth=Bearer(),
    parser=bodies.JsonParser(),
    urls_namespace="openai",
)


@api.exception_handler(Refused)
def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    wrong: Mapping[str, str] = error.more.get("errors") or {}
    name, message = next(iter(wrong.items()), (None, error.message))
    code = error.more.get("code")
    return openai_error(error.status, message, THEIRS.get(name or "", name), code, retry_after=error.retry_after)


@api.exception_handler(AuthenticationError)
def unauthorized(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    answer = openai_error(401, json.loads(errors.unauthorized(request, error).content)["message"])
    answer["WWW-Authenticate"] = "Bearer"
    return answer


@api.post(
    "/audio/speech",
    response=OF_SPEECH,
    tags=TAGS,
    summary="Speak",
    url_name="speech",
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/json": {"schema": SPEECH}}},
        "responses": {
            200: {
                "description": "The sound, sentence by sentence as it is made.",
                "content": {kind: {"schema": {}} for kind in (*CONTENT_TYPES.values(), EVENTS)},
            }
        },
    },
)
def speech(request: ProgramRequest) -> HttpResponseBase:
    """Speak with a voice of one's own. The first use keeps the voice, and the history shows what was spoken."""
    body = bodies.read_object(request)
    wanted = _choice(body, "response_format", tuple(CONTENT_TYPES))
    style = _choice(body, "stream_format", ("audio", "sse"))
    wants_whole = body.get("stream") is not None and not inputs.switch(body, "stream")
    asked = submissions.Request(
        key=request.auth,
        model=_model(body),
        body=_settings(request.user, body, wanted),
        webhook=None,
        idempotency_key=None,
        is_old_client=False,
        fingerprint="",  # nobody asks whether it was sent before
    )

    def pack(prediction: Prediction, heard: Iterator[Sound]) -> Iterator[bytes]:
        pieces = encoded(prediction, heard, Kind(wanted, RATE))
        return _events(prediction, pieces) if style == "sse" else pieces

    kind = EVENTS if style == "sse" else CONTENT_TYPES[wanted]
    listener = listening.Listener(request, lambda: submissions.submit(asked), pack)
    if wants_whole:
        return HttpResponse(b"".join(listener), content_type=kind, headers=listening.HEADERS)
    return listening.answer(listener, kind)


def _choice(body: Mapping[str, Any], name: str, options: Sequence[str]) -> str:
    value = body.get(name)
    if value is None:
        return options[0]
    if value not in options:
        raise inputs.refusal({name: f"{name} is one of: {', '.join(options)}. {quoted(value)} was given."})
    return str(value)


def _model(body: Mapping[str, Any]) -> str:
    """The ID of one of our models. Raises Refused."""
    return f"minimax/{_known(inputs.text(body, 'model') or DEFAULT_MODEL)}"


def _known(name: str) -> str:
    short = name.removeprefix("minimax/")
    if short in ALIASES:
        return DEFAULT_MODEL
    if short not in OWN:
        found = f"There is no model {quoted(name)} here. The models are: {', '.join((*OWN, *ALIASES))}."
        raise Refused(404, found, errors={"model": found}, code="model_not_found")
    return short


def _settings(user: User, body: Mapping[str, Any], format: str) -> dict[str, Any]:
    """As one of our own models takes them. What else OpenAI has, such as `instructions`, is dropped."""
    voice = body.get("voice")
    if isinstance(voice, dict):  # the form for voices that one has made
        voice = voice.get("id")
    if not voice:
        raise inputs.refusal({"voice": f"voice is required: the ID of a voice of yours. {_voices(user)}"})
    if isinstance(voice, str) and not Voice.objects.for_user(user).filter(voice_id=voice[:300]).exists():
        raise inputs.refusal({"voice": f"You have no voice with the ID {quoted(voice)}. {_voices(user)}"})
    return {
        "text": body.get("input"),
        "voice_id": voice,
        "speed": body.get("speed"),
        "emotion": "neutral",
        "format": format if format in FORMATS else FORMATS[0],  # what the history keeps; it has no Opus and no AAC
        "sample_rate": RATE,
    }


def _voices(user: User) -> str:
    names = Voice.objects.for_user(user).usable().values_list("voice_id", flat=True)[:SHOWN]
    return f"Yours: {', '.join(names)}." if names else "You have none yet: clone one first."


def _events(prediction: Prediction, pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield _event({"type": "speech.audio.delta", "audio": b64encode(piece).decode()})
    length = len(prediction.text)  # there are no tokens here, so characters are counted
    usage = {"input_tokens": length, "output_tokens": 0, "total_tokens": length}
    yield _event({"type": "speech.audio.done", "usage": usage})


def _event(told: Mapping[str, Any]) -> bytes:
    return f"data: {json.dumps(told)}\n\n".encode()


# --- what there is ---


@api.get("/models", response={200: schemas.OpenAiModels, **REFUSALS}, tags=TAGS, summary="Models", url_name="models")
def models(request: ProgramRequest) -> dict[str, Any]:
    """Our speech models, and the names that clients ask for by themselves."""
    return {"object": "list", "data": [_shown(name) for name in (*OWN, *ALIASES)]}


@api.get(
    "/models/{path:name}",
    response={200: schemas.OpenAiModel, 404: schemas.OpenAiError, **REFUSALS},
    tags=TAGS,
    summary="One model",
    url_name="model",
)
def model(request: ProgramRequest, name: str) -> dict[str, Any]:
    """With or without `minimax/` before its name."""
    _known(name)
    return _shown(name)


def _shown(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": SINCE, "owned_by": "voiceclone"}


@api.get(
    "/audio/models",
    response={200: schemas.OpenAiChoices, **REFUSALS},
    tags=TAGS,
    summary="Models, for a menu",
    url_name="audio-models",
)
def audio_models(request: ProgramRequest) -> dict[str, Any]:
    """The same list as Open WebUI asks for it."""
    return {"models": [{"id": name, "name": name} for name in (*OWN, *ALIASES)]}


@api.get(
    "/audio/voices",
    response={200: schemas.OpenAiVoices, **REFUSALS},
    tags=TAGS,
    summary="Voices, for a menu",
    url_name="audio-voices",
)
def audio_voices(request: ProgramRequest) -> dict[str, Any]:
    """One's voices that can speak now, as Open WebUI and Kokoro's clients ask for them."""
    rows = Voice.objects.for_user(request.user).usable()
    return {"voices": [{"id": voice.voice_id, "name": voice.title} for voice in rows]}
