"""The preamble: a short line from a fast model, said while the answer is on its way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from smooth_operator.protocol import prompts

from smooth_operator_server.engine import messages as chat
from smooth_operator_server.engine.model import Finished, ModelError, ModelProvider, ModelRequest

PREAMBLE_TOKENS = 64


class Preamble:
    """One call beside the turn's own; cut when the answer is whole (decisions §5)."""

    def __init__(
        self,
        provider: ModelProvider,
        model: str,
        message: str,
        *,
        say: Callable[[str], None],
        answered: Callable[[Finished], None],
    ) -> None:
        self._provider = provider
        self._model = model
        self._message = message
        self._say = say
        self._answered = answered
        self._suppressed = False
        self._task = asyncio.create_task(self._run())

    def suppress(self) -> None:
        """The answer has begun: nothing is said any more."""
        self._suppressed = True

    def cut(self) -> None:
        """The answer is whole, or the turn is over."""
        self._task.cancel()

    async def _run(self) -> None:
        request = ModelRequest(
            model=self._model,
            messages=[chat.system(prompts.PREAMBLE_SYSTEM), chat.user(self._message)],
            max_tokens=PREAMBLE_TOKENS,
        )
        try:
            finished = await self._provider.complete(request)
        except ModelError:
            return
        self._answered(finished)
        if finished.text and not self._suppressed:
            self._say(finished.text)
