"""A recorded trace with the lookups that faults need, and the edits they are made of.

A tape never changes: every edit returns new entries. What a server would have put into its log is
altered on every socket that saw it, and later numbers close up or make room, because a server with
that fault would have numbered what it sent.
"""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from smooth_operator_conformance.mutants.surface import ACK, Path_, Surface
from smooth_operator_conformance.records import TraceEntry
from smooth_operator_conformance.walk import is_connection

Entries = tuple[TraceEntry, ...]
Rewrite = tuple[int, Entries]
"""Index of the entry that the fault is about, and the trace as it would then be."""
OWN_PINGS = ("barrier-", "runner-last-ping")
"""How the `requestId` of the runner's own pings begins; they are no part of a scenario."""


def _frame(entry: TraceEntry) -> dict[str, Any] | None:
    """The frame of an entry; one that was sent as text is read, if it can be."""
    value = entry.value
    if isinstance(value, str) and entry.direction == "out":
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, dict) else None


@dataclass(frozen=True)
class Tape:
    """One trace of one case."""

    entries: Entries
    surface: Surface
    acting: frozenset[int] = frozenset()
    """Steps in which the runner does something; what came after could not have come before."""
    _actions: dict[int, dict[str, Any]] = field(init=False, default_factory=dict, repr=False)
    _frames: list[int] = field(init=False, default_factory=list, repr=False)

    def __post_init__(self) -> None:
        asked: dict[tuple[str, str], dict[str, Any]] = {}
        for index, entry in enumerate(self.entries):
            value = _frame(entry)
            if entry.kind != "frame" or value is None or not is_connection(entry.inbox):
                continue
            key = (entry.inbox, str(value.get("requestId")))
            if entry.direction == "out":
                asked[key] = value
            elif isinstance(value.get("type"), str) and not self._barrier(value):
                self._frames.append(index)
                if value["type"] == ACK and key in asked:
                    self._actions[index] = asked[key]

    @staticmethod
    def _barrier(value: Mapping[str, Any]) -> bool:
        return value["type"] == "pong" and str(value.get("requestId", "")).startswith(OWN_PINGS)

    @property
    def frames(self) -> list[int]:
        """Indexes of what the client saw, barriers left out."""
        return self._frames

    def value(self, index: int) -> dict[str, Any]:
        """The frame at an index."""
        value: dict[str, Any] = self.entries[index].value
        return value

    def of_type(self, kind: str) -> Iterator[int]:
        """Frames of an event type."""
        return (index for index in self._frames if self.value(index)["type"] == kind)

    def of_subject(self, subject: str) -> Iterator[int]:
        """Frames of an event type, or acks of an action."""
        for index in self._frames:
            if self.value(index)["type"] == subject or self.request(index).get("action") == subject:
                yield index

    def request(self, index: int) -> Mapping[str, Any]:
        """The frame that an ack answers; empty for other frames."""
        return self._actions.get(index, {})

    def next_on_socket(self, index: int) -> int | None:
        """The next frame on the same socket, if nothing was sent or stepped in between.

        A step or a frame of ours in between forced the order; a server could not have swapped it.
        """
        inbox = self.entries[index].inbox
        for other in range(index + 1, len(self.entries)):
            entry = self.entries[other]
            if entry.direction == "out" and entry.kind == "frame":
                return None
            if entry.kind == "step" and entry.step in self.acting:
                return None
            if entry.inbox == inbox and entry.direction == "in":
                return other if other in self._frames else None
        return None

    def copies(self, index: int) -> list[int]:
        """The same logged event on every socket, itself included."""
        key = self.key(index)
        if key is None:
            return [index]
        return [other for other in self._frames if self.key(other) == key]

    def key(self, index: int) -> tuple[str, int] | None:
        """Conversation and `seq` of a logged event that carries them."""
        value = self.value(index)
        conversation, seq = value.get("conversationId"), value.get("seq")
        if isinstance(conversation, str) and isinstance(seq, int):
            return conversation, seq
        return None

    def replaced(self, values: Mapping[int, Any]) -> Entries:
        """The trace with other values at some indexes."""
        return tuple(
            dataclasses.replace(entry, value=values[index]) if index in values else entry
            for index, entry in enumerate(self.entries)
        )

    def moved(self, index: int, inbox: str) -> Entries:
        """The trace with one entry on another inbox."""
        return tuple(
            dataclasses.replace(entry, inbox=inbox) if number == index else entry
            for number, entry in enumerate(self.entries)
        )

    def without(self, indexes: Iterable[int]) -> Entries:
        """The trace without some entries."""
        gone = set(indexes)
        return tuple(entry for index, entry in enumerate(self.entries) if index not in gone)

    def inserted(self, after: Mapping[int, Any]) -> Entries:
        """The trace with one more value after some entries, on their inboxes."""
        out: list[TraceEntry] = []
        for index, entry in enumerate(self.entries):
            out.append(entry)
            if index in after:
                out.append(dataclasses.replace(entry, value=after[index]))
        return tuple(out)

    def session_conversations(self) -> dict[str, str]:
        """Session id to conversation id, from the acks that told both."""
        found: dict[str, str] = {}
        for index in self.of_type(ACK):
            data = self.value(index).get("data")
            if isinstance(data, dict) and "sessionId" in data and "conversationId" in data:
                found[str(data["sessionId"])] = str(data["conversationId"])
        return found

    def shifted(self, conversation: str, above: int, by: int) -> Tape:
        """Everything in the conversation numbered above `above` moved by `by`."""
        sessions = self.session_conversations()
        values: dict[int, Any] = {}
        for index in self._frames:
            value = self.value(index)
            if value.get("conversationId") == conversation and "seq" in value:
                values[index] = _shift_event(value, above, by)
            request = self.request(index)
            asked = str(request.get("sessionId", ""))
            if request.get("action") == "resume_stream" and sessions.get(asked) == conversation:
                values[index] = _shift_ack(value, above, by)
        return Tape(self.replaced(values), self.surface, self.acting)


def _moved(number: Any, above: int, by: int) -> Any:
    return number + by if isinstance(number, int) and number > above else number


def _shift_event(event: Mapping[str, Any], above: int, by: int) -> dict[str, Any]:
    value = copy.deepcopy(dict(event))
    for key in ("seq", "seqFrom"):
        if key in value:
            value[key] = _moved(value[key], above, by)
    data = value.get("data")
    if isinstance(data, dict) and "parkSeq" in data:
        data["parkSeq"] = _moved(data["parkSeq"], above, by)
    return value


def _shift_ack(ack: Mapping[str, Any], above: int, by: int) -> dict[str, Any]:
    value = copy.deepcopy(dict(ack))
    data = value.get("data")
    if isinstance(data, dict):
        for key in ("firstSeq", "openParkSeq"):
            if key in data:
                data[key] = _moved(data[key], above, by)
        # The last event itself may be the one that is gone.
        if "lastSeq" in data:
            data["lastSeq"] = _moved(data["lastSeq"], above - 1 if by < 0 else above, by)
    return value


def places(value: Any, path: Path_) -> Iterator[tuple[str | int, ...]]:
    """Every concrete path in a frame that a pattern with `[]` stands for, where it is present."""
    if not path:
        yield ()
        return
    head, rest = path[0], path[1:]
    if head == "[]":
        for number in range(len(value) if isinstance(value, list) else 0):
            for tail in places(value[number], rest):
                yield (number, *tail)
    elif isinstance(value, dict) and head in value:
        for tail in places(value[head], rest):
            yield (head, *tail)


def fetch(value: Any, place: tuple[str | int, ...]) -> Any:
    """What stands at a concrete path."""
    for key in place:
        value = value[key]
    return value


REMOVE: Any = object()
"""Instead of a value: the key goes."""


def stored(value: Any, place: tuple[str | int, ...], new: Any) -> Any:
    """A copy of a frame with something else at a concrete path."""
    value = copy.deepcopy(value)
    parent = fetch(value, place[:-1])
    if new is REMOVE:
        del parent[place[-1]]
    else:
        parent[place[-1]] = new
    return value
