"""The turn clock: how long a turn may take and has taken, parks excluded (decisions 3.6)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class TurnClock:
    """Calls `expired` once, after `seconds` of running time."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, seconds: float, expired: Callable[[], None]
    ) -> None:
        self._loop = loop
        self._left = seconds
        self._expired = expired
        self._spent = 0.0
        self._since: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.resume()

    @property
    def seconds(self) -> float:
        """Running time so far."""
        running = self._loop.time() - self._since if self._since is not None else 0.0
        return self._spent + running

    def pause(self) -> None:
        """A park opened."""
        if self._since is None:
            return
        spent = self._loop.time() - self._since
        self._spent += spent
        self._left = max(0.0, self._left - spent)
        self._since = None
        self._drop_timer()

    def resume(self) -> None:
        """The park is over."""
        if self._since is None:
            self._since = self._loop.time()
            self._timer = self._loop.call_later(self._left, self._expired)

    def stop(self) -> None:
        """The turn is over. Whom it would have told is let go of: he holds the clock, too."""
        self.pause()
        self._expired = _nobody

    def _drop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _nobody() -> None:
    return None
