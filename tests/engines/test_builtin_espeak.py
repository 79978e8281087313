"""espeak-ng lives in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import numpy as np
import psutil
import pytest

from voiceclone.engines.base import EngineError
from voiceclone.engines.builtin.espeak import Espeak, Utterance, espeak
from voiceclone.engines.builtin.espeak_child import TEXTS


def test_it_is_another_process_and_the_library_is_not_loaded_here() -> None:
    espeak.speak("Hello.")
    assert espeak.pid not in (None, os.getpid())
    assert not any("espeak-ng.so" in mapped.path for mapped in psutil.Process().memory_maps())


def test_phones_cover_the_sound_in_order() -> None:
    said = espeak.speak("Seven green bottles.")
    assert [phone.symbol.strip("',:") for phone in said.phones if phone.symbol[0] != "_"][:2] == ["s", "E"]
    assert all(phone.start <= phone.end for phone in said.phones)
    assert said.phones[-1].end == pytest.approx(len(said.waveform) / said.sample_rate)
    assert np.abs(said.waveform).max() > 0.1


def test_a_text_sounds_the_same_whatever_was_said_before_it() -> None:
    first = espeak.speak("The boat.")
    german = espeak.speak("Das Boot.", "de")
    assert np.array_equal(espeak.speak("The boat.").waveform, first.waveform)
    assert np.array_equal(espeak.speak("Das Boot.", "de").waveform, german.waveform)


def test_its_process_is_a_fresh_one_now_and_then() -> None:
    espeak.speak("One.")
    pids = {espeak.pid}
    for _ in range(TEXTS):
        espeak.speak("One.")
        pids.add(espeak.pid)
    assert len(pids) == 2


def test_it_is_restarted_when_it_was_killed() -> None:
    before = espeak.speak("The same words.")
    pid = espeak.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    after = espeak.speak("The same words.")
    assert espeak.pid != pid
    assert [phone.symbol for phone in after.phones] == [phone.symbol for phone in before.phones]


def test_threads_take_turns() -> None:
    texts = ["One.", "Two and two.", "Three and three and three."] * 4
    said: dict[int, Utterance] = {}
    threads = [
        threading.Thread(target=lambda i=i, text=text: said.update({i: espeak.speak(text)}))
        for i, text in enumerate(texts)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i, text in enumerate(texts):
        assert [p.symbol for p in said[i].phones] == [p.symbol for p in espeak.speak(text).phones]


def test_a_voice_it_has_not_is_refused_in_words_and_it_lives_on() -> None:
    pid = espeak.speak("Hello.") and espeak.pid
    with pytest.raises(EngineError, match="no voice 'xx'"):
        espeak.speak("Hello.", "xx")
    assert espeak.pid == pid


def test_what_looks_like_markup_is_only_text() -> None:
    spelt = espeak.speak("[[h@l'oU]] <break time='9s'/> \0 hello")
    assert len(spelt.waveform) / spelt.sample_rate < 9


def test_it_dies_with_a_worker_that_is_killed() -> None:
    worker = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from voiceclone.engines.builtin.espeak import espeak; espeak.speak('Hello.');"
            "import signal; print(espeak.pid, flush=True); signal.pause()",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    child = psutil.Process(int(worker.stdout.readline()))
    worker.kill()
    worker.communicate()
    psutil.wait_procs([child], timeout=240)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_a_closed_client_starts_again_when_it_is_needed() -> None:
    client = Espeak()
    assert client.pid is None
    client.speak("Hello.")
    client.close()
    assert client.pid is None
    assert len(client.speak("Hello.").phones) > 3
    client.close()


def test_a_fork_gets_a_process_of_its_own() -> None:
    espeak.speak("Hello.")
    answer, question = os.pipe()
    if (child := os.fork()) == 0:
        espeak.speak("Hello.")
        os.write(question, str(espeak.pid).encode())
        espeak.close()
        os._exit(0)
    os.waitpid(child, 0)
    assert int(os.read(answer, 20)) != espeak.pid
    os.close(answer)
    os.close(question)
    assert len(espeak.speak("Hello.").phones) > 3
