"""A bare machine: Python, a copy of the project, an empty home, and nothing else."""

from __future__ import annotations

import ast
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from .studio import Studio

ROOT = Path(__file__).parent.parent
SYSTEM_PYTHON = str(Path(sys.executable).resolve())
LEFT_OUT = shutil.ignore_patterns(".venv", ".git", "data", "__pycache__", ".*_cache")
Start = Callable[..., subprocess.CompletedProcess[str]]
START = """
import sys
from voiceclone import bootstrap
bootstrap.ensure("requirements.txt")
import parrot
print("inside", sys.prefix, "parrot", parrot.VERSION)
"""


def bare(home: Path) -> dict[str, str]:
    """The environment of a new user; where packages come from is the machine's business."""
    home.mkdir(exist_ok=True)
    kept = ("PATH", "LANG", "LD_LIBRARY_PATH", "SSL_CERT_FILE")
    return {
        **{name: value for name, value in os.environ.items() if name in kept or name.startswith("PIP_")},
        **{name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")},
        "HOME": str(home),
    }


COPY_PIP = """
import shutil, sys, sysconfig
shutil.copytree({pip!r}, sysconfig.get_path("purelib"), symlinks=True, dirs_exist_ok=True)
"""


def python_with(folder: Path, ensurepip: str | None) -> str:
    """A Python of its own folder whose part that brings pip is this code, or is missing, as on some systems."""
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    library = folder / "lib" / version
    library.mkdir(parents=True)
    for part in Path(sysconfig.get_path("stdlib")).iterdir():
        if part.name not in ("ensurepip", "site-packages", "dist-packages"):
            (library / part.name).symlink_to(part)
    if ensurepip is not None:
        (library / "ensurepip").mkdir()
        (library / "ensurepip" / "__init__.py").touch()
        (library / "ensurepip" / "__main__.py").write_text(ensurepip)
    (folder / "bin").mkdir()
    python = folder / "bin" / version
    shutil.copy(SYSTEM_PYTHON, python)
    return str(python)


@pytest.fixture(scope="session")
def quick(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python that makes a virtual environment in a fifth of the time: it copies what the system's has installed once.

    The system's own way is gone by `test_from_nothing_to_the_first_page`.
    """
    venv = tmp_path_factory.mktemp("pip") / "venv"
    subprocess.run([SYSTEM_PYTHON, "-m", "venv", venv], check=True)
    (pip,) = venv.glob("lib/python*/site-packages")
    return python_with(tmp_path_factory.mktemp("quick"), COPY_PIP.format(pip=str(pip)))


def command_of(project: Path, python: str) -> list[str]:
    return [python, str(project / "start.py")]


@pytest.fixture(scope="session")
def start(quick: str) -> Start:
    """`start(project)`, by that Python or by another."""

    def start(project: Path, python: str = quick) -> subprocess.CompletedProcess[str]:
        environment = bare(project.parent / "home")
        return subprocess.run(command_of(project, python), env=environment, capture_output=True, text=True, check=False)

    return start


def require(project: Path, version: str) -> None:
    """Let the project require a version of a package that is a file beside it."""
    wheel = project.parent / f"parrot-{version}-py3-none-any.whl"
    info = f"parrot-{version}.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("parrot.py", f"VERSION = {version!r}\n")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: parrot\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    (project / "requirements.txt").write_text(f"--only-binary :all:\n{wheel}\n")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The part of the project that bootstraps, with one small package to require."""
    folder = tmp_path / "project with spaces"
    (folder / "voiceclone").mkdir(parents=True)
    for name in ("__init__.py", "bootstrap.py"):
        shutil.copy(ROOT / "voiceclone" / name, folder / "voiceclone")
    (folder / "start.py").write_text(START)
    require(folder, "1.0")
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, start: Start) -> Path:
    """Such a project after its first start."""
    folder = tmp_path_factory.mktemp("made") / "project"
    (folder / "voiceclone").mkdir(parents=True)
    for name in ("__init__.py", "bootstrap.py"):
        shutil.copy(ROOT / "voiceclone" / name, folder / "voiceclone")
    (folder / "start.py").write_text(START)
    require(folder, "1.0")
    result = start(folder)
    assert result.returncode == 0, result.stderr
    return folder


def test_from_nothing_to_the_first_page(tmp_path: Path) -> None:
    """The real thing, once: every requirement installed, then the studio served from a copy of the project."""
    project = tmp_path / "voiceclone"
    shutil.copytree(ROOT, project, ignore=LEFT_OUT)
    environment = bare(tmp_path / "home")
    with Studio(
        project / "data", python=SYSTEM_PYTHON, root=project, environment=environment, prepared=False
    ) as studio:
        studio.wait_until_healthy(seconds=300)
        assert studio.status("/") == 200
        assert f"Preparing {project}/.venv from requirements.txt" in studio.output()
        assert f"Your data lies in {project}/data" in studio.output()
        for process in studio.processes():
            assert process.exe() == SYSTEM_PYTHON
    check = [SYSTEM_PYTHON, "manage.py", "check"]
    again = subprocess.run(check, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert again.returncode == 0
    assert "Preparing" not in again.stdout


def test_the_first_start_builds_and_the_second_does_not(project: Path, start: Start) -> None:
    first = start(project)
    assert first.stdout.splitlines() == [
        f"Preparing {project}/.venv from requirements.txt (once; about a minute) …",
        f"inside {project}/.venv parrot 1.0",
    ]
    stamp = project / ".venv" / ".requirements.txt.sha256"
    built = stamp.stat().st_mtime_ns
    assert start(project).stdout.splitlines() == [f"inside {project}/.venv parrot 1.0"]
    assert stamp.stat().st_mtime_ns == built


def test_changed_requirements_are_installed(made: Path, start: Start) -> None:
    require(made, "2.0")
    result = start(made)
    assert "Preparing" in result.stdout
    assert result.stdout.endswith(" parrot 2.0\n")


def test_a_start_inside_the_environment_installs_changed_requirements_too(made: Path, start: Start) -> None:
    require(made, "3.0")
    assert start(made, str(made / ".venv" / "bin" / "python")).stdout.endswith(" parrot 3.0\n")


def test_packages_that_cannot_be_had_are_tried_again_at_the_next_start(made: Path, start: Start) -> None:
    wanted = (made / "requirements.txt").read_text()
    (made / "requirements.txt").write_text(f"{made}/parrot-9-py3-none-any.whl\n")
    failed = start(made)
    assert failed.returncode == 1
    assert "The packages could not be installed (see above)." in failed.stderr
    assert "Traceback" not in failed.stderr.splitlines()[-1]
    (made / "requirements.txt").write_text(wanted)
    assert start(made).returncode == 0


@pytest.mark.parametrize("damage", ["no pip", "no python", "another python", "half made"])
def test_a_broken_environment_is_made_again(made: Path, damage: str, start: Start) -> None:
    venv = made / ".venv"
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    if damage == "no pip":  # cut off before the packages came
        shutil.rmtree(venv / "lib" / version / "site-packages" / "pip")
        (venv / ".requirements.txt.sha256").unlink()
    if damage == "no python":  # the system's Python has moved
        for name in ("python", "python3", version):
            (venv / "bin" / name).unlink()
            (venv / "bin" / name).symlink_to("/nowhere/python")
    if damage == "another python":  # the system's Python has a new version
        (venv / "lib" / version).rename(venv / "lib" / "python3.10")
        stamp = venv / ".requirements.txt.sha256"
        stamp.write_text(stamp.read_text()[::-1])
    if damage == "half made":
        shutil.rmtree(venv)
        venv.mkdir()
        (venv / "pyvenv.cfg").write_text("home = /nowhere\n")
    result = start(made)
    assert result.returncode == 0, result.stderr
    assert "Preparing" in result.stdout
    assert f"inside {venv} parrot" in result.stdout


def test_a_moved_project_still_starts(made: Path, tmp_path: Path, start: Start) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(made, moved, symlinks=True)
    result = start(moved)
    assert f"inside {moved}/.venv parrot" in result.stdout


def test_two_first_starts_at_once(project: Path, quick: str) -> None:
    environment = bare(project.parent / "home")
    command = command_of(project, quick)
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    outputs = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert all(f"inside {project}/.venv parrot 1.0" in output for output in outputs)
    assert sum("Preparing" in output for output in outputs) == 1


def test_where_venv_is_incomplete_it_names_the_one_command(project: Path, tmp_path: Path, start: Start) -> None:
    result = start(project, python_with(tmp_path / "minimal", None))
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        "This Python cannot make a virtual environment: its venv module is incomplete.",
        "On Debian or Ubuntu this command installs it:  "
        f"sudo apt install python{sys.version_info[0]}.{sys.version_info[1]}-venv",
    ]
    assert start(project).returncode == 0, "after that command the same start works"


def test_a_folder_that_cannot_be_written(project: Path, start: Start) -> None:
    (project / ".venv").write_text("I am no folder.")
    result = start(project)
    assert result.returncode == 1
    assert result.stderr.startswith(f"{project}/.venv could not be made: ")
    assert "Traceback" not in result.stderr


class TestOldPython:
    """It must come as far as saying that it is too old."""

    @pytest.mark.parametrize("path", ["manage.py", "voiceclone/__init__.py", "voiceclone/bootstrap.py"])
    def test_it_can_read_what_comes_first(self, path: str) -> None:
        ast.parse((ROOT / path).read_text(), feature_version=(3, 7))

    def test_it_is_told_so(self, project: Path, start: Start) -> None:
        pretend = "import sys; sys.version_info = (3, 10, 4, 'final', 0)"
        (project / "start.py").write_text(f"{pretend}\n{START}")
        result = start(project)
        assert result.returncode == 1
        assert result.stderr == f"Voiceclone needs Python 3.11 or newer; this is {platform.python_version()}.\n"
        assert not (project / ".venv").exists()
