"""Live conversations: the log, the running turn and the open park of each, while in memory."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from smooth_operator_server.backplane.base import Backplane
from smooth_operator_server.events.event import LoggedEvent
from smooth_operator_server.events.log import EventLog, Limits
from smooth_operator_server.events.watch import Watch
from smooth_operator_server.turns.quiet import Quiet

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
        "_finished",
        "_loop",
        "_quiet",
        "codes",
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
        quiet: Quiet,
    ) -> None:
        self.id = conversation_id
        self.log = log
        self.turn: Turn | None = None
        self.park: OpenPark | None = None
        self.place: object | None = None
        """Whoever waits for the slot (decisions 3.1)."""
        self.messages: dict[str, KnownMessage] = {}
        self.codes: CodeLedger | None = None
        self._backplane = backplane
        self._loop = loop
        self._quiet = quiet
        self._finished = array("q")
        """Hashes of the newest ended turns' request ids: ids would hold ten times the room."""

    def turn_ended(self, request_id: str) -> None:
        """The slot is free; the turn is remembered for those who cancel it late."""
        self.turn = None
        self._finished.append(hash(request_id))
        del self._finished[:-REMEMBERED_TURNS]

    def has_ended(self, request_id: str) -> bool:
        """Whether this names one of the newest turns that are over."""
        return hash(request_id) in self._finished

    def rest(self) -> None:
        """A turn is over: its events are packed, and go, though nobody may ever ask again."""
        self._quiet.after_turn(self.id, self.log)

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
        self._quiet = Quiet()

    def get(self, conversation_id: str) -> LiveConversation:
        """The live side of a conversation, made on first use."""
        live = self._held.get(conversation_id)
        if live is None:
            log = EventLog(self._limits)
            loop = asyncio.get_running_loop()
            live = LiveConversation(conversation_id, log, self._backplane, loop, self._quiet)
            self._held[conversation_id] = live
        return live

    def turns(self) -> list[Turn]:
        """The turns that run now."""
        return [live.turn for live in self._held.values() if live.turn is not None]
