"""The OpenAPI document as a page shows it: by subject, each address with its fields, limits and an example."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString

from voiceclone.api import catalog
from voiceclone.api.openai import api as openai
from voiceclone.api.v3 import api
from voiceclone.predictions.catalog import CLONE

EXAMPLES: dict[str, Any] = {
    "audio": "https://example.org/me.wav",
    "custom_voice_id": "ReadingVoice-2026",
    "voice_id": "ReadingVoice-2026",
    "voice": "ReadingVoice-2026",
    "text": "Good morning, everybody.",
    "input": "Good morning, everybody.",
    "ids": ["0123456789abcdef0123456789abcdef"],
    "model_id": CLONE,
    "filename": "me.wav",
    "size": 480000,
}
KINDS = {"string": "text", "boolean": "true or false", "object": "object", "integer": "whole number"}


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    place: str
    kind: str
    required: bool
    default: str
    about: str


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    method: str
    path: str
    title: str
    about: str
    fields: tuple[Field, ...]
    example: str

    @property
    def breakable_path(self) -> SafeString:
        """The path as HTML whose lines break after a slash."""
        return SafeString("/<wbr>".join(escape(self.path).split("/")))


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The OpenAPI document of both APIs. It changes only with the version."""
    whole, beside = dict(api.get_openapi_schema()), openai.get_openapi_schema()
    whole["paths"] = {**whole["paths"], **beside["paths"]}
    parts = whole["components"]
    whole["components"] = {name: {**parts[name], **beside["components"].get(name, {})} for name in parts}
    return whole


@lru_cache(maxsize=8)
def subjects(base_url: str) -> dict[str, list[Operation]]:
    """Title of a subject → its operations."""
    found: dict[str, list[Operation]] = {}
    for path, methods in document()["paths"].items():
        for method, told in methods.items():
            found.setdefault(told["tags"][0], []).append(_operation(base_url, path, method.upper(), told))
    return found


def _operation(base_url: str, path: str, method: str, told: dict[str, Any]) -> Operation:
    body = _body(path, told)
    fields = [
        Field(
            one["name"],
            one["in"],
            _kind(one["schema"]),
            one["required"],
            _default(one["schema"]),
            one.get("description", ""),
        )
        for one in told.get("parameters", [])
    ]
    fields += [
        Field(name, "body", _kind(one), name in body.get("required", []), _default(one), one.get("description", ""))
        for name, one in body.get("properties", {}).items()
    ]
    key = bool(told.get("security"))
    example = _example(base_url + path, method, body, key)
    return Operation(
        told["operationId"], method, path, told["summary"], told.get("description", ""), tuple(fields), example
    )


def _body(path: str, told: dict[str, Any]) -> dict[str, Any]:
    """The schema of a JSON body. That of a model is shown as in the catalog, without its leniences."""
    model = path.removeprefix("/api/v3/").removesuffix("/stream")
    if told.get("operationId", "").startswith(("run_", "stream_")):
        return catalog.request_schema(model)
    schema = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    for one in (schema, *schema.get("anyOf", [])):
        if "$ref" in one:
            return dict(document()["components"]["schemas"][one["$ref"].rpartition("/")[2]])
    return dict(schema)


def _kind(schema: dict[str, Any]) -> str:
    ways = [one for one in schema.get("anyOf", []) if one.get("type") != "null"]
    if ways:
        return " or ".join(_kind(one) for one in ways)
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"array of {_kind(schema.get('items', {}))}s"
    low, high = schema.get("minimum"), schema.get("maximum")
    limits = f", {low:g} to {high:g}" if low is not None and high is not None else ""
    if "maxLength" in schema:
        limits = f", at most {schema['maxLength']:,} characters"
    if schema.get("format") == "date-time":
        return "time"
    return f"{KINDS.get(kind, kind)}{limits}"


def _default(schema: dict[str, Any]) -> str:
    value = schema.get("default")
    return "" if value in (None, "") else json.dumps(value, ensure_ascii=False)


def _example(address: str, method: str, body: dict[str, Any], key: bool) -> str:
    lines = [f"curl {address}" if method == "GET" else f"curl -X {method} {address}"]
    if key:
        lines.append('-H "Authorization: Bearer $VOICECLONE_API_KEY"')
    wanted = {name: EXAMPLES.get(name, "") for name in body.get("required", [])}
    if wanted:
        lines += ['-H "Content-Type: application/json"', f"-d '{json.dumps(wanted, ensure_ascii=False)}'"]
    return " \\\n  ".join(lines)
