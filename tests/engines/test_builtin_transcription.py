"""Transcribing a long recording by two processes at once."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise

import numpy as np
import psutil
import pytest
import soxr

from voiceclone.engines.builtin import transcription
from voiceclone.engines.builtin.analysis import FloatArray
from voiceclone.engines.builtin.demo import demo_sample
from voiceclone.engines.builtin.transcription import SAMPLE_RATE, Word, recogniser

HELPER = "transcription_child"


@pytest.fixture(scope="module")
def speech() -> FloatArray:
    waveform, rate, _ = demo_sample()
    return np.asarray(soxr.resample(waveform.astype(np.float64), rate, SAMPLE_RATE))


@pytest.fixture
def short(speech: FloatArray, monkeypatch: pytest.MonkeyPatch) -> FloatArray:
    """Speech that counts as long."""
    monkeypatch.setattr(transcription, "_LONG", 4.0)
    return speech[: 7 * SAMPLE_RATE]


def spoken(words: list[Word]) -> list[str]:
    return [word.text for word in words if word.spoken]


def helpers() -> list[psutil.Process]:
    found = psutil.Process().children()
    return [child for child in found if child.status() != psutil.STATUS_ZOMBIE and HELPER in " ".join(child.cmdline())]


def test_two_hear_all_of_it_in_order(speech: FloatArray) -> None:
    assert len(speech) > transcription._LONG * SAMPLE_RATE
    words, cut = transcription.transcribe(speech), transcription._pause_near_the_middle(speech)
    mean, halves = recogniser().cepstral_mean(speech), np.split(speech, [cut])
    expected = [spoken(recogniser().transcribe(half, cepstral_mean=mean)) for half in halves]
    assert spoken(words) == [text for half in expected for text in half]
    assert all(word.start < word.end for word in words)
    assert all(word.end <= after.start + 0.01 for word, after in pairwise(words))
    assert words[-1].end == pytest.approx(len(speech) / SAMPLE_RATE, abs=0.1)
    assert not helpers()


def test_it_is_cut_in_a_pause() -> None:
    tone = np.sin(np.arange(20 * SAMPLE_RATE) / 5)
    tone[int(8.8 * SAMPLE_RATE) : int(9.2 * SAMPLE_RATE)] = 0
    assert transcription._pause_near_the_middle(tone) / SAMPLE_RATE == pytest.approx(9, abs=0.15)


def test_without_its_helper_it_hears_the_same(short: FloatArray, monkeypatch: pytest.MonkeyPatch) -> None:
    words = transcription.transcribe(short)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert transcription.transcribe(short) == words


def test_who_was_heard_before_has_no_say(speech: FloatArray) -> None:
    mine, another = speech[: 4 * SAMPLE_RATE], np.sin(np.arange(SAMPLE_RATE) ** 1.5)
    fresh = transcription.Recogniser()
    mean = fresh.cepstral_mean(mine)
    words = fresh.transcribe(mine, cepstral_mean=mean)
    fresh.transcribe(another)
    assert fresh.cepstral_mean(mine) == mean
    assert fresh.transcribe(mine, cepstral_mean=mean) == words


def test_the_helper_starts_without_what_takes_its_time() -> None:
    program = f"import sys, {transcription.__package__}.{HELPER}; print([m for m in sys.modules if 'scipy' in m])"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize("when", ["at once", "while one waits"])
def test_the_helper_ends_when_a_clone_is_cancelled(short: FloatArray, when: str) -> None:
    class CancelledError(Exception):
        pass

    seen = []

    def progress(stage: str, done: int, total: int) -> None:
        seen.append(len(helpers()))
        if when == "at once" or done == total:
            raise CancelledError

    with pytest.raises(CancelledError):
        transcription.transcribe(short, progress)
    assert seen[0] == 1
    assert not helpers()


def test_the_helper_dies_with_a_worker_that_is_killed() -> None:
    program = (
        "import numpy as np, time\n"
        "from voiceclone.engines.builtin import transcription\n"
        "beside = transcription._Beside(np.random.RandomState(0).randn(16000 * 600), '40')\n"
        "print(beside._process.pid, flush=True); time.sleep(600)"
    )
    worker = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    child = psutil.Process(int(worker.stdout.readline()))
    worker.kill()
    worker.communicate()
    psutil.wait_procs([child], timeout=240)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
