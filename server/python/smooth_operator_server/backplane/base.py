"""The backplane seam: who is told when a conversation's log has grown."""

from __future__ import annotations

from typing import Protocol

from smooth_operator_server.events.event import LoggedEvent
from smooth_operator_server.events.watch import Watch


class Backplane(Protocol):
    """In one process the watches themselves; between processes a wake-up bus."""

    def join(self, conversation_id: str, watch: Watch) -> None: ...
    def leave(self, conversation_id: str, watch: Watch) -> None: ...
    def watches(self, conversation_id: str) -> tuple[Watch, ...]: ...
    def tell(self, conversation_id: str, event: LoggedEvent, now: float) -> None: ...
