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
BETWEEN_STARTS = 2.0  # seconds: one that cannot even start must not eat the machine, any other is back at once


@dataclass
class Child:
    name: str
    command: Sequence[str]
    inherits: Sequence[int] = ()
    """File descriptors, such as a socket that listens."""
    process: subprocess.Popen[bytes] | None = None
    started_at: float = float("-inf")


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
        if child.process is None:
            if time.monotonic() - child.started_at >= BETWEEN_STARTS:
                self._start(child)
            return
        code = child.process.poll()
        if code is None:
            return
        log.warning("%s ended with %s; starting it again", child.name, code)
        self._kill_group(child.process)  # what it left behind, such as gunicorn's workers
        child.process = None

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
