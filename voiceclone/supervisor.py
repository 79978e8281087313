"""Several processes as one: started together, restarted when they die, ended together.

Each child holds the reading end of a pipe whose writing end only this process has (the *lifeline*): when this process
goes, even by `kill -9`, the children see the pipe close and end, too.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import FrameType

from voiceclone.work.processes import GRACE, LIFELINE

log = logging.getLogger("serve")
LOOK = 0.1  # seconds between looks at the children
PAUSES = (0.2, 1.0, 2.0, 5.0, 10.0)  # seconds before a child that keeps dying is started again
STEADY = 20.0  # seconds after which a child counts as well


@dataclass
class Child:
    name: str
    command: Sequence[str]
    inherits: Sequence[int] = ()
    """File descriptors, such as a socket that listens."""
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    deaths: int = 0


class Supervisor:
    def __init__(self, children: Sequence[Child], environment: Mapping[str, str]) -> None:
        self.children = children
        self.stopping = False
        self._lifeline, self._writing_end = os.pipe()  # closed by nobody: it closes when this process ends
        self._environment = {**environment, LIFELINE: str(self._lifeline)}

    def run(self) -> None:
        """Until SIGINT or SIGTERM."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        try:
            while not self.stopping:
                for child in self.children:
                    self._look_after(child)
                time.sleep(LOOK)
        finally:
            self._end_all()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _look_after(self, child: Child) -> None:
        t = time.monotonic()
        if child.process is None:
            if t >= child.start_at:
                self._start(child)
            return
        code = child.process.poll()
        if code is None:
            return
        self._kill_group(child.process)  # what it left behind, such as gunicorn's workers
        child.deaths = 1 if t - child.started_at > STEADY else child.deaths + 1
        pause = PAUSES[min(child.deaths, len(PAUSES)) - 1]
        log.warning("%s ended with %s; starting it again in %.1f s", child.name, code, pause)
        child.process, child.start_at = None, t + pause

    def _start(self, child: Child) -> None:
        child.process = subprocess.Popen(
            child.command,
            env=self._environment,
            pass_fds=[self._lifeline, *child.inherits],
            start_new_session=True,  # Ctrl-C reaches this process alone, and each child leads a group to kill
            stdin=subprocess.DEVNULL,
        )
        child.started_at = time.monotonic()

    def _end_all(self) -> None:
        running = [child.process for child in self.children if child.process]
        for process in running:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + GRACE
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            self._kill_group(process)

    @staticmethod
    def _kill_group(process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
