"""A speech heard while it is made: every sample once and in order, whenever one listens and whatever happens."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.utils.timezone import now

from tests.speaking import CHUNKS, RATE, STEPS, WHOLE, work
from voiceclone.accounts.models import User
from voiceclone.cloning.submit import submit
from voiceclone.predictions import erasure, lifecycle, reaper, sounds, streaming
from voiceclone.predictions.models import Prediction
from voiceclone.predictions.streaming import CameToNothing, NobodyListens, sentences_of
from voiceclone.samples.models import Sample
from voiceclone.voices.models import Voice

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ask(alice: User, make_voice: Callable[..., Voice]) -> Callable[..., Prediction]:
    voice = make_voice(alice)

    def submit(**settings: Any) -> Prediction:
        inputs = {"text": "One. Two. Three.", **settings}
        return lifecycle.submit(alice, "minimax/speech-02-hd", "builtin", voice, inputs)

    return submit


@pytest.fixture
def task(ask: Callable[..., Prediction]) -> Prediction:
    return ask()


def listen(task: Prediction, worker: Iterator[None], pauses: tuple[int, ...] = ()) -> list[np.ndarray]:
    """What a listener gets who looks after each step of the worker, and misses some steps while it plays a sentence."""

    def look() -> bool:
        next(worker, None)
        return True

    found = []
    missed = iter(pauses)
    for sound in sentences_of(task, look):
        assert sound.sample_rate == RATE
        found.append(sound.samples)
        for _ in range(next(missed, 0)):
            next(worker, None)
    return found


def test_each_sentence_comes_as_soon_as_it_is_made(task: Prediction) -> None:
    found = listen(task, work(task))
    assert [sound.size for sound in found] == [len(chunk.waveform) for chunk in CHUNKS]
    assert np.array_equal(np.concatenate(found), WHOLE)


def test_nothing_is_lost_or_heard_twice_whenever_the_speech_ends(ask: Callable[..., Prediction]) -> None:
    for pauses in itertools.product(range(STEPS), repeat=2):
        task = ask()
        assert np.array_equal(np.concatenate(listen(task, work(task), pauses)), WHOLE), pauses


@pytest.mark.parametrize("format", ["mp3", "pcm", "wav", "flac"])
def test_whoever_comes_late_hears_all_of_it(ask: Callable[..., Prediction], format: str) -> None:
    for before in range(STEPS + 2):
        task = ask(format=format, sample_rate=RATE)
        worker = work(task)
        for _ in range(before):
            next(worker, None)
        assert np.array_equal(np.concatenate(listen(task, worker)), WHOLE), before


def test_the_rest_has_the_rate_of_the_beginning(ask: Callable[..., Prediction]) -> None:
    """A WAV of another rate has no master at the engine's rate, so the rest is converted."""
    task = ask(format="wav", sample_rate=8000)
    found = listen(task, work(task), (STEPS,))
    assert np.array_equal(found[0], WHOLE[:4800])
    assert sum(sound.size for sound in found) == pytest.approx(WHOLE.size, abs=RATE / 8000 + 1)


@pytest.mark.parametrize("sentence", range(3))
def test_a_speech_that_ends_between_the_look_and_the_file(
    task: Prediction, sentence: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, name = work(task), sounds.lossless_part_name
    for _ in range(STEPS):
        next(worker)

    def late(row: Prediction, number: int) -> str:
        if number == sentence:
            next(worker, None)
        return name(row, number)

    monkeypatch.setattr(sounds, "lossless_part_name", late)
    assert np.array_equal(np.concatenate(listen(task, worker)), WHOLE)


@pytest.mark.parametrize("heard", range(3))
def test_when_a_worker_dies_the_next_one_goes_on_where_the_listener_is(task: Prediction, heard: int) -> None:
    workers = [work(task)]

    def look() -> bool:
        next(workers[-1], None)
        return True

    listener = sentences_of(task, look)
    found = [next(listener).samples for _ in range(heard)]
    while not Prediction.objects.get(pk=task.pk).parts:  # where nobody has listened yet
        look()
    Prediction.objects.filter(pk=task.pk).update(lease_until=now() - timedelta(seconds=1))
    assert reaper.reap() == 1
    workers.append(work(task))
    look()
    assert Prediction.objects.get(pk=task.pk).parts == []  # what the dead one offered is not there any more
    found += [sound.samples for sound in listener]
    assert np.array_equal(np.concatenate(found), WHOLE)


def test_a_failure_is_told_in_its_own_words(task: Prediction) -> None:
    worker = work(task)
    listener = sentences_of(task, lambda: next(worker, None) is None)
    next(listener)
    held = Prediction.objects.get(pk=task.pk)
    assert lifecycle.fail(held, "The disk is full.", 1403)
    with pytest.raises(CameToNothing, match="The disk is full") as told:
        next(listener)
    assert told.value.code == 1403


def test_a_cancelled_or_deleted_speech_ends(task: Prediction) -> None:
    listener = sentences_of(task)
    lifecycle.cancel(task)
    with pytest.raises(CameToNothing, match="Cancelled"):
        next(listener)
    listener = sentences_of(task)
    erasure.erase(task)
    with pytest.raises(CameToNothing, match="was deleted"):
        next(listener)


def test_a_voice_that_is_deleted_takes_the_sound_with_it(task: Prediction) -> None:
    for _ in work(task):
        pass
    listener = sentences_of(task)
    erasure.erase_audio(task)
    with pytest.raises(CameToNothing, match="The sound was deleted"):
        next(listener)


def test_it_ends_when_nobody_listens(task: Prediction) -> None:
    with pytest.raises(NobodyListens):
        next(sentences_of(task, lambda: False))


def test_patience_ends(task: Prediction, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "PATIENCE", 0.0)
    with pytest.raises(CameToNothing, match="Nothing was heard of this task for 0 seconds"):
        next(sentences_of(task))


def test_a_real_engine_in_another_thread(alice: User, make_sample: Callable[..., Sample]) -> None:
    """What was heard is the master, to the last sample."""
    inputs = {"custom_voice_id": "StreamVoice-1", "text": "Hello.", "language_boost": "auto"}
    lifecycle.run.call(submit(alice, make_sample(alice, 12.0), inputs).pk)
    voice = Voice.objects.get()
    text = "The first sentence is short. The second one takes a little longer to say. And here is the third."
    task = lifecycle.submit(alice, "minimax/speech-02-hd", "builtin", voice, {"text": text})

    def speak() -> None:
        lifecycle.run.call(task.pk)
        connection.close()

    thread = threading.Thread(target=speak)
    thread.start()
    found = [sound.samples for sound in sentences_of(task)]
    thread.join()
    task.refresh_from_db()
    samples, _ = sounds.lossless(task)
    assert np.array_equal(np.concatenate(found), samples)
