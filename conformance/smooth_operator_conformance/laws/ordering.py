"""Law about replies: those to non-turn frames of one connection leave in frame order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from smooth_operator_conformance.laws.view import Socket, View
from smooth_operator_conformance.records import Finding

UNORDERED = frozenset({"send_message", "cancel"})
"""A send may wait for a probe or a lookup; a cancel is answered by its turn."""


def reply_order(view: View) -> Iterator[Finding]:
    """The first answers of two frames come in the order of the frames."""
    for socket in view.sockets:
        yield from _of(view, socket)


def _of(view: View, socket: Socket) -> Iterator[Finding]:
    ids = Counter(item.request for item in socket.items if item.sent and item.request)
    asked: dict[str, int] = {}
    answered: set[str] = set()
    latest, latest_id = -1, ""
    for item in socket.items:
        request = item.request
        if request is None:
            continue
        if item.sent:
            if ids[request] == 1 and item.action not in UNORDERED:
                asked[request] = item.index
        elif request in asked and request not in answered:
            answered.add(request)
            if asked[request] < latest:
                message = f"the answer to {request} comes after the answer to {latest_id}"
                yield view.finding("reply-order", message, item.index)
            elif asked[request] > latest:
                latest, latest_id = asked[request], request
