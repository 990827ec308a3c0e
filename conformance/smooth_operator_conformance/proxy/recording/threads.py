"""Which frame of the server belongs to what: the reply to a frame, or an event of a turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from smooth_operator_conformance.laws.turns import PARKS, STREAM
from smooth_operator_conformance.proxy.recording.moments import Moment
from smooth_operator_conformance.schemas import Contract

Json = Any
_REPLIES = {
    "pong": "ping",
    "welcome": "hello",
    "otp_verified": "verify_otp",
    "otp_invalid": "verify_otp",
    "interaction_invalid": "submit_interaction",
}
ANSWERS_PARK = frozenset({"confirm_tool_action", "submit_interaction", "verify_otp"})


_MOST_OPEN = 64
"""Sends that may wait for their 202 at a time."""


@dataclass(slots=True, eq=False)
class Thread:
    """A turn: its send, its 202, what followed, and how it ended."""

    send: Moment
    request: str
    accepted: bool = False
    events: list[Moment] = field(default_factory=list)
    """Each event once, in order, wherever it was seen first."""
    end: Moment | None = None
    numbered: bool = False
    """Its own connection gets numbers, so that any connection's copy of an event is the event."""
    _seen: set[int] = field(default_factory=set)

    def add(self, moment: Moment) -> bool:
        """One more event; False when another connection has shown it before."""
        assert moment.item is not None
        seq = moment.item.frame.get("seq")
        if self.numbered and isinstance(seq, int):
            if seq in self._seen:
                return False
            self._seen.add(seq)
        elif moment.on != self.send.on:
            return False
        self.events.append(moment)
        return True


@dataclass(slots=True)
class Threads:
    """All of a recording: `turn_of` and `reply_to` by the moment's index."""

    turns: list[Thread] = field(default_factory=list)
    turn_of: dict[int, Thread] = field(default_factory=dict)
    counted: set[int] = field(default_factory=set)
    """Indexes of the events that turns are made of, each event once."""
    reply_to: dict[int, Moment] = field(default_factory=dict)
    replies: dict[int, list[Moment]] = field(default_factory=dict)
    """By the index of the frame that they answer."""
    strays: list[Moment] = field(default_factory=list)

    def alone(self, turn: Thread) -> bool:
        """No other turn ran while this one did."""
        first, last = turn.send.index, turn.end.index if turn.end is not None else None
        for other in self.turns:
            if other is turn or not other.accepted:
                continue
            over = other.end is not None and other.end.index < first
            if not over and (last is None or other.send.index < last):
                return False
        return True


class Sorter:
    """Sorts the frames of one set of connections; `ignored` are indexes that must not count."""

    def __init__(self, contract: Contract, ignored: set[int]) -> None:
        self._ends = contract.turn_errors
        self._ignored = ignored
        self._open: list[Moment] = []
        self._running: dict[str, Thread] = {}
        """The newest turn that was accepted under an id."""
        self._numbered: set[str] = set()
        """Connections that declared event_seq and were welcome."""
        self._again: list[Moment] = []
        """Sends that were answered as duplicates and may get the first one's end."""
        self._found = Threads()

    def sort(self, found: Sequence[Moment]) -> Threads:
        """Everything, in order."""
        for moment in found:
            if moment.deed == "send":
                self._sent(moment)
            elif moment.deed == "came" and moment.item is not None:
                self._came(moment)
        return self._found

    def _sent(self, moment: Moment) -> None:
        self._open.append(moment)
        if moment.item is not None and moment.item.action == "send_message":
            thread = Thread(moment, moment.item.request or "")
            thread.numbered = moment.on in self._numbered
            self._found.turns.append(thread)

    def _came(self, moment: Moment) -> None:
        item = moment.item
        assert item is not None
        thread = self._thread(moment)
        if item.kind == "immediate_response" and item.frame.get("status") == 202:
            asked = self._accepted(moment)
        elif thread is not None and thread.end is not None and self._repeats(moment):
            asked = self._again.pop()
        elif thread is not None and self._belongs(item.kind, moment):
            self._found.turn_of[moment.index] = thread
            late = moment.index in self._ignored or thread.end is not None
            if not late and thread.add(moment):
                self._found.counted.add(moment.index)
                if self._is_end(moment):
                    thread.end = moment
            return
        else:
            asked = self._asked(moment)
            if item.kind == "welcome" and asked is not None and asked.item is not None:
                supports = asked.item.frame.get("supports")
                if isinstance(supports, list) and "event_seq" in supports:
                    self._numbered.add(moment.on)
        if asked is None:
            if item.kind != "keepalive":
                self._found.strays.append(moment)
            return
        self._found.reply_to[moment.index] = asked
        self._found.replies.setdefault(asked.index, []).append(moment)

    def _thread(self, moment: Moment) -> Thread | None:
        assert moment.item is not None
        item = moment.item
        for thread in reversed(self._found.turns[-_MOST_OPEN:]) if "seq" in item.frame else ():
            # A watcher may be told before the sender has its 202.
            if thread.request == item.request and not thread.accepted:
                return thread
        return self._running.get(item.request or "")

    def _belongs(self, kind: str, moment: Moment) -> bool:
        return (kind in STREAM and kind != "keepalive") or self._is_end(moment)

    def _is_end(self, moment: Moment) -> bool:
        item = moment.item
        assert item is not None
        if item.kind == "error":
            asked = self._asked(moment, take=False)
            return item.object("error").get("code") in self._ends and asked is None
        return item.kind in ("eventual_response", "cancelled")

    def _repeats(self, moment: Moment) -> bool:
        """Whether it is the stored end of a turn, told to a duplicate of its send."""
        item = moment.item
        assert item is not None
        waiting = [m for m in self._again if m.on == moment.on]
        return bool(waiting) and "seq" not in item.frame and self._is_end(moment)

    def _accepted(self, moment: Moment) -> Moment | None:
        assert moment.item is not None
        for thread in self._found.turns[-_MOST_OPEN:]:
            fits = thread.request in ("", moment.item.request)
            if fits and not thread.accepted and thread.send.on == moment.on:
                if moment.item.object("data").get("duplicate") is True:
                    self._again.append(thread.send)
                    self._found.turns.remove(thread)
                    self._close(thread.send)
                    return thread.send
                thread.accepted, thread.request = True, moment.item.request or ""
                self._running[thread.request] = thread
                self._close(thread.send)
                return thread.send
        return None

    def _close(self, asked: Moment) -> None:
        if asked in self._open:
            self._open.remove(asked)

    def _asked(self, moment: Moment, *, take: bool = True) -> Moment | None:
        """The oldest frame without a reply that this one can answer."""
        item = moment.item
        assert item is not None
        mine = [asked for asked in self._open if asked.on == moment.on]
        fitting = [asked for asked in mine if _answers(item.kind, item.request, asked)]
        if not fitting and item.kind == "error" and item.request is None:
            # A refusal may hide the id: of a frame too odd to read, or not to end a turn by it.
            fitting = mine
        if fitting and take:
            self._open.remove(fitting[0])
        return fitting[0] if fitting else None


def _answers(kind: str, request: str | None, asked: Moment) -> bool:
    sent = asked.item
    if sent is None:
        return kind == "error" and request is None
    if (sent.request or None) != request or sent.action == "cancel":
        return False
    if kind == "immediate_response":
        return sent.action not in ("send_message", "ping", "hello", "verify_otp")
    return kind == "error" or _REPLIES.get(kind) == sent.action


def is_park(moment: Moment) -> bool:
    """Whether a turn waits after this event."""
    return moment.item is not None and moment.item.kind in PARKS
