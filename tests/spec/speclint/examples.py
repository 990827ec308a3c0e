"""Examples and defaults fit their definition; a union takes each example in one branch only."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from speclint.documents import Documents, Finding, Place


def check_examples(documents: Documents) -> Iterator[Finding]:
    for place in documents.definitions():
        yield from _own(documents, place)
        yield from _defaults(documents, place)
    for path, document in documents.schemas():
        for place in (Place(path, "", document), *_parts(path, document)):
            if "oneOf" in place.schema:
                yield from _overlap(documents, place)


def _parts(path: str, document: dict[str, Any]) -> Iterator[Place]:
    for name, each in document.get("$defs", {}).items():
        yield Place(path, f"/$defs/{name}", each)


def _own(documents: Documents, place: Place) -> Iterator[Finding]:
    if "$ref" in place.schema:
        return
    examples = place.schema.get("examples", [])
    if not examples and "oneOf" not in place.schema:
        yield place.finding("example", "has no example")
    validator = documents.validator(f"{place.file}#{place.pointer}")
    for index, example in enumerate(examples):
        for error in validator.iter_errors(example):
            yield place.finding("example", f"{index}: {error.instance_path}: {error.message}")


def _defaults(documents: Documents, place: Place) -> Iterator[Finding]:
    for key, schema in place.schema.get("properties", {}).items():
        if "default" not in schema:
            continue
        at = Place(place.file, place.inside("properties", key), schema)
        if key in place.schema.get("required", []):
            yield at.finding("default", "a required field has no use for a default")
        if not documents.validator(f"{at.file}#{at.pointer}").is_valid(schema["default"]):
            yield at.finding("default", "the default does not fit the field")


def _overlap(documents: Documents, place: Place) -> Iterator[Finding]:
    """Each branch's examples, whole and pared down, must fit one branch of the union."""
    branches = [documents.target(place.file, each["$ref"]) for each in place.schema["oneOf"]]
    validators = [documents.validator(f"{each.file}#{each.pointer}") for each in branches if each]
    for branch in branches:
        assert branch is not None
        for instance in _instances(documents, branch):
            fitting = sum(each.is_valid(instance) for each in validators)
            if fitting != 1:
                where = f"{posixpath.basename(branch.file)}#{branch.pointer}"
                yield place.finding("overlap", f"{fitting} branches take {instance!r} of {where}")


def _instances(documents: Documents, branch: Place) -> Iterator[Any]:
    settled = documents.settled(branch)
    for each in settled.schema.get("oneOf", []):
        inner = documents.target(settled.file, each["$ref"])
        assert inner is not None
        yield from _instances(documents, inner)
    required = settled.schema.get("required", [])
    for example in settled.schema.get("examples", []):
        yield example
        if isinstance(example, dict):
            yield {key: each for key, each in example.items() if key in required}
