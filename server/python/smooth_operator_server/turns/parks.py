"""Parks: questions a turn waits on, as data; the first valid answer wins (decisions §4)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from smooth_operator_server.ids import new_id

ParkKind = Literal["confirmation", "interaction", "otp"]
Outcome = Literal[
    "approved", "rejected", "submitted", "declined", "verified", "failed", "timeout", "cancelled"
]

DRAIN_OUTCOMES: Mapping[ParkKind, Outcome] = {
    "confirmation": "rejected",
    "interaction": "timeout",
    "otp": "failed",
}


@dataclass(slots=True)
class Park:
    """An open or answered question. `seq` is its event's number; `expires_at` in loop seconds."""

    kind: ParkKind
    seq: int = 0
    expires_at: float = 0.0
    id: str = field(default_factory=new_id)
    interaction: str | None = None
    spec: Mapping[str, Any] | None = None
    outcome: Outcome | None = None
    answer: Mapping[str, Any] | None = None
    drained: bool = False


class OpenPark:
    """A park together with the turn that waits on it."""

    def __init__(self, park: Park, closed: Callable[[Park], None]) -> None:
        self.park = park
        self._closed = closed
        self._answered: asyncio.Future[Park] = asyncio.get_running_loop().create_future()
        self._timer: asyncio.TimerHandle | None = None

    def start_timer(self, seconds: float) -> None:
        """The park's own time runs from its event, whether anybody is connected or not."""
        loop = asyncio.get_running_loop()
        self.park.expires_at = loop.time() + seconds
        self._timer = loop.call_later(seconds, self.resolve, "timeout")

    def resolve(
        self,
        outcome: Outcome,
        answer: Mapping[str, Any] | None = None,
        *,
        drained: bool = False,
    ) -> bool:
        """End the park and wake its turn; False when it had ended already."""
        if self.park.outcome is not None:
            return False
        self.park.outcome = outcome
        self.park.answer = answer
        self.park.drained = drained
        if self._timer is not None:
            self._timer.cancel()
        self._closed(self.park)
        if not self._answered.done():
            self._answered.set_result(self.park)
        return True

    async def wait(self) -> Park:
        """The answered park."""
        return await self._answered
