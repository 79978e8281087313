"""The engine that comes with the project: works on a bare machine, offline, with one recording."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voiceclone.engines.base import (
    Capabilities,
    Chunk,
    EngineError,
    EnrolmentOptions,
    LocalEngine,
    Progress,
    SpeechSettings,
    TextMatch,
    Waveform,
    gettext_noop,
    no_progress,
)
from voiceclone.engines.builtin import languages
from voiceclone.engines.builtin.reading import in_english, pronounced
from voiceclone.engines.builtin.text import cut, sentences
from voiceclone.said import Said

if TYPE_CHECKING:
    from voiceclone.engines.builtin.profile import Profile

_BETWEEN_RUNS = 0.05  # seconds between two languages in a sentence

# The signal processing is imported where it is used: a web process that only asks for capabilities needs none of it.


class BuiltinEngine(LocalEngine):
    """Exemplar-based voice conversion of espeak-ng; see docs/builtin-engine.md."""

    name = "builtin"
    profile_version = 2
    capabilities = Capabilities(
        title=gettext_noop("Built-in engine"),
        quality=gettext_noop("basic quality"),
        languages=languages.SUPPORTED,
        emotions=frozenset({"happy", "sad", "angry", "fearful", "disgusted", "surprised", "neutral"}),
        max_text=10_000,
        stays_here=True,
        hears=60.0,
        takes=True,
        in_a_line=gettext_noop(
            "Basic quality, some seconds for a clone, free of charge. Your sample stays on this machine."
        ),
        notes=(
            gettext_noop(
                "Clearly the person, clearly synthetic: rhythm and tune are of readers in general, not the person's "
                "own."
            ),
            gettext_noop(
                "Learns best from 30 seconds or more of clear English speech; other languages are learnt less exactly."
            ),
            gettext_noop("Emotions are styles of tempo, pitch and tone, not acting."),
            gettext_noop("Filipino and Nynorsk cannot be spoken, and Japanese only in kana."),
            gettext_noop("Checking a recording against a text works in English only."),
        ),
    )

    def warm_up(self) -> None:
        """Load the recogniser (half a second) and start the synthesiser."""
        from voiceclone.engines.builtin.base_voice import say
        from voiceclone.engines.builtin.transcription import recogniser

        recogniser()
        say("Hello.", "en-us", 24000)

    def check_text(self, sample: Path, text: str) -> TextMatch:
        """One minus the phone error rate of a listener who expects the text; English only."""
        import soxr

        from voiceclone.engines.builtin import matching, reference, transcription

        waveform, sample_rate, _ = reference.prepare(*reference.read(sample))
        if sample_rate != transcription.SAMPLE_RATE:
            waveform = soxr.resample(waveform, sample_rate, transcription.SAMPLE_RATE)
        return matching.match(transcription.recogniser(), waveform, text)

    def enrol(self, sample: Path, options: EnrolmentOptions, progress: Progress = no_progress) -> bytes:
        from voiceclone.engines.builtin import enrolment, reference

        return enrolment.enrol(*reference.read(sample), options, progress).dump()

    def speak(
        self, profile: bytes, text: str, settings: SpeechSettings, progress: Progress = no_progress
    ) -> Iterator[Chunk]:
        """Sentence by sentence. Raises EngineError where there is nothing to say, or nothing this engine can say."""
        from voiceclone.engines.builtin import synthesis
        from voiceclone.engines.builtin.profile import Profile
        from voiceclone.engines.builtin.prosody import STYLES
        from voiceclone.engines.builtin.room import Room

        said = pronounced(text, settings.pronunciation)
        if len(said) > self.capabilities.max_text:
            counted = Said(" with its pronunciations") if said != text else ""
            raise EngineError(
                "The text has {found:,} characters{counted}; the built-in engine speaks at most {most:,} at a time. "
                "Split it.",
                found=len(said),
                counted=counted,
                most=self.capabilities.max_text,
            )
        if settings.emotion not in STYLES:
            raise EngineError(
                "The built-in engine has no emotion {emotion!r}. Choose {styles}.",
                emotion=settings.emotion,
                styles=", ".join(STYLES),
            )
        pieces = sentences(text)
        if not pieces:
            raise EngineError("There is nothing to say in this text: it has no letters or digits.")
        spoken = [pronounced(piece.text, settings.pronunciation) for piece in pieces]
        read = [languages.runs(settings.language, piece, said) if piece else [] for piece in spoken]
        learnt, rate = Profile.load(profile), synthesis.OUTPUT_RATE
        room = Room(learnt, rate)
        heard = False
        for i, piece in enumerate(pieces):
            progress("speaking", i, len(pieces))
            speech = _say(learnt, read[i], settings)
            heard = heard or len(speech) > 0
            pause = piece.pause if piece.written else piece.pause / settings.speed
            waveform = np.concatenate([np.zeros(round(pause * rate), np.float32), speech])
            yield Chunk(piece.text, room.under(waveform, settings.volume), rate)
        if not heard:
            raise EngineError("There is nothing in this text that the built-in engine can read aloud.")
        progress("speaking", len(pieces), len(pieces))

    def sentences(self, text: str) -> list[str]:
        return [piece.text for piece in sentences(text)]


def _say(voice: Profile, runs: list[languages.Run], settings: SpeechSettings) -> Waveform:
    """One sentence, each run of it in its language; empty where nothing is said."""
    from voiceclone.engines.builtin import loudness, synthesis
    from voiceclone.engines.builtin.prosody import STYLES

    gap, style = np.zeros(round(_BETWEEN_RUNS * synthesis.OUTPUT_RATE), np.float32), STYLES[settings.emotion]
    parts: list[Waveform] = []
    for run in runs:
        text = in_english(run.text) if settings.english_normalization and run.english else run.text
        for piece in cut(text):  # what is said for a short word may be long
            said = synthesis.say(voice, piece, run.voice, style, settings.speed, float(settings.pitch), settings.seed)
            if len(said):
                parts += [gap, said] if parts else [said]
    if not parts:
        return np.zeros(0, np.float32)
    return loudness.finish(np.concatenate(parts), synthesis.OUTPUT_RATE, settings.volume, settings.even_loudness)
