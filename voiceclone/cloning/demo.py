"""The sample for people without a microphone: synthesised speech of the project's own, made once on each machine."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import mkdtemp

from django.conf import settings

from voiceclone.accounts.models import User
from voiceclone.audio.encode import encode
from voiceclone.samples.intake import take_in_bytes
from voiceclone.samples.models import Sample

NAME = "Sample voice (synthesised)"


def demo_sample(user: User) -> Sample:
    sound, text = _sound()
    return take_in_bytes(user, sound, NAME, Sample.Source.DEMO, text)


def prepare() -> None:
    """Make the sound before anyone asks for it; a worker does so when it starts."""
    _sound()


def _sound() -> tuple[bytes, str]:
    """The sample as FLAC, and what it says."""
    folder = Path(settings.DATA_DIR) / f"demo-{settings.VERSION}"
    if not folder.exists():
        _make(folder)
    return (folder / "sample.flac").read_bytes(), (folder / "text.txt").read_text()


def _make(folder: Path) -> None:
    from voiceclone.engines.builtin.demo import demo_sample  # slow to load, and wanted once

    waveform, rate, text = demo_sample()
    draft = Path(mkdtemp(dir=folder.parent))
    (draft / "sample.flac").write_bytes(encode(waveform, rate, format="flac"))
    (draft / "text.txt").write_text(text)
    try:
        draft.rename(folder)  # whole, or not at all
    except OSError:  # another process was faster
        shutil.rmtree(draft)
