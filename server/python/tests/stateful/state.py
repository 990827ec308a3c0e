"""State: what the model of the protocol believes about conversations, sessions and sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from .frames import Frame
from .matching import Cell, match
from .peers import Peer
from .plans import Plan

LOG_EVENTS = 14
"""How many events of finished turns the server under test keeps."""


class Expected:
    """A frame that must come. `after` must have come before it."""

    def __init__(self, frame: Frame, after: Iterable[Expected] = ()) -> None:
        self.frame = frame
        self.after = frozenset(after)
        self.seen = False

    def __repr__(self) -> str:
        return f"{self.frame['type']} {self.frame.get('requestId')}"


class Reply(Expected):
    """The answer to one frame; `heard` learns from it."""

    heard: Any = None


class Event(Expected):
    """An event of a turn: one entry of its conversation's log."""

    def __init__(
        self, turn: Turn, frame: Frame, after: Iterable[Expected], *, published: bool, late: bool
    ) -> None:
        super().__init__(frame, after)
        self.turn = turn
        self.published = published
        self.late = late
        """The turn's own task sends it: a cancel in the same write may forestall it."""
        self.optional = False
        self.undo: Callable[[], None] | None = None
        """What else did not happen when this event was forestalled."""
        self.body: Frame | None = None
        self.seq: int | None = None

    def fits(self, body: Frame) -> str | None:
        """The same body for everybody; the first one is checked against the model."""
        if self.body is not None:
            return None if body == self.body else f"{body} is not {self.body}"
        return match(self.frame, body)

    def bind(self, body: Frame) -> None:
        self.body = body
        self.seen = True


@dataclass(eq=False)
class Message:
    """A stored message. `order` counts all messages of the server."""

    direction: str
    text: str
    id: Cell
    order: int


@dataclass(eq=False)
class Code:
    """A one-time code; `index` is its place among all codes sent."""

    index: int
    destination: str
    channel: str
    remaining: int = 3


@dataclass(eq=False)
class Park:
    """An open question."""

    kind: str
    event: Event
    interaction: Cell | None = None
    card: str | None = None


@dataclass(eq=False)
class Conversation:
    """`org` and `owner` as decisions §7 has them."""

    id: Cell
    epoch: Cell
    org: str
    owner: str | None
    supports: tuple[str, ...] = ()
    email: str | None = None
    phone: str | None = None
    verified: str | None = None
    name: str | None = None
    messages: list[Message] = field(default_factory=list)
    log: list[Event] = field(default_factory=list)
    turn: Turn | None = None
    finished: list[Cell] = field(default_factory=list)
    known: dict[str, Known] = field(default_factory=dict)
    codes: int = 0
    code: Code | None = None
    last_terminal: Event | None = None
    sessions: list[Session] = field(default_factory=list)

    @property
    def updated(self) -> int:
        return self.messages[-1].order

    def put_in_order(self) -> None:
        """Events that may come in either order stand where the server put them."""
        known = {event.seq: event for event in self.log if event.seq is not None}
        others = iter([event for event in self.log if event.seq is None])
        places = range(1, len(self.log) + 1)
        self.log = [known[place] if place in known else next(others) for place in places]

    @property
    def kept_from(self) -> int:
        """Of finished turns only the newest events are kept."""
        terminal = self.last_terminal
        finished = 0 if terminal is None else self.log.index(terminal) + 1
        return max(1, finished - LOG_EVENTS + 1)


@dataclass(eq=False)
class Session:
    """One view of a conversation."""

    id: Cell
    conversation: Conversation
    supports: tuple[str, ...]
    user: Cell
    agent: Cell


@dataclass(eq=False)
class Known:
    """What a `clientMessageId` stands for."""

    body: tuple[Any, ...]
    turn: Turn


@dataclass(eq=False)
class Subscription:
    """What an `event_seq` socket gets next; up to `replayed` it is marked as replayed.

    After a race it may have begun as early as `earliest`.
    """

    next: int
    replayed: int = 0
    earliest: int | None = None


@dataclass(eq=False)
class Owed:
    """An event that a socket must still get."""

    event: Event
    sequenced: bool


@dataclass(eq=False)
class Conn:
    """A socket and what it must still receive."""

    name: str
    peer: Peer
    capabilities: frozenset[str]
    org: str | None
    sub: str | None
    subscriptions: dict[Conversation, Subscription] = field(default_factory=dict)
    turn: Turn | None = None
    finished: list[Cell] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    owed: list[Owed] = field(default_factory=list)
    awaits: set[Turn] = field(default_factory=set)

    @property
    def sequenced(self) -> bool:
        return "event_seq" in self.capabilities

    def subscribe(self, conversation: Conversation) -> None:
        if self.sequenced and conversation not in self.subscriptions:
            self.subscriptions[conversation] = Subscription(len(conversation.log) + 1)


@dataclass(eq=False)
class Turn:
    """A running or finished turn and where its plan stands."""

    conversation: Conversation
    session: Session
    starter: Conn
    text: str
    plan: Plan
    rid: Cell
    stream: bool
    key: str | None
    place: int
    """How many messages the conversation held before it."""
    answer: int = 0
    unit: int = 0
    after: frozenset[Expected] = frozenset()
    park: Park | None = None
    calls: Any = None
    otp_used: bool = False
    otp_owed: str | None = None
    holds: set[str] = field(default_factory=set)
    terminal: Event | None = None
    checked: int = 0

    @property
    def over(self) -> bool:
        return self.terminal is not None
