"""From a bare machine to a working one: builds `.venv` from the requirements once, then runs inside it.

Standard library only. Where the requirements are importable already (your own virtual environment, a container
image) it does nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = VENV / ".lock"
OLDEST = (3, 11)
MARKS = {
    "requirements.txt": ("django", "av", "pocketsphinx"),
    "requirements-dev.txt": ("pytest_django", "playwright", "schemathesis", "xdist"),
}
"""What must be importable for a file of requirements to count as installed by somebody else."""


def ensure(requirements: str) -> None:
    """Return inside a Python that has the requirements: at once, or by building `.venv` and starting again in it."""
    if sys.version_info < OLDEST:
        sys.exit(f"Voiceclone needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is {sys.version.split()[0]}.")
    inside = Path(sys.prefix).resolve() == VENV.resolve()
    if not inside and all(importlib.util.find_spec(name) for name in MARKS[requirements]):
        return
    current = _is_current(requirements)
    if not current:
        try:
            _build(requirements)
        except KeyboardInterrupt:
            sys.exit("\nStopped. Run the same command again to go on.")
        except OSError as error:
            sys.exit(f"{VENV} could not be made: {error}.")
    if not (inside and current):
        os.execv(PYTHON, [str(PYTHON), *sys.orig_argv[1:]])  # with its -m, too


def _wanted(requirements: str) -> str:
    """A fingerprint of everything that decides what is installed; the system's Python may change under `.venv`."""
    files = sorted(ROOT.glob("requirements*.txt"))
    parts = [file.read_bytes() for file in files] + [requirements.encode(), os.fsencode(PYTHON.resolve())]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _stamp(requirements: str) -> Path:
    return VENV / f".{requirements}.sha256"


def _is_current(requirements: str) -> bool:
    stamp = _stamp(requirements)
    return PYTHON.exists() and stamp.exists() and stamp.read_text() == _wanted(requirements)


def _build(requirements: str) -> None:
    VENV.mkdir(exist_ok=True)
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two first starts at once: the second waits, then finds it done
        if _is_current(requirements):
            return
        print(f"Preparing {VENV} from {requirements} (once; about a minute) …", flush=True)
        if not _works(PYTHON):
            _make_venv()
        pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
        if subprocess.run([*pip, "-r", str(ROOT / requirements)], check=False).returncode:
            sys.exit(
                "The packages could not be installed (see above). Is this machine online? Run the same command again."
            )
        _compile()
        _stamp(requirements).write_text(_wanted(requirements))


def _compile() -> None:
    """Byte code for every package, on all cores: our processes start in half the time, also the sandboxed one that may
    write nothing, and where PYTHONDONTWRITEBYTECODE is set."""
    everything = [str(VENV / "lib"), "-q", "-q", "-j", "0", "-x", r"/(tests?|pip|setuptools)/"]
    subprocess.run([str(PYTHON), "-m", "compileall", *everything], check=False)  # some packages bring what does not


def _works(python: Path) -> bool:
    """Whether the environment is whole: a build that was cut off, or whose Python was replaced, is made again."""
    return python.exists() and subprocess.run([python, "-m", "pip", "--version"], capture_output=True).returncode == 0


def _make_venv() -> None:
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):  # a minimal installation
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        sys.exit(
            "This Python cannot make a virtual environment: its venv module is incomplete.\n"
            f"On Debian or Ubuntu this command installs it:  sudo apt install python{version}-venv"
        )
    import venv

    for left in VENV.iterdir():  # what a broken one left; others wait for the lock
        if left != LOCK:
            shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
    try:
        venv.create(VENV, with_pip=True, symlinks=True)
    except subprocess.CalledProcessError as error:
        sys.exit(f"The virtual environment could not be made:\n{(error.output or b'').decode(errors='replace')}")
