"""Live conversations: the log, the running turn and the open park of each, while in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from smooth_operator_server.backplane.base import Backplane
from smooth_operator_server.events.log import EventLog, Limits, LoggedEvent
from smooth_operator_server.events.watch import Watch

if TYPE_CHECKING:
    from smooth_operator_server.otp.ledger import CodeLedger
    from smooth_operator_server.turns.parks import OpenPark
    from smooth_operator_server.turns.turn import Turn

REMEMBERED_TURNS = 64


@dataclass(slots=True)
class KnownMessage:
    """What a `clientMessageId` stands for (decisions 6.5)."""

    body: tuple[Any, ...]
    turn: str
    request_id: str
    terminal: bytes | None = None


class LiveConversation:
    """What a conversation is doing now. One running turn, at most one open park."""

    __slots__ = (
        "_backplane",
        "_expiry",
        "_loop",
        "codes",
        "finished",
        "id",
        "log",
        "messages",
        "park",
        "place",
        "turn",
    )

    def __init__(
        self,
        conversation_id: str,
        log: EventLog,
        backplane: Backplane,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.id = conversation_id
        self.log = log
        self.turn: Turn | None = None
        self.park: OpenPark | None = None
        self.place: object | None = None
        """Whoever waits for the slot (decisions 3.1)."""
        self.finished: list[str] = []
        """The newest turns that are over. A list: an empty deque holds 700 bytes."""
        self.messages: dict[str, KnownMessage] = {}
        self.codes: CodeLedger | None = None
        self._backplane = backplane
        self._loop = loop
        self._expiry: asyncio.TimerHandle | None = None

    def turn_ended(self, request_id: str) -> None:
        """The slot is free; the turn is remembered for those who cancel it late."""
        self.turn = None
        self.finished.append(request_id)
        del self.finished[:-REMEMBERED_TURNS]

    def rest(self) -> None:
        """A turn is over: its events go when they are old, though nobody may ever ask again."""
        if self._expiry is None and (due := self.log.due) is not None:
            self._expiry = self._loop.call_later(due + 1.0, self._expire)

    def _expire(self) -> None:
        """One timer, however many turns there were: it is set anew for what is left."""
        self._expiry = None
        self.log.expire()
        self.rest()

    def publish(
        self,
        type: str,
        frame: Mapping[str, Any],
        turn: str,
        request_id: str,
        timestamp: int,
        token: str | None = None,
    ) -> LoggedEvent:
        """Encode, number and keep an event, and tell everybody who watches."""
        # A copy: what orjson returns keeps a buffer up to eight times its size alive.
        body = memoryview(orjson.dumps(frame)).tobytes()
        event = self.log.append(type, turn, request_id, body, timestamp, token)
        self._backplane.tell(self.id, event, self._loop.time())
        return event

    def watches(self) -> tuple[Watch, ...]:
        """Who follows this conversation now."""
        return self._backplane.watches(self.id)

    def join(self, watch: Watch) -> None:
        self._backplane.join(self.id, watch)

    def leave(self, watch: Watch) -> None:
        self._backplane.leave(self.id, watch)


class LiveConversations:
    """Every conversation that something happened in since the start."""

    def __init__(self, backplane: Backplane, limits: Limits) -> None:
        self._backplane = backplane
        self._limits = limits
        self._held: dict[str, LiveConversation] = {}

    def get(self, conversation_id: str) -> LiveConversation:
        """The live side of a conversation, made on first use."""
        live = self._held.get(conversation_id)
        if live is None:
            log = EventLog(self._limits)
            loop = asyncio.get_running_loop()
            live = LiveConversation(conversation_id, log, self._backplane, loop)
            self._held[conversation_id] = live
        return live

    def turns(self) -> list[Turn]:
        """The turns that run now."""
        return [live.turn for live in self._held.values() if live.turn is not None]
