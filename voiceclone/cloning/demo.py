"""The sample for people without a microphone: synthesised speech of the project's own, made once an instance."""

from __future__ import annotations

from functools import lru_cache

from voiceclone.accounts.models import User
from voiceclone.audio.encode import encode
from voiceclone.samples.intake import take_in_bytes
from voiceclone.samples.models import Sample

NAME = "Sample voice (synthesised)"


@lru_cache(maxsize=1)
def _sound() -> tuple[bytes, str]:
    from voiceclone.engines.builtin.demo import demo_sample as synthesise  # slow to load, and rarely wanted

    waveform, rate, text = synthesise()
    return encode(waveform, rate, format="flac"), text


def demo_sample(user: User) -> Sample:
    sound, text = _sound()
    return take_in_bytes(user, sound, NAME, Sample.Source.DEMO, text)
