"""The seam between the studio and whatever makes a voice.

An engine knows sound, and these dataclasses. It never sees a model, a request or a setting.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from voiceclone.said import Said

Waveform = NDArray[np.float32]
"""Mono samples in -1…1, shape (n,)."""


class EngineError(Exception):
    """The engine could not do it: a sentence for the person (as in said.py). `code` is the v3 contract's."""

    code = 1403

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence if isinstance(sentence, Said) else Said(sentence, **values))


class SampleRejected(EngineError):
    """This recording cannot become a voice; a better one might. Trying again with the same one is useless."""

    code = 1401


class Progress(Protocol):
    """Called by an engine as it works, about twice a second. It raises when nobody wants the result any more."""

    def __call__(self, stage: str, done: int, total: int) -> None: ...


def no_progress(stage: str, done: int, total: int) -> None:
    """For callers who only want the result."""


@dataclass(frozen=True, slots=True)
class EnrolmentOptions:
    """What changes the voice that is learnt from a sample."""

    noise_reduction: bool = False
    transcript: str = ""  # what was read, where that is known: a hint, never a demand


@dataclass(frozen=True, slots=True)
class SpeechSettings:
    """How a text is to be spoken; names and ranges are those of the v3 contract."""

    speed: float = 1.0  # 0.5…2, factor
    volume: float = 1.0  # 0.1…10, factor
    pitch: int = 0  # -12…12, semitones
    emotion: str = "neutral"
    language: str = "auto"  # a `language_boost` value
    even_loudness: bool = False  # every sentence at -16 LUFS, before `volume`
    english_normalization: bool = False  # numbers, dates and units are read as English does
    pronunciation: tuple[tuple[str, str], ...] = ()  # (a word, what is said for it)
    seed: int = 0  # 0: the plain reading; any other: another take of it, the same each time


@dataclass(frozen=True, slots=True)
class Chunk:
    """One piece of speech, in order: the sound of a sentence, with the pause that precedes it."""

    text: str
    waveform: Waveform
    sample_rate: int  # Hz


@dataclass(frozen=True, slots=True)
class Clone:
    """A new voice and the first thing it said."""

    profile: bytes
    preview: list[Chunk]


@dataclass(frozen=True, slots=True)
class TextMatch:
    """How well a recording says a text."""

    agreement: float  # 0…1
    heard: str  # the words
    words: tuple[tuple[str, float], ...]
    """Each word of the text that can be compared, and how much of it was heard, 0…1."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can honour; pages grey out the rest and the API says so in words."""

    title: str  # "Built-in engine"
    quality: str  # "basic quality"
    languages: frozenset[str]  # `language_boost` values
    emotions: frozenset[str]
    max_text: int  # characters
    stays_here: bool  # nothing leaves this machine
    notes: tuple[str, ...] = field(default=())  # limits, a plain sentence each
    in_a_line: str = ""  # quality, speed, price and privacy, for whoever chooses an engine
    shortest_sample: float = 3.0  # seconds
    takes: bool = False  # it says a text otherwise with each `SpeechSettings.seed`
    hears: float = math.inf  # seconds of a sample that are learnt from, without long pauses; the rest is not heard


def gettext_noop(text: str) -> str:
    """Marks a text for translation; whoever shows it translates it, for an engine knows no language of a page."""
    return text


class Engine(ABC):
    """One way of making voices: LocalEngine works on this machine, HostedEngine (hosted.py) asks a vendor.

    To add one, copy the most similar, register it, and run the contract test.
    """

    name: str
    capabilities: Capabilities
    profile_version = 1
    """Of a voice's profile, all that the engine needs to speak with it; a voice passport says it."""

    def warm_up(self) -> None:  # noqa: B027  # nothing to load is fine
        """Load what is slow to load, before the first person waits for it."""

    def sentences(self, text: str) -> list[str]:
        """The pieces in which a text will be said, one for each chunk; empty where that cannot be known."""
        return []


class LocalEngine(Engine):
    """It learns and speaks here and now, in the worker that calls it."""

    @abstractmethod
    def check_text(self, sample: Path, text: str) -> TextMatch:
        """How well a sample (24 kHz mono FLAC) matches the text that was to be read.

        Raises EngineError where this engine cannot compare such a text, for example in that language.
        """

    @abstractmethod
    def enrol(self, sample: Path, options: EnrolmentOptions, progress: Progress = no_progress) -> bytes:
        """Learn a voice from a sample (24 kHz mono FLAC). Returns the profile: all that `speak` needs.

        Raises SampleRejected where the recording cannot become a voice.
        """

    @abstractmethod
    def speak(
        self, profile: bytes, text: str, settings: SpeechSettings, progress: Progress = no_progress
    ) -> Iterator[Chunk]:
        """Speak a text with a voice, sentence by sentence, each as soon as it is made."""

    def clone(
        self,
        sample: Path,
        options: EnrolmentOptions,
        text: str,
        settings: SpeechSettings,
        progress: Progress = no_progress,
        prepared: bytes | None = None,
    ) -> Clone:
        """Learn a voice and speak the preview text with it. `prepared` is a profile of this sample made earlier."""
        profile = prepared if prepared is not None else self.enrol(sample, options, progress)
        return Clone(profile, list(self.speak(profile, text, settings, progress)))
