"""Reads the contract's own annotations out of a schema: `x-twin`, `x-always`, `x-capability`.

The result is a flat list of paths into an instance, so that checking a frame costs a few lookups.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Json = Any
Path = tuple[str, ...]
_NOTHING: Final = object()
_DEPTH = 8
"""Deeper nesting is free-form data of tools and agents, which carries no annotation."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a definition asks of an instance beyond its shape."""

    twins: tuple[tuple[Path, Path], ...]
    always: tuple[Path, ...]
    capabilities: tuple[tuple[Path, str], ...]

    def twin_faults(self, instance: Json, *, exact: bool = False) -> Iterator[str]:
        """Twins that differ where both are there; `exact` also wants both or neither."""
        for path, other in self.twins:
            parent = dig(instance, path[:-1])
            if not isinstance(parent, dict):
                continue
            left, right = parent.get(path[-1], _NOTHING), dig(instance, other)
            lonely = (left is _NOTHING) != (right is _NOTHING)
            if (lonely and exact) or (not lonely and left != right):
                yield f"{_pointer(path)} differs from {_pointer(other)}"

    def always_faults(self, instance: Json) -> Iterator[str]:
        """Keys that are always sent and are missing, where their object is there."""
        for path in self.always:
            parent = dig(instance, path[:-1])
            if isinstance(parent, dict) and path[-1] not in parent:
                yield f"{_pointer(path)} is missing"

    def capability_faults(self, instance: Json, declared: frozenset[str]) -> Iterator[str]:
        """Fields of capabilities that the connection did not declare."""
        for path, name in self.capabilities:
            if name not in declared and dig(instance, path) is not _NOTHING:
                yield f"{_pointer(path)} without {name}"


def dig(instance: Json, path: Path) -> Json:
    """The value at a path, or a marker that equals nothing."""
    for part in path:
        if not isinstance(instance, dict) or part not in instance:
            return _NOTHING
        instance = instance[part]
    return instance


def _pointer(path: Path) -> str:
    return "/" + "/".join(path)


def read_rules(documents: Mapping[str, Json], ref: str) -> Rules:
    """The rules of `path#/$defs/Name` and of every object below it."""
    twins: list[tuple[Path, Path]] = []
    always: list[Path] = []
    capabilities: list[tuple[Path, str]] = []
    for path, schema in _walk(documents, *_resolve(documents, "", ref), ()):
        always.extend((*path, key) for key in schema.get("x-always", ()))
        for name, value in schema.get("properties", {}).items():
            if "x-twin" in value:
                twins.append(((*path, name), tuple(value["x-twin"].strip("/").split("/"))))
            if "x-capability" in value:
                capabilities.append(((*path, name), value["x-capability"]))
    return Rules(tuple(twins), tuple(dict.fromkeys(always)), tuple(capabilities))


def _resolve(documents: Mapping[str, Json], home: str, ref: str) -> tuple[str, Json]:
    target, _, pointer = ref.partition("#")
    if target and home:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(home), target))
    document = target or home
    schema = documents[document]
    for part in pointer.strip("/").split("/") if pointer else ():
        schema = schema[part]
    return document, schema


def _walk(
    documents: Mapping[str, Json], home: str, schema: Json, path: Path
) -> Iterator[tuple[Path, Json]]:
    """Every object definition an instance of `schema` has for sure at a path."""
    if len(path) > _DEPTH:
        return
    if "$ref" in schema:
        yield from _walk(documents, *_resolve(documents, home, schema["$ref"]), path)
        return
    for option in _single(schema):
        yield from _walk(documents, home, option, path)
    if "properties" in schema:
        yield path, schema
        for name, value in schema["properties"].items():
            yield from _walk(documents, home, value, (*path, name))


def _single(schema: Json) -> list[Json]:
    """`anyOf [X, null]` is X; a real choice says nothing for sure."""
    options = [o for o in schema.get("anyOf", ()) if o.get("type") != "null"]
    return options if len(options) == 1 else []
