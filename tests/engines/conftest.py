"""Voices for the tests of voiceclone.engines, learnt once from speech that the project makes itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from voiceclone.engines import registry
from voiceclone.engines.base import EnrolmentOptions, LocalEngine, SpeechSettings, Waveform
from voiceclone.engines.builtin.demo import demo_sample

Speak = Callable[..., Waveform]


@pytest.fixture(scope="session")
def builtin() -> LocalEngine:
    return registry.local("builtin")


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    waveform, sample_rate, _ = demo_sample()
    path = tmp_path_factory.mktemp("samples") / "demo.flac"
    soundfile.write(path, waveform, sample_rate)
    return path


@pytest.fixture(scope="session")
def voice(builtin: LocalEngine, sample: Path) -> bytes:
    return builtin.enrol(sample, EnrolmentOptions(transcript=demo_sample()[2]))


@pytest.fixture(scope="session")
def speak(builtin: LocalEngine, voice: bytes) -> Speak:
    """Speak a text; keywords are those of SpeechSettings."""

    def speak(text: str, **settings: Any) -> Waveform:
        chunks = builtin.speak(voice, text, replace(SpeechSettings(), **settings))
        return np.concatenate([chunk.waveform for chunk in chunks])

    return speak
