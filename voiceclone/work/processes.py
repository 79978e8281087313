"""What every long-running process of ours does: it ends when told to, and when whoever started it is gone."""

from __future__ import annotations

import os
import signal
import threading

LIFELINE = "VOICECLONE_LIFELINE"  # in the environment: the file descriptor of a pipe that only `serve` can write to


def watch_lifeline() -> None:
    """End this process as soon as the one that started it is gone, however that came about (`kill -9`, too)."""
    fd = os.environ.pop(LIFELINE, "")
    if not fd:
        return
    os.set_inheritable(int(fd), False)

    def watch() -> None:
        os.read(int(fd), 1)  # returns only when the other end is closed
        os.kill(os.getpid(), signal.SIGTERM)
        ended.wait(5)
        os._exit(1)

    ended = threading.Event()
    threading.Thread(target=watch, name="lifeline", daemon=True).start()
