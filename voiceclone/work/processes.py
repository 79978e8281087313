"""What every long-running process of ours does: it ends when told to, and when whoever started it is gone."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import threading
import time

LIFELINE = "VOICECLONE_LIFELINE"  # in the environment: the file descriptor of a pipe that only `serve` can write to
GRACE = 8.0  # seconds from SIGTERM to SIGKILL
_M_ARENA_MAX, _ARENAS = -8, 2  # from <malloc.h>; heaps for all threads together


def share_heaps() -> None:
    """Let threads share their memory: glibc gives each a heap, and keeps in it what a thread that ended has freed.

    Without it a worker that has learnt some voices is a fifth larger. Nothing happens with another C library.
    """
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)


def watch_lifeline() -> None:
    """End this process as soon as the one that started it is gone, however that came about (`kill -9`, too)."""
    fd = int(os.environ.pop(LIFELINE, "-1"))
    if fd < 0:
        return
    os.set_inheritable(fd, False)

    def watch() -> None:
        os.read(fd, 1)  # returns only when the other end is closed
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(os.getpid(), signal.SIGKILL)  # it leads a group of its own: gunicorn's workers go with it
        os._exit(1)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()
