"""Answer: what a gateway says to one request, from its head to the end of its body."""

from __future__ import annotations

import asyncio
from typing import Protocol

HIGH_WATER = 131_072
"""Bytes not read yet at which the gateway has to wait."""


class HttpError(Exception):
    """The connection or the answer on it is broken; says nothing of what was sent."""


class Line(Protocol):
    """The connection, as its answer sees it while it lasts."""

    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def abort(self) -> None: ...
    def linger(self) -> None: ...


class Answer:
    """Filled by the connection, read by whoever asked. Reading raises `HttpError`, `OSError` or
    `TimeoutError` once what came before the fault has been read."""

    __slots__ = (
        "_error",
        "_line",
        "_loop",
        "_pieces",
        "_unread",
        "_waiter",
        "headers",
        "is_begun",
        "status",
    )

    def __init__(self, line: Line, loop: asyncio.AbstractEventLoop) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        """Names in lower case; of one that comes twice the last."""
        self.is_begun = False
        """Whether the head has come."""
        self._loop = loop
        self._line: Line | None = line
        """None when the answer has ended: the connection may serve the next by then."""
        self._error: Exception | None = None
        self._pieces: list[bytes] = []
        self._unread = 0
        self._waiter: asyncio.Future[None] | None = None

    # For the one who asked

    async def begun(self) -> None:
        """Wait for the head."""
        while not self.is_begun:
            await self._news()

    async def read(self) -> bytes:
        """What has come of the body and was not read; empty at its end."""
        while not self._pieces:
            if self._line is None and self._error is None:
                return b""
            await self._news()
        pieces = self._pieces
        piece = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        if self._unread > HIGH_WATER and self._line is not None:
            self._line.resume()
        self._unread = 0
        return piece

    def abort(self) -> None:
        """Nobody wants the rest: the gateway is to stop."""
        if self._line is not None:
            self._line.abort()

    def linger(self) -> None:
        """Nobody reads on, but only the end is missing: the connection may serve again."""
        if self._line is not None:
            self._line.linger()

    async def _news(self) -> None:
        if self._error is not None:
            raise self._error
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    # For the connection

    def take(self, piece: bytes) -> None:
        """A piece of the body; `wake` follows."""
        self._pieces.append(piece)
        self._unread += len(piece)
        if self._unread > HIGH_WATER and self._line is not None:
            self._line.pause()

    def wake(self) -> None:
        """Something is new."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def end(self, error: Exception | None = None) -> None:
        """Nothing more comes."""
        self._line, self._error = None, error
        self.wake()
