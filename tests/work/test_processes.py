"""What a worker asks of the system."""

from __future__ import annotations

import subprocess
import sys

from django.conf import settings

PROGRAM = """
import ctypes, sys, threading
from voiceclone.work.processes import share_heaps
if sys.argv[1:]:
    share_heaps()
malloc = ctypes.CDLL(None).malloc
malloc.restype = ctypes.c_void_p
heaps, together = set(), threading.Barrier(8)
def allocate():
    heaps.add(malloc(1000) >> 26)  # a heap of a thread's own is aligned to 64 MB
    together.wait()
threads = [threading.Thread(target=allocate) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(heaps))
"""


def heaps_of_eight_threads(*arguments: str) -> int:
    command = [sys.executable, "-c", PROGRAM, *arguments]
    return int(subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True).stdout)


def test_threads_share_two_heaps() -> None:
    assert heaps_of_eight_threads("share") <= 2 < heaps_of_eight_threads()
