"""A trace as the laws look at it: frames by connection, what was declared, what was sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from smooth_operator_conformance.records import (
    Blame,
    Finding,
    FindingKind,
    TraceEntry,
    TraceHeader,
)
from smooth_operator_conformance.scenario.model import Case
from smooth_operator_conformance.schemas import Contract
from smooth_operator_conformance.walk import is_connection

Json = Any


@dataclass(slots=True)
class Item:
    """One frame of a connection, with its place in the timeline."""

    index: int
    entry: TraceEntry
    frame: dict[str, Json]
    sent: bool = False
    """The runner sent it."""
    kind: str = ""
    request: str | None = None

    def __post_init__(self) -> None:
        # Every law asks for these, of every frame.
        self.sent = self.entry.direction == "out"
        self.kind = str(self.frame.get("type"))
        request = self.frame.get("requestId")
        self.request = request if isinstance(request, str) else None

    @property
    def action(self) -> str:
        """The action of a sent frame; empty when it has none that could be one."""
        value = self.frame.get("action")
        return value if isinstance(value, str) else ""

    def object(self, *path: str) -> dict[str, Json]:
        """The object at a path, or an empty one: servers under test may send anything."""
        value: Json = self.frame
        for part in path:
            value = value.get(part) if isinstance(value, dict) else None
        return value if isinstance(value, dict) else {}


@dataclass(slots=True)
class Socket:
    """One opened connection, from its upgrade to its end; a reopened name is another one."""

    name: str
    items: list[Item] = field(default_factory=list)
    declared: frozenset[str] = frozenset()

    @property
    def received(self) -> Iterator[Item]:
        return (item for item in self.items if not item.sent)


class View:
    """Everything a law needs, computed once."""

    def __init__(
        self,
        case: Case,
        header: TraceHeader,
        entries: Sequence[TraceEntry],
        consumed: set[int],
        contract: Contract,
    ) -> None:
        self.case, self.header, self.contract = case, header, contract
        self.entries, self.consumed = entries, consumed
        self.exact = header.bindings.get("exact", True) is not False
        self.sockets: list[Socket] = []
        self.found: dict[str, list[Finding]] = {}
        """What one pass found for several laws, by law."""
        self.quiet: set[str | None] = set()
        """Ids of turns asked for with `stream: false`."""
        self._collect()

    def _collect(self) -> None:
        current: dict[str, Socket] = {}
        for index, entry in enumerate(self.entries):
            if not is_connection(entry.inbox):
                continue
            if entry.kind == "event" and isinstance(entry.value, dict) and "open" in entry.value:
                current[entry.inbox] = Socket(entry.inbox)
                self.sockets.append(current[entry.inbox])
            elif entry.kind == "frame" and isinstance(entry.value, dict):
                if entry.inbox not in current:
                    current[entry.inbox] = Socket(entry.inbox)
                    self.sockets.append(current[entry.inbox])
                self._add(current[entry.inbox], Item(index, entry, entry.value))

    def _add(self, socket: Socket, item: Item) -> None:
        socket.items.append(item)
        if item.sent and item.frame.get("stream") is False:
            self.quiet.add(item.request)
        if item.sent and item.action == "hello":
            supports = item.frame.get("supports")
            if isinstance(supports, list):
                socket.declared = frozenset(s for s in supports if isinstance(s, str))

    @cached_property
    def sessions(self) -> dict[str, str]:
        """sessionId to conversationId, as acks told them."""
        found = {}
        for socket in self.sockets:
            for item in socket.received:
                data = item.object("data")
                if "sessionId" in data and "conversationId" in data:
                    found[str(data["sessionId"])] = str(data["conversationId"])
        return found

    @property
    def validated(self) -> int:
        """Frames that the server sent."""
        return sum(1 for socket in self.sockets for _ in socket.received)

    def finding(
        self,
        law: str,
        message: str,
        index: int | None = None,
        *,
        kind: FindingKind = "law",
        blame: Blame = "server",
    ) -> Finding:
        """A finding of a law about the entry at `index`."""
        entry = self.entries[index] if index is not None else None
        return Finding(
            kind=kind,
            message=f"law {law}: {message}" if kind != "leftover" else message,
            path=law,
            actual=entry.value if entry is not None else None,
            blame=blame,
            inbox=entry.inbox if entry is not None else "",
            entry=index,
        )
