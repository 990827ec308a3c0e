"""The documents of `spec/` by path, and what it takes to look something up in them."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema_rs

BASE = "https://smooth-operator.example/spec/"
FOLDERS = ("actions", "events", "domain", "interactions")
FILES = ("envelope.schema.json", "agents.schema.json", "catalogue.json")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: where, which rule, and what to know about it."""

    file: str
    pointer: str
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}#{self.pointer}: {self.rule}: {self.text}"


@dataclass(frozen=True, slots=True)
class Place:
    """A schema within a document."""

    file: str
    pointer: str
    schema: dict[str, Any]

    def finding(self, rule: str, text: str) -> Finding:
        return Finding(self.file, self.pointer, rule, text)

    def inside(self, *steps: str | int) -> str:
        return self.pointer + "".join(f"/{escape(str(step))}" for step in steps)


@dataclass(frozen=True, slots=True)
class Documents:
    """Parsed JSON by path relative to `spec/`."""

    by_path: Mapping[str, Any]

    def schemas(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for path in sorted(self.by_path):
            if path.endswith(".schema.json"):
                yield path, self.by_path[path]

    def definitions(self) -> Iterator[Place]:
        """Every root that defines something, and every entry of `$defs`."""
        for path, document in self.schemas():
            if "title" in document:
                yield Place(path, "", document)
            for name, each in document.get("$defs", {}).items():
                yield Place(path, f"/$defs/{escape(name)}", each)

    def target(self, file: str, ref: str) -> Place | None:
        """What a `$ref` written in `file` stands for; None when it leads nowhere."""
        path, _, pointer = ref.partition("#")
        where = posixpath.normpath(posixpath.join(posixpath.dirname(file), path)) if path else file
        node = self.by_path.get(where)
        for step in pointer.split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            node = node.get(key) if isinstance(node, dict) else None
        return Place(where, pointer, node) if isinstance(node, dict) else None

    def settled(self, place: Place) -> Place:
        """`place`, or where its chain of references ends."""
        while "$ref" in place.schema:
            following = self.target(place.file, place.schema["$ref"])
            assert following is not None, place
            place = following
        return place

    def validator(self, ref: str) -> jsonschema_rs.Draft202012Validator:
        """Validates against `<path>[#<pointer>]`, straight from the files."""
        registry = jsonschema_rs.Registry(
            [(document["$id"], document) for _, document in self.schemas()]
        )
        return jsonschema_rs.Draft202012Validator({"$ref": BASE + ref}, registry=registry)


def load(folder: Path) -> Documents:
    """The contract below `folder`: schemas and catalogue, not the data beside them."""
    paths = [
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.json")
        if path.relative_to(folder).as_posix() in FILES
        or path.relative_to(folder).parts[0] in FOLDERS
    ]
    return Documents({path: json.loads((folder / path).read_text("utf-8")) for path in paths})


def escape(step: str) -> str:
    """A step of a JSON pointer."""
    return step.replace("~", "~0").replace("/", "~1")
