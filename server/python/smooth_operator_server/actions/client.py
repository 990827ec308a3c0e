"""The client: one connection, as the actions see it: who it is, what it declared, what it runs."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Any, Protocol

import orjson
from smooth_operator.protocol import encode
from smooth_operator.protocol.codes import ErrorCode

from smooth_operator_server.auth.base import Principal
from smooth_operator_server.events.watch import ConversationWatch, Outgoing, TurnWatch
from smooth_operator_server.turns.live import REMEMBERED_TURNS, LiveConversation
from smooth_operator_server.turns.turn import Turn, now_ms

GUARDED = frozenset(
    {
        ErrorCode.RATE_LIMITED,
        ErrorCode.TURN_IN_PROGRESS,
        ErrorCode.AGENT_ERROR,
        ErrorCode.STORAGE_ERROR,
        ErrorCode.INTERNAL_ERROR,
    }
)
"""Answers that never carry the id of a turn this connection runs: clients would end it."""


class Socket(Protocol):
    """What a client may ask of its socket."""

    async def responds(self, seconds: float) -> bool:
        """Whether the peer answers a WebSocket ping in time."""
        ...

    def drop(self) -> None:
        """Reset it: nobody is there (metric code 1006)."""
        ...

    def close(self, code: int, reason: str = "") -> None: ...
    def renew(self, principal: Principal) -> None:
        """A new token: its expiry counts from now on."""
        ...


class Refusal(Exception):
    """An action is answered by an error. The text is for clients."""

    def __init__(self, code: str, message: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details


class Client:
    """One connection. Protocol capabilities hold for it alone and are never stored."""

    def __init__(
        self,
        *,
        outbox: Outgoing,
        socket: Socket,
        principal: Principal | None,
        origin: str | None,
        peer: str,
        token_brought: bool,
        must_greet: bool,
        continues: bool,
    ) -> None:
        self.outbox = outbox
        self.socket = socket
        self.principal = principal
        self.origin = origin
        self.peer = peer
        self.token_brought = token_brought
        self.must_greet = must_greet
        """Strict auth: nothing is served before a `hello` with a good token."""
        self.capabilities: frozenset[str] = frozenset()
        self.greeted = False
        self.frames = 0
        self.closed = False
        self.turn: Turn | None = None
        self.waiting = False
        self.awaited = 0
        """How many foreign turns it is owed the end of (decisions 3.9, 6.5)."""
        self.finished: deque[str] | None = None
        """The ids of its last turns; most connections never have one."""
        self.tasks: set[asyncio.Task[None]] = set()
        self._continues = continues
        self._watches: dict[str, tuple[LiveConversation, ConversationWatch]] = {}

    # What turns ask.

    @property
    def sequenced(self) -> bool:
        """Whether it declared `event_seq`."""
        return "event_seq" in self.capabilities

    @property
    def parks_otp(self) -> bool:
        return "otp_park" in self.capabilities

    @property
    def busy(self) -> bool:
        """Whether its slot is taken, by a turn or by a frame that waits for one."""
        return self.turn is not None or self.waiting

    @property
    def turns_outlive_it(self) -> bool:
        """Whether its turns go on when its socket closes (decisions 6.2)."""
        return self.sequenced and self._continues

    def turn_ended(self, turn: Turn) -> None:
        if self.turn is turn:
            self.turn = None
            if self.finished is None:
                self.finished = deque(maxlen=REMEMBERED_TURNS)
            self.finished.append(turn.request_id)

    # Answers.

    def reply(self, frame: Mapping[str, Any]) -> None:
        """Send a frame that no log keeps."""
        self.outbox.send(orjson.dumps(frame))

    def ack(
        self, request_id: str | None, message: str, data: Mapping[str, Any], status: int = 200
    ) -> None:
        self.reply(
            encode.immediate_response(
                request_id=request_id,
                status=status,
                message=message,
                data=data,
                timestamp=now_ms(),
            )
        )

    def refuse(self, request_id: str | None, refusal: Refusal) -> None:
        """Answer with an error that ends nothing."""
        running = self.turn.request_id if self.turn is not None else None
        if request_id is not None and request_id == running and refusal.code in GUARDED:
            request_id = None
        self.reply(
            encode.error(
                request_id=request_id,
                error={"code": refusal.code, "message": refusal.message},
                details=refusal.details,
                timestamp=now_ms(),
            )
        )

    # Watching.

    def subscribe(self, live: LiveConversation, *, anew: bool = False) -> ConversationWatch | None:
        """Follow a conversation from its next event on; None without `event_seq`.

        Where the socket follows it already nothing changes, unless `anew` (`resume_stream`).
        """
        if not self.sequenced:
            return None
        held = self._watches.get(live.id)
        if held is not None:
            if not anew:
                return held[1]
            self._unwatch(live.id)
        now = asyncio.get_running_loop().time()
        watch = ConversationWatch(live.id, live.log, self.outbox, now, self._lost_the_log)
        self._watches[live.id] = (live, watch)
        live.join(watch)
        return watch

    def watch_turn(self, turn: Turn, types: frozenset[str]) -> None:
        """Follow one turn that this connection started, in published events only."""
        watch = TurnWatch(turn.key, types, self.outbox, asyncio.get_running_loop().time())
        turn.live.join(watch)
        turn.watching = lambda: turn.live.leave(watch)

    def await_end(self, turn: Turn) -> None:
        """Get a turn's terminal event without watching it, once."""

        def tell(body: bytes) -> None:
            self.awaited -= 1
            self.outbox.send(body)

        if turn.tell_end(self, tell):
            self.awaited += 1

    def watches(self, conversation_id: str) -> bool:
        return conversation_id in self._watches

    def concerned(self) -> bool:
        """Whether a turn is left that this connection runs, waits for or watches."""
        if self.busy or self.awaited:
            return True
        return any(live.turn is not None for live, _ in self._watches.values())

    def close(self) -> None:
        """The socket is gone: stop watching, and end what does not outlive it."""
        self.closed = True
        for conversation_id in list(self._watches):
            self._unwatch(conversation_id)
        turn = self.turn
        if turn is not None:
            if turn.watching is not None:
                turn.watching()
            if not self.turns_outlive_it:
                turn.cancel()
        for task in list(self.tasks):
            task.cancel()

    def _unwatch(self, conversation_id: str) -> None:
        live, watch = self._watches.pop(conversation_id)
        live.leave(watch)
        watch.stop()

    def _lost_the_log(self) -> None:
        self.socket.close(4408, "slow reader")
