"""Which engines there are, and the one instance of each that a process shares."""

from __future__ import annotations

import threading
from importlib import import_module

from voiceclone.engines.base import Capabilities, Engine, LocalEngine
from voiceclone.engines.hosted import HostedEngine

_CLASSES = {
    "builtin": "voiceclone.engines.builtin.engine:BuiltinEngine",
    "wavespeed": "voiceclone.engines.wavespeed.engine:WaveSpeedEngine",
}
_HOSTED = frozenset({"wavespeed"})
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


def is_hosted(name: str) -> bool:
    """Whether a vendor does the work; nothing is loaded to tell."""
    return name in _HOSTED


def local(name: str) -> LocalEngine:
    """The engine of that name, which works on this machine. Raises ValueError where it does not."""
    engine = get(name)
    if not isinstance(engine, LocalEngine):
        raise ValueError(f"The engine {name!r} does not work on this machine.")
    return engine


def hosted(name: str) -> HostedEngine:
    """The engine of that name, whose work a vendor does. Raises ValueError where none does."""
    engine = get(name)
    if not isinstance(engine, HostedEngine):
        raise ValueError(f"The engine {name!r} has no vendor.")
    return engine


def capabilities(name: str) -> Capabilities:
    """What the engine of that name can honour; cheap, the engine loads nothing for it."""
    return get(name).capabilities
