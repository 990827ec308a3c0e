"""A bounded queue between the read loop, which never waits, and an iterator, which may lag."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")

LIMIT = 1024


class Overflow(Exception):
    """The reader took everything that was kept; what came after the limit is lost to it."""


class Ended(Exception):
    """Nothing more will come. `cause` is the error that the reader has to see, if any."""

    def __init__(self, cause: Exception | None) -> None:
        super().__init__()
        self.cause = cause


class EventBuffer(Generic[T]):
    """Keeps the first `limit` unread items; once one did not fit, the reader gets those, then
    Overflow. One reader at a time."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.limit = limit
        self._items: deque[T] = deque()
        self._overflowed = False
        self._ended: Ended | None = None
        self._waiter: asyncio.Future[None] | None = None

    def put(self, item: T) -> None:
        """Append without ever blocking; ignored after the end or an overflow."""
        if self._ended or self._overflowed:
            return
        if len(self._items) >= self.limit:
            self._overflowed = True
        else:
            self._items.append(item)
        self._wake()

    def end(self, cause: Exception | None = None) -> None:
        """Let the reader finish what is here, then stop with `cause`."""
        if self._ended is None:
            self._ended = Ended(cause)
        self._wake()

    async def get(self) -> T:
        """The next item. Raises Overflow or Ended, again and again once reached."""
        if self._waiter is not None:
            raise RuntimeError("another task is already reading these events")
        while not self._items:
            if self._overflowed:
                raise Overflow
            if self._ended is not None:
                raise self._ended
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return self._items.popleft()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
