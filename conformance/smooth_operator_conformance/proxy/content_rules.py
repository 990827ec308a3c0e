"""Rules about what answers say: tokens join to the reply, pages are in order and end rightly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smooth_operator_conformance.laws.turns import chunk_tool
from smooth_operator_conformance.laws.view import Item
from smooth_operator_conformance.proxy.violations import Fault

Json = Any
LONGEST = 40_000
"""Characters of a turn that are compared; servers cut a text whose JSON exceeds 256 KiB."""
_PAGES = {
    "messages": ("createdAt", "MSG-001", "MSG-004"),
    "conversations": ("updatedAt", "LIST-001", "LIST-004"),
}


@dataclass(slots=True)
class _Reply:
    """The tokens of a turn so far."""

    whole: str = ""
    last: str = ""
    """Those after the last tool chunk."""


class Replies:
    """Follows the tokens of the turns that this connection started."""

    def __init__(self) -> None:
        self._asked: set[str] = set()
        self._turns: dict[str, _Reply] = {}

    def feed(self, item: Item) -> Iterator[Fault]:
        """What is wrong with the next frame."""
        request = item.request or ""
        if item.sent:
            self._sent(item, request)
        elif item.kind == "immediate_response" and request in self._asked:
            self._asked.discard(request)
            if item.frame.get("status") == 202 and "duplicate" not in item.object("data"):
                self._turns[request] = _Reply()
        elif request in self._turns:
            yield from self._came(item, self._turns[request], request)

    def _sent(self, item: Item, request: str) -> None:
        if item.action == "resume_stream":
            # What is repeated would be counted twice.
            self._turns.clear()
        elif item.action == "send_message" and item.frame.get("stream") is not False:
            self._asked.add(request)

    def _came(self, item: Item, told: _Reply, request: str) -> Iterator[Fault]:
        if item.kind == "stream_token" and isinstance(item.frame.get("token"), str):
            if len(told.whole) < LONGEST:
                told.whole += item.frame["token"]
                told.last += item.frame["token"]
        elif item.kind == "stream_chunk" and chunk_tool(item)[0]:
            told.last = ""
        elif item.kind in ("eventual_response", "cancelled", "error"):
            del self._turns[request]
            if item.kind == "eventual_response":
                yield from _joins(item, told)


def _joins(item: Item, told: _Reply) -> Iterator[Fault]:
    parts = item.object("data", "data", "response").get("responseParts")
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        return
    reply = "".join(parts)
    if len(told.whole) < LONGEST > len(reply) and reply not in (told.whole, told.last):
        what = f"the reply has {len(reply)} characters, the tokens joined {len(told.last)}"
        yield Fault("TURN-003", what, "/data/data/response/responseParts")


def page_faults(item: Item) -> Iterator[Fault]:
    """What is wrong with a page of messages or conversations."""
    data = item.object("data")
    for key, (stamp, order, end) in _PAGES.items():
        listed = data.get(key)
        if item.kind != "immediate_response" or not isinstance(listed, list):
            continue
        times = [_time(entry.get(stamp)) for entry in listed if isinstance(entry, dict)]
        known = [time for time in times if time is not None]
        if known != sorted(known, reverse=True):
            yield Fault(order, f"{key} are not newest first", f"/data/{key}")
        if "hasMore" in data and isinstance(data.get("nextCursor"), str) != data["hasMore"]:
            what = f"hasMore {data['hasMore']} with nextCursor {data.get('nextCursor')!r}"
            yield Fault(end, what, "/data/nextCursor")


def _time(value: Json) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
