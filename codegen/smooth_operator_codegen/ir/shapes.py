"""Types and definitions: what can stand at a place of a frame, and under which name.

Every decision that a schema leaves open is taken here: what a reader may count on (`required`),
what our servers always send (`always`), what may be null (`nullable`), how a bad value of a request
field is read (`soft`), which two places carry the same value (`twin`), and who may see a field at
all (`capability`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


class Soft(StrEnum):
    """How decision 1.4 reads a request field that would otherwise be refused."""

    ABSENT = "absent"
    TRUE = "true"
    ONLY_TRUE = "only-true"
    CLAMP = "clamp"
    ENTRIES = "entries"
    STRINGS = "strings"
    ANY = "any"


class Origin(StrEnum):
    """Which part of the contract a definition belongs to."""

    ENVELOPE = "envelope"
    ACTION = "action"
    EVENT = "event"
    DOMAIN = "domain"
    INTERACTION = "interaction"
    AGENTS_FILE = "agents-file"


@dataclass(frozen=True, slots=True)
class Text:
    """A string; lengths are code points. `format` is a hint for readers and never enforced."""

    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    format: str | None = None


@dataclass(frozen=True, slots=True)
class Integer:
    """A number without a fraction (`10.0` is one); bounds are inclusive."""

    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """Any JSON number; bounds are inclusive."""

    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class Boolean:
    """`true` or `false`."""


@dataclass(frozen=True, slots=True)
class Const:
    """Exactly one value."""

    value: str | int | bool


@dataclass(frozen=True, slots=True)
class AnyJson:
    """Any JSON value, null included."""


@dataclass(frozen=True, slots=True)
class Named:
    """A definition of this contract, by its title."""

    name: str


@dataclass(frozen=True, slots=True)
class ListOf:
    item: Type
    min_items: int | None = None
    max_items: int | None = None


@dataclass(frozen=True, slots=True)
class MapOf:
    """An object with free keys."""

    value: Type


Type: TypeAlias = "Text | Integer | Number | Boolean | Const | AnyJson | Named | ListOf | MapOf"


@dataclass(frozen=True, slots=True)
class Field:
    """One property of an object.

    `required`: a reader may count on it. `always`: our own servers always send it. `nullable`:
    null is a value of its own, apart from absence. `twin`: keys from the event's root to the
    place that always carries the same value.
    """

    name: str
    type: Type
    doc: str
    required: bool = False
    always: bool = False
    nullable: bool = False
    has_default: bool = False
    default: Json = None
    soft: Soft | None = None
    twin: tuple[str, ...] | None = None
    capability: str | None = None
    secret: bool = False
    examples: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True)
class ObjectDef:
    """A named object; `open` means that other keys may come."""

    name: str
    doc: str
    origin: Origin
    place: str
    fields: tuple[Field, ...]
    open: bool = False
    capability: str | None = None
    examples: tuple[Json, ...] = ()

    def find(self, name: str) -> Field | None:
        """The field of that wire name, if there is one."""
        return next((each for each in self.fields if each.name == name), None)


@dataclass(frozen=True, slots=True)
class EnumDef:
    """Named string values; `open` means that other values may come."""

    name: str
    doc: str
    origin: Origin
    place: str
    values: tuple[str, ...]
    open: bool = False


@dataclass(frozen=True, slots=True)
class UnionDef:
    """One of several types; with a `discriminator`, each variant fixes that key to a tag."""

    name: str
    doc: str
    origin: Origin
    place: str
    variants: tuple[Type, ...]
    discriminator: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AliasDef:
    """A named scalar, list or map."""

    name: str
    doc: str
    origin: Origin
    place: str
    type: Type
    examples: tuple[Json, ...] = ()


Definition: TypeAlias = "ObjectDef | EnumDef | UnionDef | AliasDef"
Resolved: TypeAlias = (
    "Text | Integer | Number | Boolean | Const | AnyJson | ListOf | MapOf"
    " | ObjectDef | EnumDef | UnionDef"
)
