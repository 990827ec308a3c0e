"""A lane: a server that knows one model name plays one copy at a time, each to its whole end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from smooth_operator_conformance.records import TraceEntry

Json = Any
ENDS = frozenset({"eventual_response", "cancelled"})


def unfinished(entries: Iterable[TraceEntry]) -> bool:
    """Whether a turn was begun whose end nobody saw.

    A server may go on with it after its socket is gone, and ask the model for the next copy's
    answers.
    """
    running: set[str] = set()
    for entry in entries:
        if entry.kind != "frame" or not isinstance(entry.value, dict):
            continue
        request = str(entry.value.get("requestId"))
        if entry.direction == "out" and entry.value.get("action") == "send_message":
            running.add(request)
        elif entry.direction == "in" and _over(entry.value):
            running.discard(request)
            # A server names a turn that was sent without a name.
            running.discard("None")
    return bool(running)


def _over(frame: dict[str, Json]) -> bool:
    """A terminal event, or a refusal before the turn began."""
    kind = frame.get("type")
    return kind in ENDS or kind == "error"
