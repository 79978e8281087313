"""What a first start makes (an empty database, the static files, the sample of nobody), made once for a whole run."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).parent.parent
SHARED = "VOICECLONE_TESTS_SHARED"  # a folder of all processes of this run
OWN = shutil.ignore_patterns("secret_key", ".*")  # what each installation makes for itself
SAMPLE = "from voiceclone.cloning import demo; demo.prepare()"


def released() -> Path:
    """A data folder as `release` leaves it, on SQLite."""
    return _made("released", "release", "-v0")


def started() -> Path:
    """The same after a worker's first start: with the sample for people without a microphone."""
    released()
    return _made("started", "shell", "-v0", "-c", SAMPLE)


def copy(source: Path, data: Path) -> None:
    shutil.copytree(source, data, ignore=OWN, dirs_exist_ok=True)


def once(make: Callable[[str], npt.NDArray[np.float32]]) -> Callable[[str], npt.NDArray[np.float32]]:
    """What takes a text and seconds, made once for all processes of a run; `__wrapped__` makes it anew."""

    @wraps(make)
    def made(text: str) -> npt.NDArray[np.float32]:
        shared = Path(os.environ[SHARED])
        kept = shared / f"{make.__name__}-{hashlib.sha256(text.encode()).hexdigest()[:16]}.npy"
        with kept.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                np.save(kept, make(text))
        return np.asarray(np.load(kept), np.float32)

    return made


def _made(name: str, *command: str) -> Path:
    shared = Path(os.environ[SHARED])
    data, draft = shared / name, shared / f"{name}-draft"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not data.exists():
            if name != "released":
                copy(shared / "released", draft)
            away = ("DATABASE_URL", "REDIS_URL")
            environment = {name: value for name, value in os.environ.items() if name not in away}
            environment["DATA_DIR"] = str(draft)
            subprocess.run([sys.executable, str(ROOT / "manage.py"), *command], env=environment, check=True)
            draft.rename(data)
    return data
