"""The timeline of one case: everything that happened, in order, and the inboxes reading it."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict, deque
from typing import Any

from smooth_operator_conformance.records import Direction, EntryKind, TraceEntry

Json = Any


class Timeline:
    """Entries in the order they happened; each inbox hands its own out once."""

    def __init__(self) -> None:
        self.entries: list[TraceEntry] = []
        self.consumed: set[int] = set()
        self.step = 0
        self.sealed = False
        """True once the process is done: what comes then belongs to nobody."""
        self._loop = asyncio.get_running_loop()
        self._begin = time.perf_counter()
        self._queues: defaultdict[str, deque[int]] = defaultdict(deque)
        self._waiting: dict[str, asyncio.Future[None]] = {}

    def begin(self) -> None:
        """Times count from now."""
        self._begin = time.perf_counter()

    def add(
        self,
        inbox: str,
        direction: Direction,
        kind: EntryKind,
        value: Json,
        note: str = "",
    ) -> None:
        """Something happened now."""
        if self.sealed:
            return
        at = (time.perf_counter() - self._begin) * 1000
        step = self.step if direction == "out" else None
        entry = TraceEntry(at, inbox, direction, kind, value, note, step)
        self.entries.append(entry)
        if direction == "in":
            self._queues[inbox].append(len(self.entries) - 1)
            waiter = self._waiting.pop(inbox, None)
            if waiter is not None and not waiter.done():
                waiter.set_result(None)

    async def next(self, inbox: str, seconds: float) -> TraceEntry | None:
        """The next entry of an inbox, or None when nothing came in time."""
        queue = self._queues[inbox]
        if not queue:
            waiter = self._waiting[inbox] = self._loop.create_future()
            timer = self._loop.call_later(seconds, _give_up, waiter)
            await waiter
            timer.cancel()
        return self._take(queue) if queue else None

    def rest(self, inbox: str) -> list[TraceEntry]:
        """Every entry of an inbox that is there and not consumed; they are consumed by this."""
        queue = self._queues[inbox]
        return [self._take(queue) for _ in range(len(queue))]

    def _take(self, queue: deque[int]) -> TraceEntry:
        index = queue.popleft()
        self.consumed.add(index)
        return self.entries[index]


def _give_up(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
