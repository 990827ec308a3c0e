"""Reads every definition of the schemas, then settles what needs all of them at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from smooth_operator_codegen.ir import (
    AliasDef,
    AnyJson,
    Boolean,
    Const,
    Definition,
    Field,
    Integer,
    Json,
    ListOf,
    MapOf,
    Named,
    Number,
    ObjectDef,
    Soft,
    Text,
    Type,
    UnionDef,
)
from smooth_operator_codegen.reader.node import Node
from smooth_operator_codegen.reader.titles import Titles, origin_of
from smooth_operator_codegen.reader.types import ANNOTATIONS, TypeReader

_OBJECT_KEYS = ANNOTATIONS | {
    "$schema",
    "$id",
    "$defs",
    "type",
    "properties",
    "required",
    "additionalProperties",
    "x-always",
    "x-capability",
}


def read_definitions(titles: Titles) -> tuple[Definition, ...]:
    """All definitions, those written in place included, in path and file order."""
    types = TypeReader(titles)
    found: list[Definition] = []
    for place, name in titles.names.items():
        start = len(types.derived)
        found.append(_definition(titles.nodes[place], name, types))
        found.extend(types.derived[start:])
    by_name = {each.name: each for each in found}
    return tuple(_tagged(each, by_name) if isinstance(each, UnionDef) else each for each in found)


def _definition(node: Node, name: str, types: TypeReader) -> Definition:
    if node.has("enum"):
        return types.enum(node, name)
    if node.has("oneOf"):
        return types.union(node, name)
    if node.object().get("type") == "object" and _is_shape(node):
        return _object(node, name, types)
    return _alias(node, name, types)


def _is_shape(node: Node) -> bool:
    """Whether the keys are named, rather than free."""
    free = node.object().get("additionalProperties", False)
    return node.has("properties") or free is False


def _alias(node: Node, name: str, types: TypeReader) -> AliasDef:
    bare = {
        key: each for key, each in node.object().items() if key not in ("$schema", "$id", "$defs")
    }
    return AliasDef(
        name=name,
        doc=node.child("description").string(),
        origin=origin_of(node.file),
        place=f"{node.file}#{node.pointer}",
        type=types.read(Node(node.file, node.pointer, bare), name),
        examples=_examples(node),
    )


def _object(node: Node, name: str, types: TypeReader) -> ObjectDef:
    node.only(_OBJECT_KEYS, "an object")
    if not node.has("additionalProperties"):
        node.refuse(
            "does not say whether other keys may come", "add additionalProperties: false or true"
        )
    extra = node.child("additionalProperties")
    if not isinstance(extra.value, bool):
        extra.refuse("mixes named and free keys", "write false, true, or a pure map")
    properties = node.child("properties") if node.has("properties") else Node(node.file, "", {})
    required = _names(node, "required", properties)
    always = _names(node, "x-always", properties)
    fields = tuple(
        _field(each, key, name, types, key in required, key in required or key in always)
        for key, each in properties.entries()
    )
    return ObjectDef(
        name=name,
        doc=node.child("description").string(),
        origin=origin_of(node.file),
        place=f"{node.file}#{node.pointer}",
        fields=fields,
        open=extra.boolean(),
        capability=node.text_or_none("x-capability"),
        examples=_examples(node),
    )


def _names(node: Node, key: str, properties: Node) -> frozenset[str]:
    if not node.has(key):
        return frozenset()
    for each in node.child(key).items():
        if not properties.has(each.string()):
            each.refuse(f"{each.value!r} is no property", "name a property of this object")
    return frozenset(node.child(key).strings())


def _field(
    node: Node, key: str, owner: str, types: TypeReader, required: bool, always: bool
) -> Field:
    if not node.has("description"):
        node.refuse("is an undocumented field", "add a description (it may stand beside $ref)")
    kind, nullable = types.nullable(node, owner + key[:1].upper() + key[1:])
    has_default = node.has("default")
    if has_default and required:
        node.child("default").refuse("is the default of a required field", "drop one of the two")
    if has_default and not _fits(node.value["default"], kind, nullable):
        node.child("default").refuse("is not a value of the field", "write a value of its type")
    return Field(
        name=key,
        type=kind,
        doc=node.child("description").string(),
        required=required,
        always=always,
        nullable=nullable,
        has_default=has_default,
        default=node.value.get("default"),
        soft=_soft(node, kind),
        twin=_twin(node),
        capability=node.text_or_none("x-capability"),
        secret=node.flag("x-secret"),
        examples=_examples(node),
    )


_SOFT_NEEDS: dict[Soft, type | tuple[type, ...]] = {
    Soft.TRUE: Boolean,
    Soft.ONLY_TRUE: Boolean,
    Soft.CLAMP: Integer,
    Soft.ENTRIES: ListOf,
    Soft.STRINGS: ListOf,
}


def _soft(node: Node, kind: Type) -> Soft | None:
    mark = node.maybe("x-soft")
    if mark is None:
        return None
    if mark.value not in set(Soft):
        mark.refuse(f"{mark.value!r} is no way to be soft", f"use one of {', '.join(Soft)}")
    soft = Soft(mark.value)
    needed = _SOFT_NEEDS.get(soft)
    # A list may hide behind a definition of its own; the emitters look there.
    if needed is not None and not isinstance(kind, needed) and not isinstance(kind, Named):
        mark.refuse(f"{soft.value!r} does not fit the type of the field", "use another one")
    if soft is Soft.CLAMP and not node.has("default"):
        mark.refuse("a clamped field needs a default", "add a default")
    return soft


def _twin(node: Node) -> tuple[str, ...] | None:
    mark = node.maybe("x-twin")
    if mark is None:
        return None
    if not mark.string().startswith("/"):
        mark.refuse("is no path from the event's root", "write a path such as '/requestId'")
    return tuple(mark.string()[1:].split("/"))


def _examples(node: Node) -> tuple[Json, ...]:
    found = node.maybe("examples")
    return tuple(each.value for each in found.items()) if found else ()


def _fits(value: Any, kind: Type, nullable: bool) -> bool:
    if value is None:
        return nullable
    match kind:
        case Boolean():
            return isinstance(value, bool)
        case Integer():
            return isinstance(value, int) and not isinstance(value, bool)
        case Number():
            return isinstance(value, int | float) and not isinstance(value, bool)
        case Text():
            return isinstance(value, str)
        case Const(value=only):
            return bool(value == only)
        case ListOf():
            return isinstance(value, list)
        case MapOf():
            return isinstance(value, dict)
        case AnyJson() | Named():
            return True


def _tagged(union: UnionDef, by_name: dict[str, Definition]) -> UnionDef:
    """Find the key whose constant tells the variants apart, if they all have one."""
    objects = [
        by_name[each.name]
        for each in union.variants
        if isinstance(each, Named) and isinstance(by_name[each.name], ObjectDef)
    ]
    if len(objects) != len(union.variants):
        return union
    first = objects[0]
    assert isinstance(first, ObjectDef)
    for candidate in first.fields:
        tags = tuple(_tag(each, candidate.name) for each in objects)
        known = tuple(each for each in tags if each is not None)
        if len(known) == len(objects) and len(set(known)) == len(known):
            return replace(union, discriminator=candidate.name, tags=known)
    return union


def _tag(definition: Definition, key: str) -> str | None:
    if not isinstance(definition, ObjectDef):
        return None
    found = definition.find(key)
    if found is None or not found.required or not isinstance(found.type, Const):
        return None
    return found.type.value if isinstance(found.type.value, str) else None
