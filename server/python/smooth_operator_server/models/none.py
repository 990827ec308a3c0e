"""No model: what a server without a gateway has; `send_message` is refused before the 202."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from smooth_operator_server.engine.model import Finished, ModelDelta, ModelError, ModelRequest


class NoModel:
    """A `ModelProvider` that is not configured."""

    @property
    def configured(self) -> bool:
        return False

    def retries_total(self) -> int:
        return 0

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelDelta, None]:
        nothing: tuple[ModelDelta, ...] = ()
        for delta in nothing:
            yield delta
        raise ModelError("no model is configured")

    async def complete(self, request: ModelRequest) -> Finished:
        raise ModelError("no model is configured")

    async def close(self) -> None:
        return None
