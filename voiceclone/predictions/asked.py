"""What was asked for, in words: the settings of a task for whoever does not know the contract's naming."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from voiceclone.predictions import catalog, naming
from voiceclone.predictions.models import Prediction


def _yes(value: Any) -> str:
    return gettext("Yes") if value else gettext("No")


def _pitch(value: Any) -> str:
    semitones = int(value)
    sign = "+" if semitones > 0 else "−" if semitones else ""
    words = ngettext("{count} semitone", "{count} semitones", abs(semitones))
    return words.format(count=f"{sign}{abs(semitones)}")


ROWS: dict[str, tuple[Promise | str, Callable[[Any], str]]] = {
    "voice_id": (_("Voice ID"), str),
    "custom_voice_id": (_("Voice ID"), str),
    "model": (_("Preview model"), str),
    "text": (_("Preview text"), str),
    "speed": (_("Speed"), lambda value: f"{float(value):g}×"),
    "volume": (_("Volume"), lambda value: f"{float(value):g}×"),
    "pitch": (_("Pitch"), _pitch),
    "emotion": (_("Emotion"), naming.emotion),
    "language_boost": (_("Language"), naming.language),
    "format": (_("Format"), lambda value: str(value).upper()),
    "sample_rate": (_("Sample rate"), lambda value: f"{number_format(int(value), force_grouping=True)} Hz"),
    "bitrate": (_("Bitrate"), lambda value: f"{int(value) // 1000} kbit/s"),
    "channel": (_("Channels"), lambda value: gettext("Stereo") if str(value) == "2" else gettext("Mono")),
    "english_normalization": (_("Spell out English numbers"), _yes),
    "pronunciation_dict": (_("Pronunciation"), "; ".join),
    "need_noise_reduction": (_("Noise reduction"), _yes),
    "need_volume_normalization": (_("Volume normalization"), _yes),
    "text_validation": (_("Text that was read"), str),
    "accuracy": (_("Accuracy"), lambda value: number_format(float(value), 2)),
}
"""name in the contract → (label, how its value is said)"""


def rows(task: Prediction) -> list[tuple[str, str]]:
    """Label and value of everything that was given, in one order; the text of a speech stands above it anyway."""
    said = [(gettext("Model"), short_model(task))]
    shown = [] if task.is_clone else ["text"]
    if not task.input.get("text_validation"):
        shown.append("accuracy")  # nothing was compared
    given = {name: value for name, value in task.input.items() if value not in ("", None, []) and name not in shown}
    said += [(str(label), words(given[name])) for name, (label, words) in ROWS.items() if name in given]
    if task.seed:
        said.append((gettext("Seed of this take"), str(task.seed)))
    return said + [(name, str(value)) for name, value in given.items() if name not in ROWS]


def settings(task: Prediction) -> list[str]:
    """What makes a speech differ from the plainest one, short: “1.2×”, “−2 semitones”, “sad”, “speech-02-hd”."""
    given, said = task.input, []
    if float(given.get("speed") or 1) != 1:
        said.append(ROWS["speed"][1](given["speed"]))
    if float(given.get("volume") or 1) != 1:
        said.append(gettext("volume {factor}").format(factor=ROWS["volume"][1](given["volume"])))
    if given.get("pitch"):
        said.append(_pitch(given["pitch"]))
    if given.get("emotion", "neutral") != "neutral":
        said.append(naming.emotion(given["emotion"]).lower())
    if given.get("language_boost", catalog.AUTO) != catalog.AUTO:
        said.append(naming.language(given["language_boost"]))
    return [*said, short_model(task), task.format.upper()]


def short_model(task: Prediction) -> str:
    return task.model.removeprefix("minimax/")


def voice_name(task: Prediction) -> str:
    """Whose voice it is, also where that voice is not there any more."""
    if task.voice:
        return task.voice.title
    return str(task.input.get("voice_id") or task.input.get("custom_voice_id") or "")
