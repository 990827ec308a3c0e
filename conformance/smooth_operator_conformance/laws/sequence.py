"""Laws about `seq`: gap-free within a subscription, and the same event on every socket."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from smooth_operator_conformance.laws.view import Item, Socket, View
from smooth_operator_conformance.records import Finding

Json = Any


def _conversation(item: Item) -> str | None:
    value = item.frame.get("conversationId")
    return value if isinstance(value, str) else None


def _range(item: Item) -> tuple[int, int] | None:
    last = item.frame.get("seq")
    first = item.frame.get("seqFrom", last)
    return (first, last) if isinstance(last, int) and isinstance(first, int) else None


def gap_free(view: View) -> Iterator[Finding]:
    """`seqFrom ?? seq` is the last seen plus one, from a subscription's first on."""
    for socket in view.sockets:
        yield from _gaps(view, socket, view.sessions)


@dataclass(slots=True)
class _Resume:
    """A `resume_stream` that waits for its ack."""

    conversation: str
    after: int | None


def _gaps(view: View, socket: Socket, sessions: dict[str, str]) -> Iterator[Finding]:
    expected: dict[str, int | None] = {}
    pending: dict[str | None, _Resume] = {}
    kept: dict[tuple[str, int], int] = {}
    for item in socket.items:
        if item.sent:
            if item.action == "resume_stream":
                conversation = sessions.get(str(item.frame.get("sessionId")), "")
                pending[item.request] = _Resume(conversation, item.frame.get("afterSeq"))
            continue
        if item.kind == "immediate_response" and item.request in pending:
            resume = pending.pop(item.request)
            expected[resume.conversation] = _start(resume, item.object("data"))
            kept.update(_kept_park(resume, item.object("data")))
            continue
        where, span = _conversation(item), _range(item)
        if where is None or span is None:
            continue
        wanted = expected.get(where)
        if wanted is not None and span[0] != wanted:
            message = f"conversation {where}: seq {span[0]} where {wanted} was due"
            yield view.finding("seq-gap-free", message, item.index)
        if span[0] > span[1]:
            yield view.finding("seq-gap-free", f"seqFrom {span[0]} above seq", item.index)
        expected[where] = kept.pop((where, span[1]), span[1] + 1)


def _start(resume: _Resume, ack: dict[str, Json]) -> int | None:
    """The first `seq` due after an ack; None where any may come."""
    if ack.get("truncated") is not False:
        return None
    first, last = ack.get("firstSeq"), ack.get("lastSeq")
    if not isinstance(first, int) or not isinstance(last, int):
        return None
    if not isinstance(resume.after, int) or isinstance(resume.after, bool):
        return last + 1
    return max(resume.after + 1, first)


def _kept_park(resume: _Resume, ack: dict[str, Json]) -> dict[tuple[str, int], int]:
    """Where a truncated replay goes on after an open prompt that the log kept alone."""
    park, first = ack.get("openParkSeq"), ack.get("firstSeq")
    if ack.get("truncated") is not True or not isinstance(park, int) or not isinstance(first, int):
        return {}
    return {(resume.conversation, park): first} if park < first else {}


def equal_everywhere(view: View) -> Iterator[Finding]:
    """One `seq` of a conversation is one event, on whatever socket and however often it comes."""
    seen: dict[tuple[str, int], Item] = {}
    for socket in view.sockets:
        for item in socket.received:
            conversation, span = _conversation(item), _range(item)
            if conversation is None or span is None or "seqFrom" in item.frame:
                continue
            first = seen.setdefault((conversation, span[1]), item)
            if first is not item and _bare(first.frame) != _bare(item.frame):
                message = f"seq {span[1]} of {conversation} is another event elsewhere"
                yield view.finding("seq-equal", message, item.index)


def named(view: View) -> Iterator[Finding]:
    """A numbered frame says which conversation it is of, one that an ack has told."""
    told = set(view.sessions.values())
    for socket in view.sockets:
        for item in socket.received:
            conversation = _conversation(item)
            if "seq" not in item.frame or (conversation is not None and conversation in told):
                continue
            if conversation is None or told:
                message = f"{item.kind} with seq is of conversation {conversation}"
                yield view.finding("seq-named", message, item.index)


def _bare(frame: dict[str, Json]) -> dict[str, Json]:
    return {key: value for key, value in frame.items() if key != "replay"}
