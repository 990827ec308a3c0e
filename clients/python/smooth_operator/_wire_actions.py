"""The generated stubs on a live connection: every action with every field, as the wire has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ._frames import Frame, new_request_id
from ._link import Link
from ._requests import result
from ._turn import Turn
from .protocol.stubs import ActionStubs, E, R


class WireActions(ActionStubs[Turn]):
    """What the methods of Client do not offer, for instance a field that only some server reads.

    No frame is checked before it is sent, and none is sent again after a reconnect.
    """

    def __init__(self, link: Link, start: Callable[[Frame], Turn]) -> None:
        self._link = link
        self._start = start

    async def _request(self, frame: dict[str, Any], response_type: type[R]) -> R:
        return result(response_type, await self._link.request(_with_id(frame)))

    async def _event(self, frame: dict[str, Any], event_types: tuple[type[E], ...]) -> E:
        names = frozenset(_wire_name(event_type) for event_type in event_types)
        reply = await self._link.request(_with_id(frame), answers=names)
        assert isinstance(reply, event_types)
        return reply

    async def _turn(self, frame: dict[str, Any]) -> Turn:
        # Awaiting a stub gives the handle, not the answer: the handle is awaited in turn.
        return self._start(_with_id(frame))

    async def _notify(self, frame: dict[str, Any]) -> None:
        self._link.post(frame)


def _with_id(frame: Frame) -> Frame:
    return {"requestId": new_request_id(), **frame}


def _wire_name(event_type: type[E]) -> str:
    """The constant in the model's `type` field."""
    name: str = event_type.model_fields["type"].annotation.__args__[0]  # type: ignore[union-attr]
    return name
