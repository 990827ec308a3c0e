"""The backplane of one process: a tuple of watches per conversation."""

from __future__ import annotations

from smooth_operator_server.events.event import LoggedEvent
from smooth_operator_server.events.watch import Watch


class MemoryBackplane:
    """Tuples are replaced, never changed: a watch may leave while an event is being told."""

    def __init__(self) -> None:
        self._watches: dict[str, tuple[Watch, ...]] = {}

    def join(self, conversation_id: str, watch: Watch) -> None:
        self._watches[conversation_id] = (*self.watches(conversation_id), watch)

    def leave(self, conversation_id: str, watch: Watch) -> None:
        left = tuple(other for other in self.watches(conversation_id) if other is not watch)
        if left:
            self._watches[conversation_id] = left
        else:
            self._watches.pop(conversation_id, None)

    def watches(self, conversation_id: str) -> tuple[Watch, ...]:
        return self._watches.get(conversation_id, ())

    def tell(self, conversation_id: str, event: LoggedEvent, now: float) -> None:
        for watch in self._watches.get(conversation_id, ()):
            watch.deliver(event, now)
