"""What waits to be written, and what each kind of waiting frame is to its owner."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TypeAlias

from ._call import Call
from ._errors import InvalidRequest
from ._fold import TurnFold
from ._frames import Frame, encode
from ._transport import Transport, TransportClosed


@dataclass(slots=True, eq=False)
class Post:
    """A frame that nothing answers."""

    frame: Frame
    sent: bool = False


Entry: TypeAlias = Post | Call | TurnFold


class Outbox:
    """Frames in the order they will be written. `limit`: bytes that one frame may have."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._waiting: deque[tuple[Entry, str]] = deque()
        self._filled = asyncio.Event()

    def put(self, entry: Entry) -> None:
        """Queue the entry's frame. Raises InvalidRequest when no server would take it."""
        try:
            text = encode(entry.frame)
        except (TypeError, ValueError) as exc:
            raise InvalidRequest(f"cannot be written as JSON: {exc}") from exc
        size = len(text.encode())
        if size > self.limit:
            raise InvalidRequest(f"the frame has {size} bytes, {self.limit} are allowed")
        self._waiting.append((entry, text))
        self._filled.set()

    def discard(self, entry: Entry) -> None:
        """Take back what was not written yet."""
        self._waiting = deque(pair for pair in self._waiting if pair[0] is not entry)

    def clear(self) -> None:
        """Forget everything; the owners decide what to queue again."""
        self._waiting.clear()

    async def drain_to(self, transport: Transport) -> None:
        """Write for as long as the transport lives; returns when it is gone."""
        while True:
            while not self._waiting:
                self._filled.clear()
                await self._filled.wait()
            entry, text = self._waiting.popleft()
            entry.sent = True
            if isinstance(entry, Call):
                entry.times_sent += 1
            try:
                await transport.send(text)
            except TransportClosed:
                return
