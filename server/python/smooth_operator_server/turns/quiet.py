"""Quiet: the logs of conversations that nobody talks in, packed for others and emptied in time."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from smooth_operator_server.events.log import EventLog

AWAKE = 64
"""Conversations whose events stay objects; those that were quiet for longest are packed."""
LATE = 1.0
"""Seconds after the first event's time, so that one waking lets go of several."""


class Quiet:
    """One timer for all of them: a timer of its own would cost each more than its other state."""

    def __init__(self) -> None:
        self._awake: OrderedDict[str, EventLog] = OrderedDict()
        self._emptying: OrderedDict[str, EventLog] = OrderedDict()
        """In the order in which they began to wait."""
        self._timer: asyncio.TimerHandle | None = None

    def after_turn(self, conversation_id: str, log: EventLog) -> None:
        """A turn has ended: what is quiet for longest makes room, and this log will be emptied."""
        self._awake[conversation_id] = log
        self._awake.move_to_end(conversation_id)
        if len(self._awake) > AWAKE:
            self._awake.popitem(last=False)[1].rest()
        self._emptying.setdefault(conversation_id, log)
        self._set_timer()

    def _set_timer(self) -> None:
        if self._timer is not None or not self._emptying:
            return
        due = next(iter(self._emptying.values())).due or 0.0
        self._timer = asyncio.get_running_loop().call_later(due + LATE, self._empty)

    def _empty(self) -> None:
        """Those whose time has come, from the one that has waited longest on."""
        self._timer = None
        while self._emptying:
            conversation_id, log = next(iter(self._emptying.items()))
            if (due := log.due) is not None and due > 0.0:
                break
            log.expire()
            if log.due is None:
                del self._emptying[conversation_id]
            else:
                self._emptying.move_to_end(conversation_id)
        self._set_timer()
