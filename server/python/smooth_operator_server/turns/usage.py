"""Usage: tokens and cost summed over a turn's model calls that were answered whole."""

from __future__ import annotations

from typing import Any

from smooth_operator_server.engine.model import Finished


class UsageSum:
    """Left out as soon as one call reported none; the cost likewise (decisions §5)."""

    def __init__(self) -> None:
        self.prompt_tokens = 0
        self.completion_tokens = 0
        self._cost = 0.0
        self._calls = 0
        self._complete = True
        self._priced = True

    def add(self, finished: Finished) -> None:
        self._calls += 1
        usage = finished.usage
        if usage is None:
            self._complete = self._priced = False
            return
        self.prompt_tokens += usage.prompt_tokens
        self.completion_tokens += usage.completion_tokens
        if usage.cost_usd is None:
            self._priced = False
        else:
            self._cost += usage.cost_usd

    def wire(self) -> dict[str, Any] | None:
        """The `usage` object of the terminal event, or None."""
        if not self._calls or not self._complete:
            return None
        usage: dict[str, Any] = {
            "promptTokens": self.prompt_tokens,
            "completionTokens": self.completion_tokens,
        }
        if self._priced:
            usage["costUsd"] = self._cost
        return usage
