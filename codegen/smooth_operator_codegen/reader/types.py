"""Reads one place of a schema as a type of the IR, and refuses what the IR has no word for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from smooth_operator_codegen.ir import (
    AnyJson,
    Boolean,
    Const,
    EnumDef,
    Integer,
    ListOf,
    MapOf,
    Named,
    Number,
    Text,
    Type,
    UnionDef,
)
from smooth_operator_codegen.reader.node import Node
from smooth_operator_codegen.reader.titles import Titles, origin_of

ANNOTATIONS = frozenset({"$comment", "title", "description", "default", "examples"})
FIELD_ANNOTATIONS = frozenset({"x-soft", "x-twin", "x-capability", "x-secret"})
FORMATS = frozenset({"uuid", "date-time", "uri", "email"})
_BESIDE = ANNOTATIONS | FIELD_ANNOTATIONS
_INLINE_OBJECT = (
    "is an anonymous object",
    "move it to $defs with a title and a description, and refer to it with $ref",
)


@dataclass(slots=True)
class TypeReader:
    """Reads types; enums and unions written in place join `derived` under the owner's name."""

    titles: Titles
    derived: list[EnumDef | UnionDef] = field(default_factory=list)

    def nullable(self, node: Node, name: str) -> tuple[Type, bool]:
        """The type of a property, and whether null is one of its values.

        `name` is what an enum or union written in place will be called.
        """
        if node.has("anyOf"):
            return self._null_beside(node, name), True
        listed = node.object().get("type")
        if isinstance(listed, list):
            first = self._type_beside_null(node)
            single = Node(node.file, node.pointer, {**node.object(), "type": first})
            return self.read(single, name), True
        return self.read(node, name), False

    def read(self, node: Node, name: str) -> Type:
        """A type that does not take null."""
        if node.has("$ref"):
            node.only({"$ref"} | _BESIDE, "a reference")
            return Named(self.titles.resolve(node.child("$ref")))
        if node.has("const"):
            return self._const(node)
        if node.has("enum"):
            return self._enum(node, name)
        if node.has("oneOf"):
            return self._union(node, name)
        if node.has("type"):
            return self._typed(node, name)
        node.only(_BESIDE, "a value of any type")
        return AnyJson()

    def _typed(self, node: Node, name: str) -> Type:
        readers: dict[str, Callable[[Node, str], Type]] = {
            "string": self._text,
            "integer": self._integer,
            "number": self._number,
            "boolean": self._boolean,
            "array": self._list,
            "object": self._map,
        }
        kind = node.child("type")
        if not isinstance(kind.value, str) or kind.value not in readers:
            kind.refuse(
                f"the type {kind.value!r} is not modelled here",
                f"use one of {', '.join(readers)}, or [<one of them>, 'null'] on a property",
            )
        return readers[kind.value](node, name)

    def _text(self, node: Node, name: str) -> Type:
        del name
        node.only({"type", "minLength", "maxLength", "pattern", "format"} | _BESIDE, "a string")
        form = node.maybe("format")
        if form is not None and form.string() not in FORMATS:
            form.refuse(f"the format {form.value!r} is not modelled", f"use {sorted(FORMATS)}")
        return Text(
            min_length=_count(node, "minLength"),
            max_length=_count(node, "maxLength"),
            pattern=node.text_or_none("pattern"),
            format=form.string() if form else None,
        )

    def _integer(self, node: Node, name: str) -> Type:
        del name
        node.only({"type", "minimum", "maximum"} | _BESIDE, "an integer")
        low, high = node.maybe("minimum"), node.maybe("maximum")
        return Integer(low.integer() if low else None, high.integer() if high else None)

    def _number(self, node: Node, name: str) -> Type:
        del name
        node.only({"type", "minimum", "maximum"} | _BESIDE, "a number")
        low, high = node.maybe("minimum"), node.maybe("maximum")
        return Number(low.number() if low else None, high.number() if high else None)

    def _boolean(self, node: Node, name: str) -> Type:
        del name
        node.only({"type"} | _BESIDE, "a boolean")
        return Boolean()

    def _list(self, node: Node, name: str) -> Type:
        node.only({"type", "items", "minItems", "maxItems"} | _BESIDE, "an array")
        if not node.has("items"):
            node.refuse("is an array of unknown items", "add items")
        item = self.read(_item(node), f"{name}Item")
        return ListOf(item, _count(node, "minItems"), _count(node, "maxItems"))

    def _map(self, node: Node, name: str) -> Type:
        if node.has("properties"):
            node.refuse(*_INLINE_OBJECT)
        node.only({"type", "additionalProperties"} | _BESIDE, "an object with free keys")
        if not node.has("additionalProperties") or node.value["additionalProperties"] is False:
            node.refuse(*_INLINE_OBJECT)
        values = node.child("additionalProperties")
        return MapOf(AnyJson() if values.value is True else self.read(values, f"{name}Value"))

    def _const(self, node: Node) -> Const:
        node.only({"type", "const"} | _BESIDE, "a constant")
        value = node.child("const")
        if not isinstance(value.value, str | int | bool):
            value.refuse("is no string, integer or boolean", "use another construct")
        return Const(value.value)

    def _enum(self, node: Node, name: str) -> Type:
        derived = self.enum(node, name)
        self._derive(node, derived)
        return Named(derived.name)

    def enum(self, node: Node, name: str) -> EnumDef:
        """A list of string values under a name (its own title, if it has one)."""
        node.only({"type", "enum", "x-open", "$schema", "$id"} | _BESIDE, "an enumeration")
        values = node.child("enum").strings()
        if len(set(values)) != len(values):
            node.child("enum").refuse("repeats a value", "list every value once")
        return EnumDef(
            name=node.text_or_none("title") or name,
            doc=_doc(node),
            origin=origin_of(node.file),
            place=f"{node.file}#{node.pointer}",
            values=values,
            open=node.flag("x-open"),
        )

    def _union(self, node: Node, name: str) -> Type:
        derived = self.union(node, name)
        self._derive(node, derived)
        return Named(derived.name)

    def union(self, node: Node, name: str) -> UnionDef:
        """One of several types under a name; its discriminator is found when all is read."""
        node.only({"oneOf", "$schema", "$id", "$defs"} | _BESIDE, "a union")
        members = list(node.child("oneOf").items())
        if len(members) < 2:
            node.child("oneOf").refuse("has a single variant", "write the variant itself")
        named = node.text_or_none("title") or name
        variants = tuple(
            self.read(each, f"{named}{index}") for index, each in enumerate(members, 1)
        )
        return UnionDef(
            name=named,
            doc=_doc(node),
            origin=origin_of(node.file),
            place=f"{node.file}#{node.pointer}",
            variants=variants,
        )

    def _derive(self, node: Node, derived: EnumDef | UnionDef) -> None:
        taken = set(self.titles.names.values()) | {each.name for each in self.derived}
        if derived.name in taken:
            node.refuse(
                f"would be called {derived.name!r}, which is taken",
                "give it a title, or move it to $defs and refer to it",
            )
        self.derived.append(derived)

    def _null_beside(self, node: Node, name: str) -> Type:
        node.only({"anyOf"} | _BESIDE, "a nullable reference")
        members = list(node.child("anyOf").items())
        if len(members) != 2 or members[1].value != {"type": "null"}:
            node.child("anyOf").refuse(
                "is not modelled",
                "write [<a type>, {'type': 'null'}], or a oneOf with named variants",
            )
        return self.read(members[0], name)

    def _type_beside_null(self, node: Node) -> str:
        listed = node.child("type")
        value = listed.value
        if len(value) != 2 or value[1] != "null" or not isinstance(value[0], str):
            listed.refuse(
                f"the type list {value!r} is not modelled",
                "write [<one type>, 'null'], or a oneOf with named variants",
            )
        return value[0]


def _item(node: Node) -> Node:
    """The items' schema; an enumeration there is documented by its field."""
    item = node.child("items")
    documented = {"description": node.object().get("description"), **item.object()}
    return Node(item.file, item.pointer, {k: v for k, v in documented.items() if v is not None})


def _count(node: Node, key: str) -> int | None:
    found = node.maybe(key)
    return found.integer() if found else None


def _doc(node: Node) -> str:
    if not node.has("description"):
        node.refuse("is undocumented", "add a description")
    return node.child("description").string()
