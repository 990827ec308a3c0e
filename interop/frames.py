"""The frames that a server sent to connections which never said hello, out of a run's traces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from smooth_operator_conformance.record_io import read_trace
from smooth_operator_conformance.records import TraceEntry
from smooth_operator_conformance.walk import is_connection

Json = Any


@dataclass(frozen=True, slots=True)
class Sent:
    """One frame of the server."""

    case: str
    frame: Json
    action: str = ""
    """The action that it answers, if its id names one."""


@dataclass(slots=True)
class _Socket:
    """A connection from its upgrade on."""

    said_hello: bool = False
    actions: dict[str, str] = field(default_factory=dict)
    received: list[tuple[Json, str]] = field(default_factory=list)

    def see(self, entry: TraceEntry) -> None:
        """Learn from a frame in either direction."""
        frame = entry.value if isinstance(entry.value, dict) else {}
        request, action = frame.get("requestId"), frame.get("action")
        if entry.direction == "in":
            answers = self.actions.get(request, "") if isinstance(request, str) else ""
            self.received.append((entry.value, answers))
            return
        self.said_hello |= action == "hello"
        if isinstance(request, str) and isinstance(action, str):
            # An id that names two actions names neither.
            known = self.actions.setdefault(request, action)
            self.actions[request] = action if known == action else ""


def undeclared(entries: Iterable[TraceEntry]) -> Iterator[tuple[Json, str]]:
    """Frame and answered action, of every connection in a trace that never said hello."""
    open_now: dict[str, _Socket] = {}
    sockets: list[_Socket] = []
    for entry in entries:
        if not is_connection(entry.inbox):
            continue
        fresh = entry.kind == "event" and isinstance(entry.value, dict) and "open" in entry.value
        if fresh or entry.inbox not in open_now:
            open_now[entry.inbox] = _Socket()
            sockets.append(open_now[entry.inbox])
        if entry.kind == "frame":
            open_now[entry.inbox].see(entry)
    for socket in sockets:
        if not socket.said_hello:
            yield from socket.received


def frames_of(report: Path) -> Iterator[Sent]:
    """Every such frame of a run whose report directory this is, by trace name."""
    for path in sorted((report / "traces").glob("*.jsonl")):
        header, entries = read_trace(path)
        case = f"{header.scenario}[{header.case}]" if header.case else header.scenario
        for frame, action in undeclared(entries):
            yield Sent(case, frame, action)
