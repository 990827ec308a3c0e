"""Whose frame is it? Matches what arrives with running turns, waiting requests and listeners."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from ._call import Call
from ._cursor import Cursors
from ._errors import DecodeError
from ._fold import BadFrame, Reconnected, TurnFold
from ._frames import Frame, NotAFrame, decode
from .protocol.events import (
    TERMINAL_EVENTS,
    Event,
    MalformedEvent,
    UnknownEvent,
    parse_event,
)
from .protocol.models import GetConversationMessagesResponse

_REMEMBERED_TURNS = 256


@dataclass(frozen=True, slots=True)
class Reloaded:
    """The log had lost events that this client missed: `page` is the newest of what was stored in
    that session's conversation, newest first; `Client.messages` has the rest."""

    session_id: str
    page: GetConversationMessagesResponse


Notice: TypeAlias = Event | UnknownEvent | BadFrame | Reconnected | Reloaded
"""What listeners get."""


class Router:
    """The pending requests and running turns of one client, over all its sockets."""

    def __init__(self, cursors: Cursors, broadcast: Callable[[Notice], None]) -> None:
        self.calls: dict[str, Call] = {}
        self.turns: dict[str, TurnFold] = {}
        self.cursors = cursors
        self._broadcast = broadcast
        self._finished: deque[str] = deque(maxlen=_REMEMBERED_TURNS)

    def receive(self, data: str | bytes) -> None:
        """Take one frame off the wire."""
        try:
            frame = decode(data)
        except NotAFrame as exc:
            self._broadcast(BadFrame(str(exc), data))
            return
        turn = self._turn_of(frame)
        if not self.cursors.observe(frame, turn.session_id if turn else None):
            return
        try:
            event = parse_event(frame)
        except MalformedEvent as exc:
            self._malformed(frame, turn, exc)
        else:
            self._route(frame, turn, event)
        self._rest_cursor(frame)

    def forget(self, call: Call) -> None:
        """Nobody waits for this reply any more; when it comes it is swallowed."""
        if self.calls.get(call.request_id) is call:
            del self.calls[call.request_id]
            self._finished.append(call.request_id)

    def drop(self, turn: TurnFold) -> None:
        """Forget a turn that is over; what still comes for it is swallowed."""
        for request_id in [key for key, value in self.turns.items() if value is turn]:
            del self.turns[request_id]
            self._finished.append(request_id)

    def _route(self, frame: Frame, turn: TurnFold | None, event: Event | UnknownEvent) -> None:
        call = self._call_of(frame)
        if call is not None and call.claims(event, shared=turn is not None):
            del self.calls[call.request_id]
            if not isinstance(event, UnknownEvent):
                call.answer(event)
            return
        if turn is not None:
            self._follow_duplicate(turn, frame)
            turn.feed(event)
        if isinstance(event, UnknownEvent) or (turn is None and self._is_news(frame)):
            self._broadcast(event)

    def _follow_duplicate(self, turn: TurnFold, frame: Frame) -> None:
        """A resend under a new id is answered by the first turn's events, under the first id."""
        data = frame.get("data")
        if frame.get("type") != "immediate_response" or not isinstance(data, dict):
            return
        first = data.get("requestId")
        if data.get("duplicate") is True and isinstance(first, str):
            self.turns.setdefault(first, turn)

    def _malformed(self, frame: Frame, turn: TurnFold | None, exc: MalformedEvent) -> None:
        request_id = frame.get("requestId")
        call = self._call_of(frame)
        if call is not None and (turn is None or exc.type in call.answers):
            del self.calls[call.request_id]
            call.fail(DecodeError(str(exc), raw=frame, request_id=call.request_id))
        elif turn is not None:
            terminal = exc.type in TERMINAL_EVENTS
            error = DecodeError(str(exc), raw=frame, request_id=turn.request_id)
            turn.malformed(error, terminal=terminal)
            if not terminal:
                self._broadcast(BadFrame(str(exc), frame))
        elif request_id not in self._finished:
            self._broadcast(BadFrame(str(exc), frame))

    def _call_of(self, frame: Frame) -> Call | None:
        request_id = frame.get("requestId")
        return self.calls.get(request_id) if isinstance(request_id, str) else None

    def _turn_of(self, frame: Frame) -> TurnFold | None:
        """The running turn with the frame's id, in the frame's conversation where it names one."""
        request_id = frame.get("requestId")
        turn = self.turns.get(request_id) if isinstance(request_id, str) else None
        conversation_id = frame.get("conversationId")
        if turn is None or not isinstance(conversation_id, str):
            return turn
        foreign = self.cursors.is_foreign(conversation_id, turn.session_id)
        return None if foreign else turn

    def _rest_cursor(self, frame: Frame) -> None:
        conversation_id = frame.get("conversationId")
        if isinstance(conversation_id, str):
            cursor = self.cursors.of_conversation(conversation_id)
            if cursor is not None:
                cursor.rest()

    def _is_news(self, frame: Frame) -> bool:
        """Late frames of our own finished turns are none, nor are replays of a past unknown."""
        if frame.get("requestId") in self._finished or frame.get("type") == "keepalive":
            return False
        return not (frame.get("replay") is True and self.cursors.is_old(frame))
