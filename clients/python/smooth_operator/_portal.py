"""An event loop on a thread of its own, for callers that have none."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any, TypeVar

from ._errors import ClosedError

T = TypeVar("T")


class Portal:
    """Runs coroutines on its thread while the calling thread waits.

    The thread is a daemon: a program that forgets to close still ends.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="smooth-operator", daemon=True
        )
        self._thread.start()

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """The coroutine's result. Leaving the wait, by Ctrl-C for one, cancels the coroutine.

        Raises ClosedError after `close`, RuntimeError on the portal's own thread.
        """
        if self.closed:
            work.close()
            raise ClosedError("the client was closed", close_code=1000)
        if threading.current_thread() is self._thread:
            work.close()
            raise RuntimeError("an event callback cannot wait for the client that runs it")
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def run(self, function: Callable[[], T]) -> T:
        """A plain function's result, run where the event loop is."""

        async def work() -> T:
            return function()

        return self.call(work())

    def iterate(self, source: AsyncIterator[T]) -> Iterator[T]:
        """The asynchronous iterator's items, fetched as the caller goes on."""
        try:
            while True:
                try:
                    item = self.call(_next(source))
                except StopAsyncIteration:
                    return
                yield item
        finally:
            if hasattr(source, "aclose"):
                with contextlib.suppress(ClosedError):
                    self.call(source.aclose())

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return not self._thread.is_alive()

    def close(self) -> None:
        """Stop the loop and join the thread. Harmless when repeated."""
        if self.closed:
            return
        self.call(self._loop.shutdown_asyncgens())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _next(source: AsyncIterator[T]) -> T:
    return await source.__anext__()
