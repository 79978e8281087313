"""Learning a voice: transcribe the reference, pair it with espeak-ng saying the same words, fit the conversion."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import soxr

from voiceclone.audio.speaker_embedding import Embedding, embed
from voiceclone.engines.base import EnrolmentOptions, Progress, SampleRejected, no_progress
from voiceclone.engines.builtin import average_voice, base_voice, calibration, conversion, postfilter, reference
from voiceclone.engines.builtin.alignment import Pairs, Phrase, align
from voiceclone.engines.builtin.analysis import (
    FRAME_PERIOD,
    Analysis,
    FloatArray,
    analyse,
    frame_at,
    median_f0,
    pitch_marks,
)
from voiceclone.engines.builtin.base_voice import NARROW, WIDE, base_features, in_context
from voiceclone.engines.builtin.espeak import espeak
from voiceclone.engines.builtin.profile import LOUDNESS, Profile
from voiceclone.engines.builtin.transcription import SAMPLE_RATE, Word, recogniser, transcribe
from voiceclone.said import Said

_LEAST_SPEECH = 2.0  # seconds
_HEARD = 30  # seconds that say who speaks
_LONGEST_PHRASE, _LONGEST_WORD = 6.0, 1.5  # seconds; what is heard as a longer word is a hum
_PAUSE = 0.12  # seconds of silence that end a phrase
_ADVICE = Said("Record somewhere quieter, closer to the microphone.")


def enrol(
    waveform: FloatArray, sample_rate: int, options: EnrolmentOptions, progress: Progress = no_progress
) -> Profile:
    """Learn a voice from mono speech, shape (n,). Raises SampleRejected where there is too little of it."""
    profile, person = learn(waveform, sample_rate, options, progress)
    return calibration.calibrate(profile, person)


def learn(
    waveform: FloatArray, sample_rate: int, options: EnrolmentOptions, progress: Progress = no_progress
) -> tuple[Profile, Embedding]:
    """A voice without a tone of its own, and the embedding of whom it should sound like. Raises as `enrol` does."""
    if options.noise_reduction:
        from voiceclone.audio.noise import reduce_noise

        waveform = np.asarray(reduce_noise(waveform.astype(np.float32), sample_rate), np.float64)
    recording = np.trim_zeros(waveform, "f")[: _HEARD * sample_rate]  # digital silence says nobody
    waveform, rate, measured = reference.prepare(waveform, sample_rate)
    loudness = float(np.clip(measured, *LOUDNESS))
    middle = median_f0(waveform, rate)
    if middle is None:
        raise SampleRejected(
            "No voice was found in the recording; at least {least:g} seconds of speech are needed. {advice}",
            least=_LEAST_SPEECH,
            advice=_ADVICE,
        )
    with ThreadPoolExecutor(1) as beside:  # WORLD frees the interpreter's lock, so another core works
        analysis = beside.submit(analyse, waveform, rate, max(60.0, middle * 0.5), min(500.0, middle * 2))
        embedding = beside.submit(embed, recording * (loudness / measured), sample_rate)
        words = _listen(waveform, rate, options.transcript, progress)
        return _taught(words, analysis.result(), loudness, progress), embedding.result()


def _taught(words: list[Word], frames: Analysis, loudness: float, progress: Progress) -> Profile:
    """The voice that a transcribed recording teaches. Raises SampleRejected where too little of it is speech."""
    groups = phrases_of(words)
    advance = _counter(progress, 3 + 2 * len(groups))  # the last of them is calibration
    phrases = say_again(groups, frames, advance)
    pairs, recognised = pair(phrases, frames, advance)
    if recognised < _LEAST_SPEECH:
        found = Said("Only {found:.1f} seconds of speech were recognised", found=recognised)
        raise SampleRejected(
            "{found}; at least {least:g} seconds are needed. {advice}",
            found=found if recognised >= 0.1 else Said("No speech was recognised"),
            least=_LEAST_SPEECH,
            advice=_ADVICE,
        )
    advance()
    profile = _fit(pairs, frames, words, loudness)
    advance()
    return profile


def phrases_of(words: list[Word]) -> list[list[Word]]:
    """Groups of words between pauses, none much longer than six seconds."""
    groups: list[list[Word]] = []
    group: list[Word] = []
    for word in words:
        length = word.end - word.start
        spoken = word.spoken and length < _LONGEST_WORD
        if spoken:
            group.append(word)
        pause = not spoken and length >= _PAUSE
        if group and (pause or word.end - group[0].start > _LONGEST_PHRASE):
            groups.append(group)
            group = []
    return [*groups, group] if group else groups


def _counter(progress: Progress, total: int) -> Callable[[], None]:
    """A function that reports one more step of learning."""
    steps = iter(range(total))
    return lambda: progress("learning", next(steps, total), total)


def _listen(waveform: FloatArray, rate: int, transcript: str, progress: Progress) -> list[Word]:
    heard = soxr.resample(waveform, rate, SAMPLE_RATE) if rate != SAMPLE_RATE else waveform
    words = recogniser().align(heard, transcript, progress) if transcript.strip() else None
    return words or transcribe(heard, progress)


def say_again(groups: list[list[Word]], frames: Analysis, advance: Callable[[], None]) -> list[Phrase]:
    """The phrases of the reference, each said again by the base voice."""
    phrases = []
    with ThreadPoolExecutor(2) as both:
        heard = []
        for group in groups:
            text = " ".join(word.text for word in group)
            utterance = espeak.speak(text, "en-us")
            heard.append(both.submit(base_voice.hear, utterance, text, "en-us", frames.sample_rate))
        for group, analysis in zip(groups, heard, strict=True):
            advance()
            first = max(0, frame_at(group[0].start - 0.02))
            beyond = min(len(frames), frame_at(group[-1].end + 0.02))
            base = analysis.result()
            spoken = np.flatnonzero(base.spoken)
            if beyond - first >= 30 and len(spoken) >= 10:
                start, end = max(0, int(spoken[0]) - 4), min(len(base), int(spoken[-1]) + 5)
                phrases.append(Phrase(first, beyond, base, start, end))
    return phrases


def pair(phrases: list[Phrase], frames: Analysis, advance: Callable[[], None]) -> tuple[list[Pairs], float]:
    """Parallel data of all phrases, and how many seconds of the reference they cover."""
    target = base_voice.features(frames, base_voice.scale_of(frames))
    pairs: list[Pairs] = []
    for phrase in phrases:
        advance()
        if (aligned := align(phrase, average_voice.envelopes(phrase.base), target)) is not None:
            pairs.append(aligned)
    return pairs, sum(len(p.reference) for p in pairs) * FRAME_PERIOD / 1000


def _fit(pairs: list[Pairs], frames: Analysis, words: list[Word], loudness: float) -> Profile:
    """The voice that parallel data teach."""
    frame = np.concatenate([p.reference for p in pairs])
    cost = np.concatenate([p.cost for p in pairs])
    phones = np.concatenate([p.phrase.base.phones[p.base] for p in pairs])
    position = np.concatenate([p.phrase.base.position[p.base] for p in pairs])
    features = [base_features(p.phrase.base) for p in pairs]
    context = np.concatenate([in_context(f, NARROW)[p.base] for f, p in zip(features, pairs, strict=True)])
    wide = np.concatenate([in_context(f, WIDE)[p.base] for f, p in zip(features, pairs, strict=True)])
    average = np.concatenate([p.average[p.base] for p in pairs])
    scale, vocabulary = base_voice.scale_of(frames), np.unique(phones)
    mel_cepstra = frames.mel_cepstra[frame]
    trusted = cost < np.percentile(cost, 88)
    x = conversion.regressors(wide[trusted], phones[trusted], position[trusted], vocabulary)
    y = (mel_cepstra[trusted] - scale.mean) / scale.deviation
    turn, weights = conversion.fit(average[trusted], x, y)
    log_f0 = np.log(frames.f0[frames.voiced])
    centre = float(np.median(log_f0))
    mel_mean, mel_middle = postfilter.measure(reference.as_loud(frames.waveform, loudness), frames.sample_rate)
    said = sum(p.phrase.base_beyond - p.phrase.base_first for p in pairs)
    return Profile(
        sample_rate=frames.sample_rate,
        waveform=frames.waveform,
        f0=frames.f0,
        pitch_marks=pitch_marks(frames.waveform, frames.f0, frames.sample_rate),
        frame=frame,
        mel_cepstra=mel_cepstra,
        context=context,
        phones=phones,
        position=position,
        cost=cost,
        turn=turn,
        weights=weights,
        vocabulary=vocabulary,
        mean=scale.mean,
        deviation=scale.deviation,
        log_f0_mean=centre,
        log_f0_deviation=float(np.clip(log_f0[np.abs(log_f0 - centre) < 0.7].std(), 0.08, 0.30)),
        tempo=float(np.clip(said / len(frame), 0.6, 1.5)),
        transcript=" ".join(word.text for word in words if word.spoken),
        loudness=loudness,
        mel_mean=mel_mean,
        mel_middle=mel_middle,
        tone=np.zeros((2, postfilter.BANDS)),
    )
