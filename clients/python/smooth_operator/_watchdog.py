"""A turn's patience: how long it may be silent, and how long a prompt may stay unanswered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Literal

Expiry = Literal["idle", "park"]


class Watchdog:
    """Calls `expire` once, unless stopped before.

    `idle`: seconds of silence allowed, None for any. While parked only the park's own deadline
    counts, whatever arrives.
    """

    def __init__(self, idle: float | None, expire: Callable[[Expiry], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._idle = idle
        self._expire = expire
        self._alive_at = self._loop.time()
        self._park_ends: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._stopped = False
        self._arm()

    def alive(self) -> None:
        """Something came. Cheap: the running timer finds out when it fires."""
        self._alive_at = self._loop.time()

    def park(self, seconds: float) -> None:
        """The turn waits for an answer; `seconds` from now somebody must have moved on."""
        self._park_ends = self._loop.time() + seconds
        self._arm()

    def unpark(self) -> None:
        """The turn goes on."""
        if self._park_ends is not None:
            self._park_ends = None
            self.alive()
            self._arm()

    def stop(self) -> None:
        """Never call `expire` from now on."""
        self._stopped = True
        self._disarm()

    def _arm(self) -> None:
        self._disarm()
        due = self._due()
        if due is not None and not self._stopped:
            self._timer = self._loop.call_at(due, self._check)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _due(self) -> float | None:
        if self._park_ends is not None:
            return self._park_ends
        return None if self._idle is None else self._alive_at + self._idle

    def _check(self) -> None:
        due = self._due()
        if due is None or self._loop.time() < due:
            self._arm()
            return
        self._stopped = True
        self._expire("idle" if self._park_ends is None else "park")
