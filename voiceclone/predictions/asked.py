"""What was asked for, in words: the settings of a task for whoever does not know the contract's names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from voiceclone.predictions import catalog
from voiceclone.predictions.models import Prediction


def _yes(value: Any) -> str:
    return "Yes" if value else "No"


def _pitch(value: Any) -> str:
    semitones = int(value)
    sign = "+" if semitones > 0 else "−" if semitones else ""
    return f"{sign}{abs(semitones)} semitone{'' if abs(semitones) == 1 else 's'}"


def _language(value: Any) -> str:
    return "Found out from the text" if value == catalog.AUTO else str(value)


ROWS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "voice_id": ("Voice ID", str),
    "custom_voice_id": ("Voice ID", str),
    "model": ("Model of the preview", str),
    "text": ("Text", str),
    "speed": ("Speed", lambda value: f"{float(value):g}×"),
    "volume": ("Volume", lambda value: f"{float(value):g}×"),
    "pitch": ("Pitch", _pitch),
    "emotion": ("Emotion", lambda value: str(value).capitalize()),
    "language_boost": ("Language", _language),
    "format": ("Format", lambda value: str(value).upper()),
    "sample_rate": ("Sample rate", lambda value: f"{int(value):,} Hz"),
    "bitrate": ("Bitrate", lambda value: f"{int(value) // 1000} kbit/s"),
    "channel": ("Channels", lambda value: "Stereo" if str(value) == "2" else "Mono"),
    "english_normalization": ("English numbers in words", _yes),
    "pronunciation_dict": ("Pronunciation", "; ".join),
    "need_noise_reduction": ("Noise reduction", _yes),
    "need_volume_normalization": ("Even loudness", _yes),
    "text_validation": ("Text to be read in the sample", str),
    "accuracy": ("Accuracy that was asked for", lambda value: f"{float(value):.2f}"),
}
"""name in the contract → (label, how its value is said)"""


def rows(task: Prediction) -> list[tuple[str, str]]:
    """Label and value of everything that was given, in one order; the text of a speech stands above it anyway."""
    said = [("Model", short_model(task))]
    shown = () if task.is_clone else ("text",)
    given = {name: value for name, value in task.input.items() if value not in ("", None, []) and name not in shown}
    said += [(label, words(given[name])) for name, (label, words) in ROWS.items() if name in given]
    if task.seed:
        said.append(("Seed of this take", str(task.seed)))
    return said + [(name, str(value)) for name, value in given.items() if name not in ROWS]


def settings(task: Prediction) -> list[str]:
    """What makes a speech differ from the plainest one, short: “1.2×”, “−2 semitones”, “sad”, “speech-02-hd”."""
    given, said = task.input, []
    if float(given.get("speed") or 1) != 1:
        said.append(ROWS["speed"][1](given["speed"]))
    if float(given.get("volume") or 1) != 1:
        said.append(f"volume {ROWS['volume'][1](given['volume'])}")
    if given.get("pitch"):
        said.append(_pitch(given["pitch"]))
    if given.get("emotion", "neutral") != "neutral":
        said.append(str(given["emotion"]))
    if given.get("language_boost", catalog.AUTO) != catalog.AUTO:
        said.append(str(given["language_boost"]))
    return [*said, short_model(task), task.format.upper()]


def short_model(task: Prediction) -> str:
    return task.model.removeprefix("minimax/")


def voice_name(task: Prediction) -> str:
    """Whose voice it is, also where that voice is not there any more."""
    if task.voice:
        return task.voice.title
    return str(task.input.get("voice_id") or task.input.get("custom_voice_id") or "")
