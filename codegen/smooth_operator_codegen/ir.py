"""The contract as data: frozen, in spec order, free of JSON Schema and of any target language.

An emitter needs nothing else. Every decision that a schema leaves open is taken here: what a
reader may count on (`required`), what our servers always send (`always`), what may be null
(`nullable`), how a bad value of a request field is read (`soft`), which two places carry the same
value (`twin`), and who may see a field at all (`capability`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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


class AnswerKind(StrEnum):
    """What a client gets for a frame."""

    ACK = "ack"
    TURN = "turn"
    EVENT = "event"
    NOTHING = "nothing"


class Origin(StrEnum):
    """Which part of the contract a definition belongs to."""

    ENVELOPE = "envelope"
    ACTION = "action"
    EVENT = "event"
    DOMAIN = "domain"
    INTERACTION = "interaction"
    AGENTS_FILE = "agents-file"


# ---------------------------------------------------------------------------------------- types


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


# ---------------------------------------------------------------------------------- definitions


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


# ------------------------------------------------------------------------------------ catalogue


@dataclass(frozen=True, slots=True)
class Answer:
    """`response` is the type of the ack's data, of the turn's innermost answer, or of the event's
    data; `accepted` goes with the 202 of a turn; `events` answer instead of or beside an ack.
    """

    kind: AnswerKind
    response: str | None = None
    accepted: str | None = None
    status: int | None = None
    messages: tuple[str, ...] = ()
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """`file` is the schema file of the request, by which requirements speak of it."""

    name: str
    request: str
    doc: str
    answer: Answer
    errors: tuple[str, ...]
    capability: str | None = None
    file: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """`logged`: has a place (`seq`) in the event log. `published`: older peers know it.

    `file` is its schema file, by which requirements speak of it.
    """

    type: str
    schema: str
    doc: str
    ends_turn: bool
    logged: bool
    published: bool
    capability: str | None = None
    file: str = ""


@dataclass(frozen=True, slots=True)
class ErrorCode:
    code: str
    when: str
    retry: str
    ends_turn: bool
    sent: bool


@dataclass(frozen=True, slots=True)
class Capability:
    name: str
    declared_in: tuple[str, ...]
    doc: str
    announced: bool = False


@dataclass(frozen=True, slots=True)
class Interaction:
    kind: str
    capability: str
    raise_tool: str
    spec: str
    values: str
    payload: str
    doc: str


@dataclass(frozen=True, slots=True)
class CloseCode:
    code: int
    name: str
    when: str


@dataclass(frozen=True, slots=True)
class Limit:
    name: str
    setting: str | None
    default: int | float | str | bool | None
    unit: str | None
    doc: str
    in_welcome: bool


@dataclass(frozen=True, slots=True)
class Metric:
    """`labels` maps a label to its known values; no values means any."""

    name: str
    type: str
    labels: tuple[tuple[str, tuple[str, ...]], ...]
    doc: str


@dataclass(frozen=True, slots=True)
class LogKey:
    name: str
    always: bool
    doc: str


@dataclass(frozen=True, slots=True)
class RouteAnswer:
    status: int
    when: str
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Route:
    path: str
    method: str
    answers: tuple[RouteAnswer, ...]
    doc: str


@dataclass(frozen=True, slots=True)
class Body:
    """A JSON body that travels outside the frames."""

    name: str
    type: str
    doc: str


# --------------------------------------------------------------- sentences, tools, tables, rules


@dataclass(frozen=True, slots=True)
class Sentence:
    """A fixed text; `parts` alternates literal text and placeholder names, literal first."""

    id: str
    audience: str
    text: str
    placeholders: tuple[str, ...]
    parts: tuple[str, ...]
    doc: str
    contractual: bool = False


@dataclass(frozen=True, slots=True)
class BuiltInTool:
    """A tool that servers offer to the model; `parameters` is data and is sent as it stands."""

    name: str
    description: str
    parameters: Mapping[str, Json]
    fill: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LexicalTables:
    """Code points; ranges are inclusive."""

    fold: tuple[tuple[int, str], ...]
    drop: tuple[tuple[int, int], ...]
    gram: tuple[tuple[int, int], ...]
    separator: tuple[tuple[int, int], ...]
    stop_words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Requirement:
    """`reason` says why an unobservable one cannot be proven from outside."""

    id: str
    level: str
    side: str
    text: str
    place: str
    observable: bool
    reason: str | None = None

    @property
    def area(self) -> str:
        return self.id.partition("-")[0]

    def speaks_of(self, file: str, entry: str) -> bool:
        """Whether its place is in that schema file, or at that entry of the catalogue."""
        name, _, pointer = self.place.partition("#")
        return name == file or (name == "catalogue.json" and _within(pointer, entry))


def _within(pointer: str, entry: str) -> bool:
    return pointer == entry or pointer.startswith(entry + "/")


# --------------------------------------------------------------------------------- the contract


@dataclass(frozen=True, slots=True)
class Contract:
    """Everything that `spec/` says, ready to be printed in any language."""

    version: str
    protocol_version: str
    digest: str
    definitions: tuple[Definition, ...]
    actions: tuple[Action, ...]
    events: tuple[Event, ...]
    errors: tuple[ErrorCode, ...]
    capabilities: tuple[Capability, ...]
    interactions: tuple[Interaction, ...]
    close_codes: tuple[CloseCode, ...]
    limits: tuple[Limit, ...]
    metrics: tuple[Metric, ...]
    log_keys: tuple[LogKey, ...]
    routes: tuple[Route, ...]
    bodies: tuple[Body, ...]
    sentences: tuple[Sentence, ...]
    tools: tuple[BuiltInTool, ...]
    lexical: LexicalTables
    requirements: tuple[Requirement, ...]
    agents_file: str | None
    _by_name: dict[str, Definition] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {each.name: each for each in self.definitions})

    def definition(self, name: str) -> Definition:
        """The definition of that title; KeyError when there is none."""
        return self._by_name[name]

    def object(self, name: str) -> ObjectDef:
        """The object definition of that title; KeyError when it is none."""
        found = self.definition(name)
        if not isinstance(found, ObjectDef):
            raise KeyError(f"{name} is no object")
        return found

    def resolve(self, kind: Type) -> Resolved:
        """What a type comes down to: named scalars, lists and maps are followed to their end."""
        if not isinstance(kind, Named):
            return kind
        found = self.definition(kind.name)
        return self.resolve(found.type) if isinstance(found, AliasDef) else found
