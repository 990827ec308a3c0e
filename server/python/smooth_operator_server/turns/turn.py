"""A turn: a task of its conversation, from its 202 to its one terminal event."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import orjson
from smooth_operator.protocol import encode, prompts
from smooth_operator.protocol.codes import ErrorCode, EventType

from smooth_operator_server.agents.model import Agent
from smooth_operator_server.auth.base import Principal
from smooth_operator_server.events.event import LoggedEvent
from smooth_operator_server.ids import new_id
from smooth_operator_server.logs import log
from smooth_operator_server.storage.records import Session
from smooth_operator_server.turns.clock import TurnClock
from smooth_operator_server.turns.live import KnownMessage, LiveConversation
from smooth_operator_server.turns.parks import OpenPark, Outcome, Park

Ending = Literal["completed", "cancelled", "error"]


def now_ms() -> int:
    """Unix milliseconds."""
    return time.time_ns() // 1_000_000


class Starter(Protocol):
    """The connection that sent the message."""

    @property
    def parks_otp(self) -> bool:
        """Whether it declared `otp_park`."""
        ...

    def turn_ended(self, turn: Turn) -> None:
        """Its slot is free; called before the terminal event is sent."""
        ...


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """`send_message`, read: what the user asked for."""

    request_id: str
    message: str
    images: Sequence[Mapping[str, Any]] = ()
    files: Sequence[Mapping[str, Any]] | None = None
    model: str | None = None
    skill_name: str | None = None
    skill: str | None = None
    stream: bool = True
    client_message_id: str | None = None


@dataclass(slots=True)
class TurnTimes:
    """Durations in seconds."""

    turn: float
    park: float
    keepalive: float


class Turn:
    """One running turn. Whichever of finish, cancel and fail comes first is the only ending."""

    def __init__(
        self,
        *,
        live: LiveConversation,
        request: TurnRequest,
        session: Session,
        organization_id: str,
        agent: Agent,
        principal: Principal | None,
        starter: Starter,
        times: TurnTimes,
        ended: Callable[[Turn, Ending], None],
    ) -> None:
        self.key = new_id()
        self.live = live
        self.request = request
        self.request_id = request.request_id
        self.session = session
        self.organization_id = organization_id
        self.agent = agent
        self.principal = principal
        self.starter = starter
        self.watching: Callable[[], None] | None = None
        """Ends the watch of a starter that sees this turn only."""
        self.task: asyncio.Task[None] | None = None
        self.begun = False
        self.committed = False
        self.ended = False
        self.draining = False
        self.known: KnownMessage | None = None
        self._unwanted = False
        self._to_tell: dict[object, Callable[[bytes], None]] = {}
        self._over: asyncio.Event | None = None
        self._times = times
        self._on_end = ended
        self._loop = asyncio.get_running_loop()
        self.clock = TurnClock(self._loop, times.turn, self._timed_out)
        self._keepalive: asyncio.TimerHandle | None = None

    # Events

    def publish(
        self, type: str, frame: Mapping[str, Any], token: str | None = None
    ) -> LoggedEvent | None:
        """Log and send one event; nothing after the end."""
        if self.ended:
            return None
        return self.live.publish(type, frame, self.key, self.request_id, frame["timestamp"], token)

    def started(self, message_id: str) -> None:
        """The question is stored: `turn_started`, the turn's first event in the log."""
        frame = encode.turn_started(
            request_id=self.request_id,
            session_id=self.session.id,
            conversation_id=self.live.id,
            epoch=self.live.log.epoch,
            message_id=message_id,
            client_message_id=self.request.client_message_id,
            timestamp=now_ms(),
        )
        event = self.publish(EventType.TURN_STARTED, frame)
        if event is not None and not self.ended:
            self.live.log.turn_started(event)
        self.begun = True
        self._schedule_keepalive()
        if self._unwanted:
            self.cancel()

    # Parks

    def open_park(self, park: Park, type: str, frame: Mapping[str, Any]) -> OpenPark:
        """Send a park's event; from then on it can be answered and its time runs."""
        event = self.publish(type, frame)
        if event is None or self.ended:
            # Also when this very event was the one too many for the socket that the turn is of.
            raise asyncio.CancelledError
        opened = OpenPark(park, self._park_closed)
        park.seq = event.seq
        self.live.park = opened
        self.live.log.park_opened(event)
        self.clock.pause()
        opened.start_timer(self._times.park)
        return opened

    def _park_closed(self, park: Park) -> None:
        assert park.outcome is not None
        self.live.park = None
        self.live.log.park_closed()
        frame = encode.park_resolved(
            request_id=self.request_id,
            park_seq=park.seq,
            outcome=park.outcome,
            timestamp=now_ms(),
        )
        self.publish(EventType.PARK_RESOLVED, frame)
        if park.outcome != "cancelled":
            self.clock.resume()

    def resolve_park(self, outcome: Outcome, *, drained: bool = False) -> None:
        """End whatever this turn waits on."""
        if self.live.park is not None:
            self.live.park.resolve(outcome, drained=drained)

    # Endings

    def finish(self, frame: Mapping[str, Any]) -> None:
        """The one successful ending."""
        self._end(EventType.EVENTUAL_RESPONSE, frame, "completed")

    def cancel(self) -> bool:
        """Unwind whatever the turn does. False once it can only end in its answer."""
        if self.ended or self.committed:
            return False
        if not self.begun and self.task is not asyncio.current_task():
            # A cancelled turn keeps its question: that is stored first.
            self._unwanted = True
            return True
        self.resolve_park("cancelled")
        frame = encode.cancelled(request_id=self.request_id, timestamp=now_ms())
        self._end(EventType.CANCELLED, frame, "cancelled")
        if self.task is not None:
            # Also from within: a token may be the one too many for the socket that the turn is of.
            self.task.cancel()
        return True

    def fail(self, code: str, message: str) -> bool:
        """End the turn in an error under its own id."""
        if self.ended:
            return False
        self.resolve_park("cancelled")
        frame = encode.error(
            request_id=self.request_id,
            error={"code": code, "message": message},
            timestamp=now_ms(),
        )
        self._end(EventType.ERROR, frame, "error")
        log(
            "turn_failed",
            message,
            code=code,
            request_id=self.request_id,
            conversation_id=self.live.id,
            session_id=self.session.id,
            agent_id=self.agent.id,
            level=logging.WARNING,
        )
        self._stop_task()
        return True

    def _timed_out(self) -> None:
        if not self.committed:
            self.fail(ErrorCode.AGENT_ERROR, prompts.ERROR_TURN_TIMEOUT)

    def _stop_task(self) -> None:
        if self.task is not None and self.task is not asyncio.current_task():
            self.task.cancel()

    def _end(self, type: str, frame: Mapping[str, Any], ending: Ending) -> None:
        """Free the slots, then say so (decisions 3.1)."""
        if self.ended:
            return
        live = self.live
        self.clock.stop()
        if self._keepalive is not None:
            self._keepalive.cancel()
            self._keepalive = None
        live.turn_ended(self.request_id)
        self.starter.turn_ended(self)
        event = self.publish(type, frame)
        self.ended = True
        assert event is not None
        live.log.turn_ended(event)
        live.rest()
        if self.known is not None:
            self.known.terminal = event.body
        for tell in self._to_tell.values():
            tell(event.body)
        if self.watching is not None:
            self.watching()
            self.watching = None
        if self._over is not None:
            self._over.set()
        self._on_end(self, ending)

    def tell_end(self, who: object, tell: Callable[[bytes], None]) -> bool:
        """Send the terminal event to somebody who does not watch, once; False if they wait."""
        if who in self._to_tell:
            return False
        self._to_tell[who] = tell
        return True

    async def over(self) -> None:
        """Wait for the terminal event."""
        if self.ended:
            return
        if self._over is None:
            self._over = asyncio.Event()
        await self._over.wait()

    # Keepalive

    def _schedule_keepalive(self) -> None:
        if not self.ended:
            wait = self._times.keepalive
            self._keepalive = self._loop.call_later(wait, self._keep_alive)

    def _keep_alive(self) -> None:
        """Tell each socket that has heard nothing of this turn for a while that it lives."""
        now, pause = self._loop.time(), self._times.keepalive
        body: bytes | None = None
        oldest = now
        for watch in self.live.watches():
            if watch.last_sent + pause <= now + 0.001:
                if body is None:
                    frame = encode.keepalive(request_id=self.request_id, timestamp=now_ms())
                    body = orjson.dumps(frame)
                watch.keepalive(body, self.key, now)
            oldest = min(oldest, watch.last_sent)
        self._keepalive = self._loop.call_later(max(0.001, oldest + pause - now), self._keep_alive)
