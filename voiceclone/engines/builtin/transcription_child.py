"""The end of a long recording, transcribed beside its beginning: `python -m …transcription_child PARENT MEAN`.

pocketsphinx holds the interpreter's lock while it decodes, so that another thread would only wait. Standard input are
16 kHz samples as 32-bit floats, standard output gets a JSON list of [word, start, end] in seconds.
"""

from __future__ import annotations

import json
import os
import signal
import sys

import numpy as np

from voiceclone.audio.sandbox import die_with_parent
from voiceclone.engines.builtin.transcription import Recogniser


def main() -> None:
    die_with_parent()
    if os.getppid() != int(sys.argv[1]):  # it died before that
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the worker, which may still finish what it does
    waveform = np.frombuffer(sys.stdin.buffer.read(), np.float32).astype(np.float64)
    words = Recogniser().transcribe(waveform, cepstral_mean=sys.argv[2])
    json.dump([(word.text, word.start, word.end) for word in words], sys.stdout)


if __name__ == "__main__":
    main()
