"""What can be altered: every leaf of every event and ack, read straight from the schemas.

This is no JSON Schema reader: it follows `$ref`, `properties`, `items` and nullable `anyOf`, and
knows just enough of the rest to say what kind of value a leaf holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

Path_ = tuple[str, ...]
"""Keys from the frame's root; `[]` stands for the items of an array."""
Kind = Literal[
    "boolean", "enum", "code", "number", "text", "time", "uuid", "array", "object", "any"
]

ACK = "immediate_response"
SKIPPED = frozenset({"type", "requestId", "seq", "seqFrom", "replay", "timestamp"})
"""Envelope fields with operators of their own, or (timestamp) that nobody can predict."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One field of an event, or of what an action is answered."""

    subject: str
    """Event type, or the action whose ack it is."""
    path: Path_
    """From the root of the frame."""
    kind: Kind
    members: tuple[str, ...] = ()
    """Values of an enum."""
    fixed: bool = False
    """A `const`: any other value breaks the schema."""
    required: bool = False
    """The schema wants it whenever its object is there."""

    @property
    def name(self) -> str:
        """How `kill` spells it: subject and path without the wrapping `data`."""
        parts = [part for part in self.path if part != "data"]
        # `error.error.code` is what everybody calls `error.code`.
        parts = parts if parts[:1] == [self.subject] else [self.subject, *parts]
        return ".".join(parts).replace(".[]", "[]")


@dataclass(frozen=True, slots=True)
class Surface:
    """All leaves, and which prefixes of a frame say the same thing twice."""

    leaves: tuple[Leaf, ...]
    twins: Mapping[str, tuple[tuple[Path_, Path_], ...]]
    """Event type to pairs (said here, repeated there)."""
    requests: Mapping[str, tuple[str, ...]]
    """Action to the fields of its request, without `action` and `requestId`."""
    catalogue: Mapping[str, Any]
    examples: Mapping[str, Mapping[str, Any]]
    """Event type to the first example of its schema."""
    needs_id: frozenset[str]
    """Event types whose schema requires a `requestId`, at the envelope or in `data`."""
    tool_body: frozenset[str]
    """Keys that a tool request always has."""

    @property
    def events(self) -> tuple[str, ...]:
        """Event types, in the catalogue's order."""
        return tuple(event["type"] for event in self.catalogue["events"])

    @property
    def logged(self) -> frozenset[str]:
        """Types that have a `seq`."""
        return frozenset(e["type"] for e in self.catalogue["events"] if e["inLog"])

    @property
    def terminal(self) -> frozenset[str]:
        """Types that end a turn."""
        return frozenset(e["type"] for e in self.catalogue["events"] if e["endsTurn"])

    @property
    def fatal_codes(self) -> frozenset[str]:
        """Error codes that end a turn."""
        return frozenset(e["code"] for e in self.catalogue["errors"] if e["endsTurn"])


class Schemas:
    """The schema files of a contract, loaded once, with references followed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files: dict[Path, Any] = {}

    def at(self, reference: str, base: Path | None = None) -> tuple[Any, Path]:
        """The definition a reference names, and the file it stands in."""
        file_part, _, pointer = reference.partition("#")
        file = base if not file_part else ((base.parent if base else self._root) / file_part)
        assert file is not None
        file = file.resolve()
        if file not in self._files:
            self._files[file] = json.loads(file.read_text(encoding="utf-8"))
        found = self._files[file]
        for key in filter(None, pointer.split("/")):
            found = found[key]
        return found, file

    def resolve(self, schema: Any, base: Path) -> tuple[Any, Path]:
        """A schema without its `$ref`; what stands beside the reference is kept."""
        extra: dict[str, Any] = {}
        while "$ref" in schema:
            extra = {**{k: v for k, v in schema.items() if k != "$ref"}, **extra}
            schema, base = self.at(schema["$ref"], base)
        return {**schema, **extra}, base


Twins = tuple[tuple[Path_, Path_], ...]


def read_surface(root: Path) -> Surface:
    """The surface of the contract in a `spec` folder; raises OSError, KeyError."""
    schemas = Schemas(root)
    catalogue, _ = schemas.at("catalogue.json")
    leaves: list[Leaf] = []
    twins: dict[str, Twins] = {}
    examples: dict[str, Mapping[str, Any]] = {}
    needs_id: set[str] = set()
    for event in catalogue["events"]:
        kind = event["type"]
        schema, base = schemas.at(event["schema"])
        twins[kind] = tuple(_twins(schemas, schema, base))
        leaves += _event_leaves(list(_leaves(schemas, kind, schema, base, ())), twins[kind])
        examples[kind] = schema["examples"][0]
        if "requestId" in schema["required"] or _id_in_data(schemas, schema, base):
            needs_id.add(kind)
    body, _ = schemas.at("domain/tool-invocation.schema.json")
    return Surface(
        leaves=(*leaves, *_ack_leaves(schemas, catalogue)),
        twins=twins,
        requests=_requests(schemas, catalogue),
        catalogue=catalogue,
        examples=examples,
        needs_id=frozenset(needs_id),
        tool_body=frozenset(body.get("required", ())),
    )


def _event_leaves(found: Sequence[Leaf], twins: Twins) -> Iterator[Leaf]:
    """Each field once; one whose twin is required cannot be left out together with it."""
    required = {leaf.path for leaf in found if leaf.required}
    twice = {original for original, there in twins if there in required}
    repeated = {there for _, there in twins}
    for leaf in found:
        if not _below(leaf.path, repeated):
            yield replace(leaf, required=leaf.required or leaf.path in twice)


def _ack_leaves(schemas: Schemas, catalogue: Any) -> Iterator[Leaf]:
    for action in catalogue["actions"]:
        response = action["answer"].get("response")
        if response and action["answer"]["kind"] in ("ack", "turn"):
            schema, base = schemas.at(response)
            yield from _leaves(schemas, action["name"], schema, base, ("data",))


def _id_in_data(schemas: Schemas, schema: Any, base: Path) -> bool:
    raw = schema.get("properties", {}).get("data")
    data, _ = schemas.resolve(raw, base) if raw else ({}, base)
    return "requestId" in data.get("required", ())


def _requests(schemas: Schemas, catalogue: Any) -> dict[str, tuple[str, ...]]:
    fields: dict[str, tuple[str, ...]] = {}
    for action in catalogue["actions"]:
        schema, _ = schemas.at(action["request"])
        names = (name for name in schema["properties"] if name not in ("action", "requestId"))
        fields[action["name"]] = tuple(names)
    return fields


def _below(path: Path_, prefixes: set[Path_]) -> bool:
    return any(path[: len(prefix)] == prefix for prefix in prefixes)


def _leaves(schemas: Schemas, subject: str, schema: Any, base: Path, path: Path_) -> Iterator[Leaf]:
    """Every property below `schema`; containers count too, since they can be left out."""
    for name, raw in schema.get("properties", {}).items():
        if not path and name in SKIPPED:
            continue
        required = name in schema.get("required", ())
        for inner, where in _variants(schemas, raw, base):
            yield from _leaf(schemas, subject, inner, where, (*path, name), required)


def _leaf(
    schemas: Schemas, subject: str, schema: Any, base: Path, path: Path_, required: bool
) -> Iterator[Leaf]:
    kind = _kind(schema)
    # The wrapping `data` is no field that could be left out or altered by itself.
    if path[-1] != "data":
        yield Leaf(
            subject,
            path,
            kind,
            members=tuple(schema.get("enum", ())),
            fixed="const" in schema,
            required=required,
        )
    if kind == "object":
        yield from _leaves(schemas, subject, schema, base, path)
    elif kind == "array" and "items" in schema:
        for inner, where in _variants(schemas, schema["items"], base):
            below = (*path, "[]")
            if _kind(inner) == "object":
                yield from _leaves(schemas, subject, inner, where, below)
            else:
                yield from _leaf(schemas, subject, inner, where, below, True)


def _variants(schemas: Schemas, raw: Any, base: Path) -> list[tuple[Any, Path]]:
    """The schema itself, or what its `anyOf`/`oneOf` offers besides null."""
    schema, base = schemas.resolve(raw, base)
    options = schema.get("anyOf") or schema.get("oneOf")
    if not options:
        return [(schema, base)]
    resolved = [schemas.resolve(option, base) for option in options]
    return [(inner, where) for inner, where in resolved if inner.get("type") != "null"]


def _kind(schema: Any) -> Kind:
    kinds = schema.get("type", "any")
    if isinstance(kinds, list):
        kinds = next(kind for kind in kinds if kind != "null")
    if kinds == "string":
        if "enum" in schema:
            return "code" if "VALIDATION_ERROR" in schema["enum"] else "enum"
        formats: dict[str | None, Kind] = {"uuid": "uuid", "date-time": "time"}
        return formats.get(schema.get("format"), "text")
    simple: dict[str, Kind] = {
        "boolean": "boolean",
        "integer": "number",
        "number": "number",
        "array": "array",
        "object": "object",
    }
    return simple.get(kinds, "any")


def _twins(schemas: Schemas, schema: Any, base: Path) -> Iterator[tuple[Path_, Path_]]:
    """Pairs of prefixes that `x-twin` ties together; the shorter path is the original."""
    seen: set[tuple[Path_, Path_]] = set()
    for path, inner in _annotated(schemas, schema, base, ()):
        other = tuple(filter(None, inner["x-twin"].split("/")))
        pair = (other, path) if (len(other), other) <= (len(path), path) else (path, other)
        if pair not in seen:
            seen.add(pair)
            yield pair


def _annotated(
    schemas: Schemas, schema: Any, base: Path, path: Path_
) -> Iterator[tuple[Path_, Any]]:
    for name, raw in schema.get("properties", {}).items():
        inner, where = schemas.resolve(raw, base)
        if "x-twin" in inner:
            yield (*path, name), inner
        elif _kind(inner) == "object":
            yield from _annotated(schemas, inner, where, (*path, name))
