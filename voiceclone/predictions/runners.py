"""What a worker does with a prediction: clone a voice, or speak a text with one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from voiceclone.audio.encode import EXTENSIONS, encode
from voiceclone.audio.peaks import peaks
from voiceclone.engines import registry
from voiceclone.engines.base import Chunk, Engine, EngineError, Progress, SampleRejected
from voiceclone.predictions import lifecycle
from voiceclone.predictions.inputs import enrolment_options, speech_settings
from voiceclone.predictions.models import Prediction
from voiceclone.voices import enrolments, retention
from voiceclone.voices.models import Voice
from voiceclone.work.files import erase_folder
from voiceclone.work.leases import Interrupted, ShuttingDown

log = logging.getLogger("predictions")
OUR_FAULT = (
    "Something went wrong on this machine, three times. Its admin finds the reason in the log under the id {id}."
)


@dataclass(frozen=True, slots=True)
class Result:
    chunks: list[Chunk]
    profile: bytes = b""


def perform(prediction: Prediction) -> None:
    """Run a claimed prediction to its end, whatever that is."""
    try:
        with lifecycle.hold(prediction) as progress:
            result = (_clone if prediction.is_clone else _speak)(prediction, progress)
            progress("saving", 0, 1)
            _save(prediction, result)
    except ShuttingDown:
        lifecycle.hand_back(prediction)
    except Interrupted:
        log.info("let go prediction=%s attempt=%s", prediction.pk, prediction.attempts)
    except EngineError as error:
        lifecycle.fail(prediction, str(error), error.code)
    except Exception:
        log.exception("unexpected failure prediction=%s attempt=%s", prediction.pk, prediction.attempts)
        if prediction.failures + 1 < lifecycle.MAX_FAILURES:
            lifecycle.retry_later(prediction)
        else:
            lifecycle.fail(prediction, OUR_FAULT.format(id=prediction.pk), 5000)


def _clone(prediction: Prediction, progress: Progress) -> Result:
    engine = registry.get(prediction.engine)
    voice = prediction.voice
    sample = voice.sample if voice else None
    if voice is None or sample is None:
        raise SampleRejected("The sample was deleted before the voice could be made. Choose a sample and try again.")
    progress("checking", 0, 1)
    path = Path(sample.file.path)
    _check_what_was_read(engine, path, prediction)
    options = enrolment_options(prediction.input, sample.transcript)
    profile = enrolments.obtain(sample, prediction.engine, options, progress)
    settings = speech_settings(prediction.input, even_loudness=voice.volume_normalization)
    clone = engine.clone(path, options, prediction.text, settings, progress, prepared=profile)
    return Result(clone.preview, clone.profile)


def _check_what_was_read(engine: Engine, path: Path, prediction: Prediction) -> None:
    wanted = str(prediction.input.get("text_validation") or "")
    if not wanted:
        return
    threshold = float(prediction.input.get("accuracy", 0.7))
    agreement, heard = engine.check_text(path, wanted)
    if agreement < threshold:
        raise SampleRejected(
            f"The sample does not say the text that was to be read: they agree to {agreement:.2f}, and the accuracy "
            f"asked for is {threshold:.2f}. To be read: “{wanted}” Heard: “{heard}”"
        )


def _speak(prediction: Prediction, progress: Progress) -> Result:
    voice = prediction.voice
    if voice is None or not voice.is_ready:
        raise EngineError("This voice is not there any more, so nothing could be spoken with it.")
    progress("starting", 0, 1)
    with voice.profile.open("rb") as profile:
        data = profile.read()
    engine = registry.get(prediction.engine)
    settings = speech_settings(prediction.input, even_loudness=voice.volume_normalization)
    return Result(list(engine.speak(data, prediction.text, settings, progress)))


def _save(prediction: Prediction, result: Result) -> None:
    """Keep the sound and what was learnt; where the lease was lost meanwhile, leave nothing behind."""
    waveform = np.concatenate([chunk.waveform for chunk in result.chunks])
    rate = result.chunks[0].sample_rate
    kept: dict[str, str] = {}  # folder → the file in it

    def keep(folder: str, suffix: str, content: bytes) -> str:
        kept[folder] = default_storage.save(f"{folder}/{prediction.attempts}{suffix}", ContentFile(content))
        return kept[folder]

    inputs = prediction.input
    sound = encode(
        waveform,
        rate,
        format=prediction.format,
        target_rate=int(inputs.get("sample_rate") or 32000),
        bitrate=int(inputs.get("bitrate") or 128000),
        channels=int(inputs.get("channel") or 1),
        tags=_tags(prediction),
    )
    audio = keep(f"predictions/{prediction.pk}", EXTENSIONS[prediction.format], sound)
    then = _keep_voice(prediction)
    if prediction.is_clone:
        profile = keep(f"voices/{prediction.voice_id}", ".npz", result.profile)
        then = _voice_is_ready(prediction, profile)
    done = lifecycle.complete(
        prediction, then, audio=audio, seconds=len(waveform) / rate, peaks=peaks(waveform), stage="", done=0, total=0
    )
    for folder, name in kept.items():
        if done:
            erase_folder(folder, keep=name)
        else:
            default_storage.delete(name)


def _tags(prediction: Prediction) -> dict[str, str]:
    """Every output says, in a way that machines can read, that it is synthetic (EU AI Act, Art. 50)."""
    voice = prediction.voice.voice_id if prediction.voice else ""
    return {"AIGenerated": "true", "engine": prediction.engine, "voice": voice, "comment": "AI-generated speech"}


def _voice_is_ready(prediction: Prediction, profile: str) -> Callable[[], None]:
    def ready() -> None:
        completed_at = Prediction.objects.values_list("finished_at", flat=True).get(pk=prediction.pk)
        assert completed_at is not None
        rows = Voice.objects.filter(predictions=prediction, state=Voice.State.CLONING)
        rows.update(state=Voice.State.READY, profile=profile, expires_at=Voice.expiry(completed_at))

    return ready


def _keep_voice(prediction: Prediction) -> Callable[[], None]:
    def keep() -> None:
        if prediction.voice:
            retention.keep(prediction.voice)

    return keep
