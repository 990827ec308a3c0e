"""The world: all conversations and sockets of one sequence, and who gets which event."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import frames
from .doubles import Hold, Post
from .frames import Frame
from .matching import Cell, a_text, uuid_cell
from .state import (
    Code,
    Conn,
    Conversation,
    Event,
    Expected,
    Message,
    Owed,
    Park,
    Reply,
    Session,
    Turn,
)

QUIET = frozenset({"stream_token", "stream_chunk"})
"""What a `stream:false` turn does not send."""
UNPUBLISHED = frozenset({"turn_started", "park_resolved"})
CODES_AN_HOUR = 3


class World:
    """`nonce` is the organisation, and the start of every message text."""

    def __init__(self, nonce: str, *, scoped: bool, post: Post) -> None:
        self.nonce = nonce
        self.scoped = scoped
        self.post = post
        self.conns: list[Conn] = []
        self.conversations: list[Conversation] = []
        self.sessions: list[Session] = []
        self.turns: list[Turn] = []
        self.orders = 0
        self.sends: list[tuple[Cell, str]] = []
        """Session and destination of every code that must have been sent."""
        self.fresh: list[Event] = []
        """The events of the frames that are on their way now."""

    # Who may what (decisions §7).

    def may_read(self, conn: Conn, conversation: Conversation) -> bool:
        if not self.scoped:
            return True
        if conn.sub is None:
            return conversation.owner is None
        return conversation.org == conn.org and conversation.owner in (None, conn.sub)

    def session_of(self, conn: Conn, given: Any) -> Session | None:
        """The readable session with that id, in any spelling."""
        if not isinstance(given, str):
            return None
        for session in self.sessions:
            if session.id.value == given.lower() and self.may_read(conn, session.conversation):
                return session
        return None

    # What is sent.

    def reply(self, conn: Conn, frame: Frame, after: Iterable[Expected] = ()) -> Reply:
        reply = Reply(frame, after)
        conn.replies.append(reply)
        return reply

    def refuse(self, conn: Conn, request_id: Any, code: str) -> Reply:
        return self.reply(conn, frames.error(request_id, code))

    def emit(
        self, turn: Turn, frame: Frame, after: Iterable[Expected], *, late: bool = True
    ) -> frozenset[Expected]:
        """Log an event and owe it to whoever follows; what the next one comes after."""
        after = frozenset(after)
        if frame["type"] in QUIET and not turn.stream:
            return after
        conversation = turn.conversation
        published = frame["type"] not in UNPUBLISHED
        event = Event(turn, frame, closure(after), published=published, late=late)
        conversation.log.append(event)
        self.fresh.append(event)
        for conn in self.conns:
            if conversation in conn.subscriptions:
                conn.owed.append(Owed(event, sequenced=True))
            elif conn is turn.starter and published:
                conn.owed.append(Owed(event, sequenced=False))
        return frozenset({event})

    def store(self, conversation: Conversation, direction: str, text: str) -> Message:
        self.orders += 1
        message = Message(direction, text, uuid_cell("message"), self.orders)
        conversation.messages.append(message)
        return message

    def holds(self) -> set[Hold]:
        """Where the server must be waiting."""
        return {(turn.text, hold) for turn in self.turns for hold in turn.holds}

    # How a turn ends.

    def end(self, turn: Turn, frame: Frame, after: Iterable[Expected]) -> None:
        """The one terminal event; the slots are free before it."""
        conversation = turn.conversation
        (terminal,) = self.emit(turn, frame, after, late=False)
        assert isinstance(terminal, Event)
        turn.terminal, turn.park, turn.calls = terminal, None, None
        turn.holds.clear()
        conversation.turn = None
        conversation.finished.append(turn.rid)
        turn.starter.finished.append(turn.rid)
        if turn.starter.turn is turn:
            turn.starter.turn = None
        conversation.last_terminal = terminal
        for conn in self.conns:
            if turn in conn.awaits:
                conn.awaits.discard(turn)
                conn.owed.append(Owed(terminal, sequenced=False))

    def cancel(self, turn: Turn) -> None:
        """Unwind; what the turn's own task was about to send may or may not have been sent."""
        before = [event for event in turn.conversation.log if event.turn is turn]
        for event in self.fresh:
            event.optional = event.optional or (event.turn is turn and event.late)
        after = closure(before)
        if turn.park is not None:
            forestalled = turn.park.event.optional
            after = self.close_park(turn, "cancelled", after)
            turn.conversation.log[-1].optional = forestalled
        self.end(turn, frames.cancelled(turn.rid), after)

    def close_park(
        self, turn: Turn, outcome: str, after: Iterable[Expected]
    ) -> frozenset[Expected]:
        """`park_resolved`: part of the step that resolves it."""
        park = turn.park
        assert park is not None
        turn.park = None
        frame = frames.park_resolved(turn.rid, Seq(turn.conversation, park), outcome)
        return self.emit(turn, frame, after, late=False)

    # One-time codes.

    def send_code(self, turn: Turn) -> list[str] | None:
        """The channels, when a code goes out."""
        conversation = turn.conversation
        channels = self.channels(conversation)
        if not channels or conversation.codes >= CODES_AN_HOUR or self.post.broken:
            return None
        destination = (conversation.email if channels[0] == "email" else conversation.phone) or ""
        conversation.codes += 1
        conversation.code = Code(len(self.sends), destination, channels[0])
        self.sends.append((turn.session.id, destination))
        return channels

    def unsend(self, conversation: Conversation, before: Code | None) -> None:
        """The code that was sent last never was."""
        self.sends.pop()
        conversation.codes -= 1
        conversation.code = before

    def channels(self, conversation: Conversation) -> list[str]:
        known = (("email", conversation.email), ("sms", conversation.phone))
        return [channel for channel, contact in known if contact]

    def set_email(self, conversation: Conversation, email: str | None) -> None:
        """A changed contact is not a verified one."""
        if conversation.email != email:
            conversation.email = email
            conversation.verified = None

    def gone(self, conn: Conn) -> None:
        """A socket closed: its turn goes on if it declared `event_seq`, else it is cancelled."""
        self.conns.remove(conn)
        if conn.turn is not None and not conn.sequenced:
            self.cancel(conn.turn)


class Seq(Cell):
    """The number of a park's event, as the log has it."""

    def __init__(self, conversation: Conversation, park: Park) -> None:
        event, log = park.event, conversation.log
        place = log.index(event) + 1
        super().__init__("parkSeq", lambda value: value == (event.seq or place))


def closure(events: Iterable[Expected]) -> frozenset[Expected]:
    """Those and everything before them."""
    found: set[Expected] = set()
    for event in events:
        found.add(event)
        found |= event.after
    return frozenset(found)


def rid_cell(given: str | None) -> Cell:
    """A turn's id: the frame's own, or one that the server makes."""
    if given is None:
        return uuid_cell("rid")
    cell = Cell("rid", a_text)
    cell.value = given
    return cell
