"""Which engines there are, and the one instance of each that a process shares."""

from __future__ import annotations

import threading
from importlib import import_module

from voiceclone.engines.base import Capabilities, Engine

_CLASSES = {
    "builtin": "voiceclone.engines.builtin.engine:BuiltinEngine",
}
_instances: dict[str, Engine] = {}
_lock = threading.Lock()


def available() -> tuple[str, ...]:
    """The names `get` knows, the default first."""
    return tuple(_CLASSES)


def get(name: str) -> Engine:
    """The engine of that name. Raises ValueError where there is none."""
    if name not in _CLASSES:
        raise ValueError(f"There is no engine named {name!r}; the engines are: {', '.join(_CLASSES)}.")
    with _lock:
        if name not in _instances:
            module, _, attribute = _CLASSES[name].partition(":")
            _instances[name] = getattr(import_module(module), attribute)()
        return _instances[name]


def capabilities(name: str) -> Capabilities:
    """What the engine of that name can honour; cheap, the engine loads nothing for it."""
    return get(name).capabilities
