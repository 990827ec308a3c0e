"""Liveness: pings a silent peer, and gives it up when nothing comes back (decisions §8)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Liveness:
    """One timer per connection. Anything that is heard counts as life."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        ping_seconds: float,
        pong_seconds: float,
        ping: Callable[[], None],
        dead: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._ping_seconds = ping_seconds
        self._pong_seconds = pong_seconds
        self._ping = ping
        self._dead = dead
        self._heard_at = loop.time()
        self._ping_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._probe: asyncio.Future[None] | None = None

    def start(self) -> None:
        self._heard_at = self._loop.time()
        self._ping_at = self._heard_at + self._ping_seconds
        self._schedule()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def heard(self) -> None:
        """Bytes came in."""
        self._heard_at = self._loop.time()
        if self._probe is not None and not self._probe.done():
            self._probe.set_result(None)

    async def responds(self, seconds: float) -> bool:
        """Ping now; whether anything is heard in time."""
        if self._probe is None or self._probe.done():
            self._probe = self._loop.create_future()
            self._ping()
        try:
            await asyncio.wait_for(asyncio.shield(self._probe), seconds)
        except TimeoutError:
            return False
        return True

    def _schedule(self) -> None:
        at = min(self._ping_at, self._heard_at + self._pong_seconds)
        self._timer = self._loop.call_at(at, self._tick)

    def _tick(self) -> None:
        now = self._loop.time()
        if now >= self._heard_at + self._pong_seconds:
            self._timer = None
            self._dead()
            return
        if now >= self._ping_at:
            self._ping_at = now + self._ping_seconds
            self._ping()
        self._schedule()
