"""The rooms of the house: imports only point down, and the engines know no model, request or setting."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "voiceclone"
FLOORS = [
    {"audio", "audit"},
    {"accounts", "outbound", "work"},
    {"samples", "engines"},
    {"voices"},
    {"predictions"},
    {"cloning", "speech", "library", "portability"},
    {"api"},
]
ROOMS = sorted(room for floor in FLOORS for room in floor)  # in one order: several processes share the tests
LEVEL = {room: level for level, floor in enumerate(FLOORS) for room in floor}


def imports_of(path: Path) -> set[str]:
    """Every module that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            found |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def files_of(room: str) -> list[Path]:
    return [path for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts]


@pytest.mark.parametrize("room", ROOMS)
def test_imports_only_point_down(room: str) -> None:
    for path in files_of(room):
        for name in imports_of(path):
            parts = name.split(".")
            if parts[0] == "voiceclone" and len(parts) > 1 and parts[1] in LEVEL and parts[1] != room:
                assert LEVEL[parts[1]] < LEVEL[room], f"{path.relative_to(ROOT)} imports {name}, which lies above it"


def test_every_room_has_its_floor() -> None:
    rooms = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()}
    assert rooms - {"formats", "management", "templatetags"} == set(ROOMS)


def test_engines_know_no_model_no_request_and_no_setting() -> None:
    for path in files_of("engines"):
        assert not [name for name in imports_of(path) if name.startswith("django")], path


def test_audio_knows_no_model_and_no_setting() -> None:
    for path in files_of("audio"):
        names = imports_of(path)
        assert not [name for name in names if name.startswith(("django.db", "django.conf", "voiceclone.accounts"))], (
            path
        )


def test_nothing_but_the_addresses_and_commands_stands_on_the_page_rooms() -> None:
    pages = {f"voiceclone.{room}" for room in FLOORS[-1] | FLOORS[-2]}
    for path in ROOT.glob("*.py"):
        if path.name != "urls.py":
            assert not [name for name in imports_of(path) if name.rpartition(".")[0] in pages], path


def test_there_is_no_room_without_a_name() -> None:
    nameless = {"utils.py", "helpers.py", "services.py", "misc.py", "common.py"}
    assert not [path for path in ROOT.rglob("*.py") if path.name in nameless]
