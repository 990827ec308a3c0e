"""Watches: how one socket follows one conversation's events.

A watch is either live (each event goes to the outbox as it is logged) or replaying (the outbox
pulls from the log as the socket drains, live events included, until it has caught up).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from smooth_operator_server.events.event import LoggedEvent
from smooth_operator_server.events.log import EventLog


class Source(Protocol):
    """Something an outbox pulls frames from while its socket can take them."""

    def next_frame(self) -> bytes | None:
        """The next frame, or None when there is none left (the source is then done)."""
        ...


class Outgoing(Protocol):
    """The outbox, as watches see it."""

    def send(self, frame: bytes) -> None: ...
    def event(self, event: LoggedEvent, prefix: bytes | None) -> None: ...
    def pull(self, source: Source) -> None: ...
    def unpull(self, source: Source) -> None: ...


class Watch(Protocol):
    """A reader of a conversation's log. `last_sent` in loop seconds, for keepalives."""

    last_sent: float

    def deliver(self, event: LoggedEvent, now: float) -> None: ...
    def keepalive(self, body: bytes, turn: str, now: float) -> None: ...


def marked(event: LoggedEvent, conversation: bytes, *, replay: bool = False) -> bytes:
    """The frame for an `event_seq` connection: `seq` and conversation spliced into the bytes."""
    mark = b'{"replay":true,"seq":%d,' if replay else b'{"seq":%d,'
    return mark % event.seq + conversation + event.body[1:]


class ConversationWatch:
    """Every event of a conversation, with `seq`: what an `event_seq` connection subscribes to."""

    __slots__ = (
        "_conversation",
        "_cursor",
        "_log",
        "_lost",
        "_next",
        "_outbox",
        "_until",
        "last_sent",
    )

    def __init__(
        self,
        conversation_id: str,
        log: EventLog,
        outbox: Outgoing,
        now: float,
        lost: Callable[[], None],
    ) -> None:
        self._conversation = b'"conversationId":"%s",' % conversation_id.encode()
        self._log = log
        self._outbox = outbox
        self._lost = lost
        self._cursor: int | None = None
        self._next: int | None = None
        self._until = 0
        self.last_sent = now

    def replay(self, start: int, until: int) -> None:
        """Send what is held from `start` on; up to `until` it is marked as replayed."""
        self._cursor = start
        # Below the log's gap-free part only an open park is kept: go on where that part begins.
        self._next = self._log.first_seq if start < self._log.first_seq else None
        self._until = until
        self._outbox.pull(self)

    def stop(self) -> None:
        self._outbox.unpull(self)

    def deliver(self, event: LoggedEvent, now: float) -> None:
        self.last_sent = now
        if self._cursor is None:
            self._outbox.event(event, self._conversation)

    def keepalive(self, body: bytes, turn: str, now: float) -> None:
        self.last_sent = now
        self._outbox.send(b"{" + self._conversation + body[1:])

    def next_frame(self) -> bytes | None:
        cursor = self._cursor
        if cursor is None or cursor > self._log.last_seq:
            self._cursor = None
            return None
        event = self._log.get(cursor)
        if event is None:
            self._cursor = None
            self._lost()
            return None
        self._cursor = self._next if self._next is not None else cursor + 1
        self._next = None
        return marked(event, self._conversation, replay=cursor <= self._until)


class TurnWatch:
    """One turn's published events, without `seq`: what a connection without `event_seq` gets."""

    __slots__ = ("_outbox", "_turn", "_types", "last_sent")

    def __init__(self, turn: str, types: frozenset[str], outbox: Outgoing, now: float) -> None:
        self._turn = turn
        self._types = types
        self._outbox = outbox
        self.last_sent = now

    def deliver(self, event: LoggedEvent, now: float) -> None:
        if event.turn == self._turn and event.type in self._types:
            self.last_sent = now
            self._outbox.event(event, None)

    def keepalive(self, body: bytes, turn: str, now: float) -> None:
        if turn == self._turn:
            self.last_sent = now
            self._outbox.send(body)
