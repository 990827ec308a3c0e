"""Finds every definition of the schemas and gives each reference its name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from smooth_operator_codegen.ir import Origin
from smooth_operator_codegen.reader.node import Node

HOME = "https://smooth-operator.example/spec/"
CONTAINER_KEYS = frozenset({"$schema", "$id", "$comment", "$defs", "description", "oneOf"})
_TITLE = re.compile(r"[A-Z][A-Za-z0-9]*\Z")
_ORIGINS = {
    "actions": Origin.ACTION,
    "events": Origin.EVENT,
    "domain": Origin.DOMAIN,
    "interactions": Origin.INTERACTION,
    "envelope.schema.json": Origin.ENVELOPE,
    "agents.schema.json": Origin.AGENTS_FILE,
}


def origin_of(file: str) -> Origin:
    """The part of the contract that a schema file belongs to."""
    return _ORIGINS[file.partition("/")[0]]


@dataclass(frozen=True, slots=True)
class Titles:
    """Definitions by place; a place is a file and a JSON pointer within it."""

    nodes: Mapping[tuple[str, str], Node]
    names: Mapping[tuple[str, str], str]

    def resolve(self, node: Node) -> str:
        """The title that a `$ref` text (or a catalogue reference) stands for."""
        target = self._target(node)
        seen = {target}
        while target not in self.names:
            target = self._target(self.nodes[target].child("$ref"))
            if target in seen:
                node.refuse("refers to itself", "let the reference end at a definition")
            seen.add(target)
        return self.names[target]

    def _target(self, node: Node) -> tuple[str, str]:
        path, _, pointer = node.string().partition("#")
        base = posixpath.dirname(node.file)
        file = posixpath.normpath(posixpath.join(base, path)) if path else node.file
        if (file, pointer) not in self.nodes:
            node.refuse(
                f"{node.value!r} leads to no definition",
                "refer to a file's root or to '#/$defs/<Name>', relative to this file",
            )
        return file, pointer


def find(documents: Mapping[str, Any]) -> Titles:
    """Index the schema documents; refuses missing, malformed and repeated titles."""
    nodes: dict[tuple[str, str], Node] = {}
    names: dict[tuple[str, str], str] = {}
    owners: dict[str, Node] = {}
    for file, document in documents.items():
        for node in _definitions(Node(file, "", document)):
            place = (file, node.pointer)
            nodes[place] = node
            if node.has("$ref") and not node.has("title"):
                continue  # a published path that only points to a shared shape
            name = _title(node)
            if name in owners:
                other = owners[name]
                node.child("title").refuse(
                    f"the title {name!r} is taken by {other.file}#{other.pointer}",
                    "give every definition a title of its own",
                )
            owners[name] = node
            names[place] = name
    return Titles(nodes, names)


def _definitions(root: Node) -> Iterator[Node]:
    identity = root.maybe("$id")
    if identity is not None and identity.value != HOME + root.file:
        identity.refuse(f"is not {HOME + root.file!r}", "let $id follow the file's path")
    if root.has("title") or root.has("$ref"):
        yield root
    else:
        _check_container(root)
    if root.has("$defs"):
        for _, each in root.child("$defs").entries():
            yield each


def _check_container(root: Node) -> None:
    """A file without a title defines nothing itself; its `oneOf` may list its own parts."""
    if not root.has("$defs"):
        _title(root)
    root.only(CONTAINER_KEYS, "a file without a title, which only holds definitions")
    if root.has("oneOf"):
        for each in root.child("oneOf").items():
            each.only({"$ref"}, "a part of a file without a title")


def _title(node: Node) -> str:
    if not node.has("title"):
        node.refuse("is an anonymous definition", "give it a title in PascalCase")
    title = node.child("title")
    if not _TITLE.match(title.string()):
        title.refuse(f"{title.value!r} is no type name", "write a title in PascalCase")
    if not node.has("description"):
        node.refuse("is undocumented", "add a description")
    return title.string()
