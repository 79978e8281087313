"""A worker that speaks three sentences of noise, one step at a time: no engine, but everything around it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from voiceclone.audio.encode import pcm16
from voiceclone.engines.base import Chunk
from voiceclone.predictions import lifecycle, sounds
from voiceclone.predictions.models import Prediction
from voiceclone.predictions.runners import Result, save

RATE = 24000
CHUNKS = [
    Chunk(f"Sentence {length}.", np.random.default_rng(length).uniform(-0.5, 0.5, length).astype(np.float32), RATE)
    for length in (4800, 2399, 7201)
]
WHOLE = np.concatenate([pcm16(chunk.waveform) for chunk in CHUNKS])
STEPS = 1 + 2 * len(CHUNKS)  # before the whole is saved


def work(task: Prediction) -> Iterator[None]:
    claimed = lifecycle.claim(task.pk)
    assert claimed is not None
    yield
    lengths = []
    for number, chunk in enumerate(CHUNKS):
        lengths.append(sounds.keep_part(claimed, number, chunk))
        yield
        lifecycle.offer_parts(claimed, lengths)
        yield
    save(claimed, Result(CHUNKS))
