"""What a first start makes (an empty database, the static files, the sample of nobody), made once for a whole run."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

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
