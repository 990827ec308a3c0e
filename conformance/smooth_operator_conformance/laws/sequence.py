"""Laws about `seq`: gap-free within a subscription, and the same event on every socket."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from smooth_operator_conformance.laws.view import Item, View
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
        gaps = Gaps(view.sessions)
        for item in socket.items:
            for fault in gaps.feed(item):
                yield view.finding("seq-gap-free", fault, item.index)


@dataclass(slots=True)
class _Resume:
    """A `resume_stream` that waits for its ack."""

    conversation: str
    after: int | None


class Gaps:
    """Follows the numbers of one socket, frame by frame."""

    def __init__(self, sessions: Mapping[str, str]) -> None:
        self._sessions = sessions
        self._expected: dict[str, int | None] = {}
        self._pending: dict[str | None, _Resume] = {}
        self._kept: dict[tuple[str, int], int] = {}

    def feed(self, item: Item) -> Iterator[str]:
        """What is wrong with the number of the next frame."""
        if item.sent:
            if item.action == "resume_stream":
                conversation = self._sessions.get(str(item.frame.get("sessionId")), "")
                self._pending[item.request] = _Resume(conversation, item.frame.get("afterSeq"))
            return
        if item.kind == "immediate_response" and item.request in self._pending:
            resume = self._pending.pop(item.request)
            self._expected[resume.conversation] = _start(resume, item.object("data"))
            self._kept.update(_kept_park(resume, item.object("data")))
            return
        where, span = _conversation(item), _range(item)
        if where is None or span is None:
            return
        wanted = self._expected.get(where)
        if wanted is not None and span[0] != wanted:
            yield f"conversation {where}: seq {span[0]} where {wanted} was due"
        if span[0] > span[1]:
            yield f"seqFrom {span[0]} above seq"
        self._expected[where] = self._kept.pop((where, span[1]), span[1] + 1)


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
