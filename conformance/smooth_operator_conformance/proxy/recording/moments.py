"""What happened on a set of connections, in order, ready to be told again.

A moment is an entry of the recording with what the entry alone does not say: whether it opens,
sends, comes or ends, and the frame it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from smooth_operator_conformance.laws.view import Item
from smooth_operator_conformance.records import TraceEntry

Json = Any
Deed = Literal["open", "send", "cut", "came", "closed"]


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """One entry; `item` where it holds a JSON object."""

    index: int
    entry: TraceEntry
    deed: Deed
    item: Item | None = None

    @property
    def on(self) -> str:
        """The connection."""
        return self.entry.inbox

    @property
    def ours(self) -> bool:
        """The client did it."""
        return self.deed in ("open", "send", "cut")


def moments(entries: Iterable[TraceEntry]) -> list[Moment]:
    """Every entry as a moment; upgrades that were refused, and all on them, are left out."""
    found: list[Moment] = []
    open_: set[str] = set()
    for index, entry in enumerate(entries):
        value = entry.value
        if entry.kind == "event" and isinstance(value, dict) and "open" in value:
            if value["open"] == 101:
                open_.add(entry.inbox)
                found.append(Moment(index, entry, "open"))
        elif entry.inbox not in open_:
            continue
        elif entry.kind == "event":
            found.append(Moment(index, entry, "cut"))
        elif entry.kind == "closed":
            found.append(Moment(index, entry, "closed"))
        else:
            item = Item(index, entry, value) if isinstance(value, dict) else None
            found.append(Moment(index, entry, "send" if entry.direction == "out" else "came", item))
    return found


def together(found: Sequence[Moment]) -> list[list[Moment]]:
    """The moments by sets of connections: those that use the same session or conversation."""
    owner: dict[str, str] = {}
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    for moment in found:
        mine = root(moment.on)
        for name in _ids(moment):
            other = root(owner.setdefault(name, moment.on))
            parent[other] = mine
            mine = root(moment.on)
    sets: dict[str, list[Moment]] = {}
    for moment in found:
        sets.setdefault(root(moment.on), []).append(moment)
    return list(sets.values())


def _ids(moment: Moment) -> list[str]:
    """Sessions and conversations that a frame asks for, or that an ack hands out."""
    item = moment.item
    if item is None:
        return []
    if item.sent:
        places = [item.frame]
    elif item.kind == "immediate_response":
        places = [item.object("data")]
    else:
        return []
    return [
        place[key]
        for place in places
        for key in ("sessionId", "conversationId")
        if isinstance(place.get(key), str)
    ]
