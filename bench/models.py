"""A language model that costs nothing: what is left is the server's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from smooth_operator_server.engine.model import (
    Finished,
    ModelDelta,
    ModelRequest,
    TextDelta,
    Usage,
)

TOKEN = " number"


class InstantModel:
    """Answers `tokens` tokens; `apart`: each in an iteration of the event loop of its own."""

    configured = True

    def __init__(self, tokens: int, *, apart: bool = False) -> None:
        self._deltas = [TextDelta(TOKEN)] * tokens
        self._finished = Finished(TOKEN * tokens, usage=Usage(10, tokens))
        self._apart = apart

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelDelta, None]:
        for delta in self._deltas:
            if self._apart:
                await asyncio.sleep(0)
            yield delta
        yield self._finished

    async def complete(self, request: ModelRequest) -> Finished:
        return self._finished

    def retries_total(self) -> int:
        return 0

    async def close(self) -> None: ...
