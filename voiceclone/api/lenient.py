"""The catalog's schemas as what is really accepted: numbers and switches as texts, null as nothing, unknown keys."""

from __future__ import annotations

from typing import Any

NUMERIC = r"^$|^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$"
SWITCH = {"enum": [True, False, 0, 1, "0", "1", "true", "false", ""]}
KEPT = ("title", "description", "default", "x-hint", "x-enum")
NOTHING = {"type": "null"}


def lenient(schema: dict[str, Any]) -> dict[str, Any]:
    required = schema["required"]
    properties = {
        name: _lenient(strict) if name not in required else _required(strict)
        for name, strict in schema["properties"].items()
    }
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": True}


def _required(strict: dict[str, Any]) -> dict[str, Any]:
    """A text that must be there; command lines send one of digits as a number."""
    told = {name: strict[name] for name in KEPT if name in strict}
    rules = {name: strict[name] for name in ("minLength", "maxLength", "pattern") if name in strict}
    number = [{"type": "number"}] if strict.get("x-ui-component") == "textarea" else []
    return {**told, "anyOf": [{"type": "string", "minLength": 1, **rules}, *number]}


def _lenient(strict: dict[str, Any]) -> dict[str, Any]:
    told = {name: strict[name] for name in KEPT if name in strict}
    return {**told, "anyOf": [*_ways(strict), NOTHING]}


def _ways(strict: dict[str, Any]) -> list[dict[str, Any]]:
    """What else says the same."""
    kind = strict["type"]
    if kind == "boolean":
        return [SWITCH]
    if "enum" in strict:
        return [{"enum": [*strict["enum"], *(_other(value) for value in strict["enum"]), ""]}]
    if kind in ("number", "integer"):
        limits: dict[str, Any] = {name: strict[name] for name in ("minimum", "maximum") if name in strict}
        return [{"type": kind, **limits}, {"type": "string", "pattern": NUMERIC}]
    if kind == "array":
        return [{"type": "array", "items": {"type": "string"}}, {"type": "string"}]
    length = {"maxLength": strict["maxLength"]} if "maxLength" in strict else {}
    return [{"type": "string", **length}, {"type": "number"}]


def _other(value: Any) -> Any:
    """A number's text; of a text of digits its number."""
    if isinstance(value, int):
        return str(value)
    return int(value) if value.isdecimal() else value
