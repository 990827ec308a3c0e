"""The engine's tool seam: a call that has been looked at, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from smooth_operator_server.engine.model import ModelCall


@dataclass(frozen=True, slots=True)
class CallResult:
    """What the model reads. `is_error` comes from the runtime, never from the text."""

    text: str
    is_error: bool = False


class PlannedCall(Protocol):
    """One call of one answer. `gated` is decided once, when the answer is whole."""

    @property
    def call(self) -> ModelCall: ...
    @property
    def gated(self) -> bool: ...

    async def run(self, announce: Callable[[], None]) -> CallResult:
        """Run it. A gated call says `announce` itself, right after its prompt if it has one."""
        ...


class Toolset(Protocol):
    """What the model may call in this turn."""

    @property
    def definitions(self) -> Sequence[Mapping[str, Any]]:
        """Chat-completions tool definitions, in the order the contract fixes."""
        ...

    async def plan(self, calls: Sequence[ModelCall]) -> Sequence[PlannedCall]: ...


class Listener(Protocol):
    """Hears what happens, as it happens. Every method returns at once."""

    def token(self, text: str) -> None: ...
    def reasoning(self, text: str) -> None: ...
    def tool_called(self, planned: PlannedCall) -> None: ...
    def tool_ended(self, planned: PlannedCall, result: CallResult) -> None: ...
