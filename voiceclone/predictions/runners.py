"""What a worker does with a prediction: clone a voice, or speak a text with one."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.functional import lazy
from django.utils.text import Truncator

from voiceclone.audio.peaks import peaks
from voiceclone.engines import registry
from voiceclone.engines.base import Chunk, EngineError, LocalEngine, Progress, SampleRejected, Waveform
from voiceclone.predictions import lifecycle, sounds
from voiceclone.predictions.inputs import enrolment_options, speech_settings
from voiceclone.predictions.models import Prediction
from voiceclone.predictions.remote import opening
from voiceclone.said import Said, sentence_of
from voiceclone.samples import findings, references, report
from voiceclone.samples.models import Sample
from voiceclone.voices import enrolments, likeness, retention
from voiceclone.voices.models import Voice
from voiceclone.work.files import erase_folder
from voiceclone.work.leases import Interrupted, ShuttingDown

log = logging.getLogger("predictions")

QUOTED = 160  # characters of a text in a sentence about it


@dataclass(frozen=True, slots=True)
class Result:
    chunks: list[Chunk]
    profile: bytes = b""


def perform(prediction: Prediction) -> None:
    """Run a claimed prediction to its end, whatever that is."""
    try:
        with lifecycle.hold(prediction) as progress:
            if opening.is_hosted(prediction):
                _prepare(prediction, progress)
            else:
                result = (_clone if prediction.makes_voice else _speak)(prediction, progress)
                progress("saving", 0, 1)
                save(prediction, result)
        if opening.is_hosted(prediction):
            opening.hand_over(prediction)
    except ShuttingDown:
        lifecycle.hand_back(prediction)
    except Interrupted:
        log.info("let go prediction=%s attempt=%s", prediction.pk, prediction.attempts)
    except EngineError as error:
        lifecycle.fail(prediction, sentence_of(error), error.code)
    except Exception:
        log.exception("unexpected failure prediction=%s attempt=%s", prediction.pk, prediction.attempts)
        if prediction.failures + 1 < lifecycle.MAX_FAILURES:
            lifecycle.retry_later(prediction)
        else:
            why = Said(
                "Something went wrong on this machine, three times. Its admin finds the reason in the log under the id "
                "{id}.",
                id=prediction.pk,
            )
            lifecycle.fail(prediction, why, 5000)


def _prepare(prediction: Prediction, progress: Progress) -> None:
    """Make sure that what a vendor will be asked for makes sense, before it costs anything."""
    progress("checking", 0, 1)
    voice, engine = prediction.voice, registry.hosted(prediction.engine)
    if not prediction.is_clone:
        if voice is None or not voice.is_ready:
            raise EngineError("This voice is not there any more, so nothing could be spoken with it.")
        return
    if voice is None or not (voice.sample or prediction.input.get("audio")):
        raise SampleRejected("The sample was deleted before the voice could be made. Choose a sample and try again.")
    sample = voice.sample or _fetch_sample(prediction)
    shortest = engine.capabilities.shortest_sample
    if sample.seconds < shortest:
        raise SampleRejected(
            "The sample is {found:.1f} seconds long; {vendor} needs at least {least:g} seconds.",
            found=sample.seconds,
            vendor=engine.vendor,
            least=shortest,
        )
    _check_report(sample)
    # the vendor cannot compare it with a text; our own recogniser can
    _check_what_was_read(registry.local("builtin"), Path(sample.file.path), prediction)


def _clone(prediction: Prediction, progress: Progress) -> Result:
    engine = registry.local(prediction.engine)
    progress("checking", 0, 1)
    voice = prediction.voice
    if voice is None or not (voice.sample or prediction.input.get("audio")):
        raise SampleRejected("The sample was deleted before the voice could be made. Choose a sample and try again.")
    sample = voice.sample or _fetch_sample(prediction)
    _check_report(sample)
    path = Path(sample.file.path)
    _check_what_was_read(engine, path, prediction)
    options = enrolment_options(prediction.input, sample.transcript)
    profile = enrolments.obtain(sample, prediction.engine, options, progress)
    settings = speech_settings(prediction.input, even_loudness=voice.volume_normalization)
    clone = engine.clone(path, options, prediction.text, settings, progress, prepared=profile)
    return Result(clone.preview, clone.profile)


def _fetch_sample(prediction: Prediction) -> Sample:
    """A program named the sample by an address or an upload. Fetched twice after a crash, it is one sample still."""
    try:
        sample = references.resolve(prediction.owner, str(prediction.input["audio"]))
    except references.AudioUnusable as error:
        refused = SampleRejected(sentence_of(error))
        refused.code = error.code
        raise refused from error
    lifecycle.use_sample(prediction, sample)
    return sample


def _check_report(sample: Sample) -> None:
    """What the report card stops is refused for programs, too."""
    found = report.obtain(sample)
    if findings.card(found).refusal:
        raise SampleRejected(lazy(lambda: findings.card(found).refusal, str)())


def _check_what_was_read(engine: LocalEngine, path: Path, prediction: Prediction) -> None:
    wanted = str(prediction.input.get("text_validation") or "")
    if not wanted:
        return
    threshold = float(prediction.input.get("accuracy", 0.7))
    match = engine.check_text(path, wanted)
    if match.agreement < threshold:
        raise SampleRejected(
            "The sample does not say the text that was to be read (match {found:.2f}; at least {asked:.2f} is needed). "
            "Read that text again, correct it, or lower the accuracy. To be read: “{wanted}” Heard: “{heard}”",
            found=math.floor(match.agreement * 100) / 100,  # rounded up it could look like enough
            asked=threshold,
            wanted=_shortened(wanted),
            heard=_shortened(match.heard),
        )


def _shortened(text: str) -> str:
    """So that a long reading does not bury the advice."""
    return Truncator(text).chars(QUOTED)


def _speak(prediction: Prediction, progress: Progress) -> Result:
    """Speak sentence by sentence; each can be heard while the rest is made."""
    voice = prediction.voice
    if voice is None or not voice.is_ready:
        raise EngineError("This voice is not there any more, so nothing could be spoken with it.")
    progress("starting", 0, 1)
    with voice.profile.open("rb") as profile:
        data = profile.read()
    engine = registry.local(prediction.engine)
    settings = speech_settings(prediction.input, even_loudness=voice.volume_normalization, seed=prediction.seed)
    chunks: list[Chunk] = []
    lengths: list[float] = []
    for chunk in engine.speak(data, prediction.text, settings, progress):
        lengths.append(sounds.keep_part(prediction, len(chunks), chunk))
        chunks.append(chunk)
        lifecycle.offer_parts(prediction, lengths)
    return Result(chunks)


def save(prediction: Prediction, result: Result, also: Callable[[], None] | None = None) -> None:
    """Keep the sound and what was learnt; where the lease was lost meanwhile, leave nothing behind.

    `also` runs in the transaction that completes the prediction.
    """
    waveform, rate = sounds.joined(result.chunks), result.chunks[0].sample_rate
    audio, master = sounds.keep_whole(prediction, waveform, rate)
    keep, profile = _keep_voice(prediction), ""
    if prediction.makes_voice:
        kind = "json" if opening.is_hosted(prediction) else "npz"
        learnt = f"voices/{prediction.voice_id}/{prediction.attempts}.{kind}"
        profile = default_storage.save(learnt, ContentFile(result.profile))
        keep = _voice_is_ready(prediction, profile)

    def then() -> None:
        keep()
        if also:
            also()

    sound = {"audio": audio, "master": master, "seconds": len(waveform) / rate, "peaks": peaks(waveform)}
    sound |= {"sentences": _sentence_lengths(result), "likeness": _likeness(prediction, waveform, rate)}
    is_kept = False
    try:
        is_kept = lifecycle.complete(prediction, then, **sound, parts=[], stage="", done=0, total=0)
    finally:
        if not is_kept:
            for name in filter(None, (audio, master, profile)):
                default_storage.delete(name)
    if is_kept:
        erase_folder(sounds.folder(prediction), keep={audio, master})
        if profile:
            erase_folder(f"voices/{prediction.voice_id}", keep={profile})


def _sentence_lengths(result: Result) -> list[float]:
    return [round(len(chunk.waveform) / chunk.sample_rate, 2) for chunk in result.chunks]


def _likeness(prediction: Prediction, waveform: Waveform, sample_rate: int) -> float | None:
    sample = prediction.voice.sample if prediction.voice else None
    return likeness.score(sample, waveform, sample_rate) if sample else None


def _voice_is_ready(prediction: Prediction, profile: str) -> Callable[[], None]:
    def ready() -> None:
        completed_at = Prediction.objects.values_list("finished_at", flat=True).get(pk=prediction.pk)
        assert completed_at is not None
        voice = Voice.objects.filter(predictions=prediction)
        made = {"state": Voice.State.READY, "profile": profile, "expires_at": Voice.expiry(completed_at)}
        if not voice.filter(state=Voice.State.CLONING).update(**made):
            voice.filter(state=Voice.State.READY).update(profile=profile)  # it was lost at a vendor, and is made anew

    return ready


def _keep_voice(prediction: Prediction) -> Callable[[], None]:
    def keep() -> None:
        if prediction.voice and not prediction.is_clone:  # another take of a preview is no use of the voice
            retention.keep(prediction.voice, prediction.owner)

    return keep
