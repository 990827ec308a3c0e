"""The runner's gateway and tool host in a thread of its own, so that any test can wait for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from smooth_operator_conformance.world.host import Host

T = TypeVar("T")
PATIENCE = 120.0
"""Seconds that a command may take; a server that does not start is given up long before."""


class Backstage:
    """A host with its loop; `close` ends both."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="smooth-gateway", daemon=True
        )
        self._thread.start()
        self.host = Host()
        self.do(self.host.start())

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run in the loop and wait for the result."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def close(self) -> None:
        """Stop the host, end the thread."""
        self.do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    async def _end(self) -> None:
        await self.host.stop()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.get_running_loop().shutdown_asyncgens()
