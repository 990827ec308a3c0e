"""Everybody who wants to see what belongs to no turn and answers no request."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable

from ._buffer import Ended, EventBuffer, Overflow
from ._errors import SlowConsumer
from ._router import Notice

_log = logging.getLogger("smooth_operator")

Listener = Callable[[Notice], object]


class Listeners:
    """Callbacks and iterators; one that fails or lags does not disturb the others."""

    def __init__(self) -> None:
        self._callbacks: list[Listener] = []
        self._buffers: list[EventBuffer[Notice]] = []
        self._closed = False

    def add(self, callback: Listener) -> Callable[[], None]:
        """Call `callback` with every notice; the result takes it off again."""
        self._callbacks.append(callback)

        def remove() -> None:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

        return remove

    def notify(self, notice: Notice) -> None:
        """Tell everybody. A callback's exception is logged, not raised: this is the read loop."""
        for callback in list(self._callbacks):
            try:
                callback(notice)
            except Exception:
                _log.exception("an event listener failed")
        for buffer in self._buffers:
            buffer.put(notice)

    def iterate(self) -> AsyncIterator[Notice]:
        """Every notice from now on, until the client closes. Raises SlowConsumer."""
        buffer: EventBuffer[Notice] = EventBuffer()
        self._buffers.append(buffer)
        if self._closed:
            buffer.end()
        return self._read(buffer)

    def close(self) -> None:
        """End the iterators."""
        self._closed = True
        for buffer in self._buffers:
            buffer.end()

    async def _read(self, buffer: EventBuffer[Notice]) -> AsyncIterator[Notice]:
        try:
            while True:
                yield await buffer.get()
        except Ended:
            return
        except Overflow:
            raise SlowConsumer(buffer.limit) from None
        finally:
            self._buffers.remove(buffer)
