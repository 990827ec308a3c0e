"""What the catalogue lists: who answers whom, codes, limits, and what stands beside the frames."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AnswerKind(StrEnum):
    """What a client gets for a frame."""

    ACK = "ack"
    TURN = "turn"
    EVENT = "event"
    NOTHING = "nothing"


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
