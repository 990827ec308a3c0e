"""The event log: one conversation's turn events in order, from which every socket reads.

Free of I/O. Sequence numbers start at 1 and have no gap; old events go (decisions 6.2),
an open park's event never does.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from os import urandom

from smooth_operator_server.events.event import LoggedEvent
from smooth_operator_server.events.shelf import Shelf

OVERHEAD = 96
"""What an event costs beside its bytes, so that a flood of tiny ones is bounded too."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a conversation keeps: events and seconds of finished turns, bytes of everything."""

    events: int = 2000
    seconds: float = 300
    bytes: int = 4_194_304


@dataclass(frozen=True, slots=True)
class Resume:
    """What `resume_stream` answers, and where its replay starts (None: live only)."""

    epoch: str
    first_seq: int
    last_seq: int
    truncated: bool
    replay_from: int | None


class EventLog:
    """The events of one conversation."""

    __slots__ = (
        "_bytes",
        "_clock",
        "_events",
        "_finished",
        "_last_terminal",
        "_limits",
        "_park",
        "_turn_start",
        "epoch",
        "last_seq",
    )

    def __init__(
        self, limits: Limits | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limits = limits or Limits()
        self._clock = clock
        self._events = Shelf()
        self._bytes = 0
        self._finished = 0
        self._turn_start: int | None = None
        self._last_terminal: int | None = None
        self._park: LoggedEvent | None = None
        self.epoch = urandom(16).hex()
        self.last_seq = 0

    @property
    def due(self) -> float | None:
        """Seconds until `expire` has something to let go of; None when no turn has ended."""
        if not self._finished:
            return None
        return max(0.0, self._events.oldest_at + self._limits.seconds - self._clock())

    @property
    def first_seq(self) -> int:
        """The lowest `seq` from which nothing is missing; `last_seq + 1` when empty."""
        return self._events.first

    @property
    def open_park_seq(self) -> int | None:
        return self._park.seq if self._park else None

    def append(
        self,
        type: str,
        turn: str,
        request_id: str | None,
        body: bytes,
        timestamp: int,
        token: str | None = None,
    ) -> LoggedEvent:
        """Number and keep an event."""
        self.last_seq += 1
        now = self._clock()
        event = LoggedEvent(self.last_seq, type, turn, request_id, body, timestamp, now, token)
        self._events.append(event)
        self._bytes += len(body) + OVERHEAD
        if self._bytes > self._limits.bytes or self._finished:
            self._trim(now)
        return event

    def turn_started(self, event: LoggedEvent) -> None:
        """From this event on, everything belongs to the running turn."""
        self._turn_start = event.seq

    def turn_ended(self, event: LoggedEvent) -> None:
        """The running turn's events are finished ones now."""
        self._turn_start = None
        self._last_terminal = event.seq
        self._finished = len(self._events)
        self._trim(self._clock())
        self._events.settle()

    def rest(self) -> None:
        """Nobody has talked for a while: hold what is held in little room."""
        if self._turn_start is None:
            self._events.rest()

    def park_opened(self, event: LoggedEvent) -> None:
        self._park = event

    def park_closed(self) -> None:
        self._park = None

    def expire(self) -> None:
        """Let go of finished turns' events that are too old."""
        if self._finished:
            self._trim(self._clock())

    def get(self, seq: int) -> LoggedEvent | None:
        """The event with that number, if held."""
        event = self._events.get(seq)
        if event is not None:
            return event
        if self._park is not None and self._park.seq == seq:
            return self._park
        return None

    def resume(self, after_seq: int | None, epoch: str | None) -> Resume:
        """Plan a replay (decisions 6.3). Changes nothing but what age lets go."""
        self.expire()
        first, last = self.first_seq, self.last_seq
        if after_seq is None:
            return Resume(self.epoch, first, last, False, None)
        other_epoch = epoch is not None and epoch != self.epoch
        if not other_epoch and first - 1 <= after_seq <= last:
            start = after_seq + 1 if after_seq < last else None
            return Resume(self.epoch, first, last, False, start)
        return Resume(self.epoch, first, last, True, self._landmark())

    def _landmark(self) -> int | None:
        if self._turn_start is not None:
            if self._turn_start >= self.first_seq:
                return self._turn_start
            return self._park.seq if self._park else None
        terminal = self._last_terminal
        return terminal if terminal is not None and terminal >= self.first_seq else None

    def _trim(self, now: float) -> None:
        limits, events = self._limits, self._events
        while self._finished and (
            self._finished > limits.events
            or now - events.oldest_at > limits.seconds
            or self._bytes > limits.bytes
        ):
            self._drop_oldest()
        while self._bytes > limits.bytes and len(events) > 1:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        event = self._events.drop_oldest()
        self._bytes -= len(event.body) + OVERHEAD
        if self._finished:
            self._finished -= 1
