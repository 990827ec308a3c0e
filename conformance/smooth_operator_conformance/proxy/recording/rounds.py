"""Rounds: what the client did at a stretch, and what came until it did something again.

In a replay the model answers at once, so that a turn would be over before the client's next frame.
Where the client did something while a turn ran, the turn is therefore held: a gate stands in the
model's script at the place that the turn had reached, and is opened when the frame is answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from smooth_operator_conformance.proxy.recording.moments import Moment
from smooth_operator_conformance.proxy.recording.script import called
from smooth_operator_conformance.proxy.recording.threads import (
    ANSWERS_PARK,
    Thread,
    Threads,
    is_park,
)

PROMPT = frozenset({"turn_started", "park_resolved"})
"""Events that come at once, whatever the model does."""


@dataclass(slots=True)
class Round:
    """Deeds in order, then what came, in order."""

    deeds: list[Moment] = field(default_factory=list)
    came: list[Moment] = field(default_factory=list)
    held: dict[int, Hold] = field(default_factory=dict)
    """Turns that stand still during it, by the index of their send."""
    released: list[Hold] = field(default_factory=list)
    """Holds that end once the deeds are answered."""
    late: set[int] = field(default_factory=set)
    """Indexes of events that outran a cancel; a turn that stands still has none."""


@dataclass(slots=True, eq=False)
class Hold:
    """A turn standing still."""

    thread: Thread
    position: int
    gate: str


def rounds(found: Sequence[Moment], threads: Threads) -> list[Round]:
    """All rounds; a call's chunk belongs where its prompt came, even if the answer was faster."""
    made: list[Round] = []
    prompted: dict[int, Round] = {}
    for moment in found:
        if moment.ours:
            if not made or made[-1].came:
                made.append(Round())
            made[-1].deeds.append(moment)
            continue
        if not made:
            made.append(Round())
        thread = threads.turn_of.get(moment.index)
        home = made[-1]
        if thread is not None:
            earlier = prompted.pop(thread.send.index, None)
            if earlier is not None and _goes_with_prompt(moment):
                home = earlier
            if is_park(moment):
                prompted[thread.send.index] = home
        home.came.append(moment)
    return made


def _goes_with_prompt(moment: Moment) -> bool:
    return bool(called(moment)) or (moment.item is not None and moment.item.kind == "otp_sent")


class Holder:
    """Finds out which turns must be held where."""

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self._running: dict[int, Thread] = {}
        self._parked: set[int] = set()
        self._passed: dict[int, int] = {}
        """How many events of a turn have come."""
        self._holds: dict[int, Hold] = {}
        self._cancelling: set[int] = set()
        self.all: list[Hold] = []

    def plan(self, made: Sequence[Round]) -> list[Hold]:
        """Fill in the rounds' holds; all holds, those that never end included."""
        starts = {thread.send.index: thread for thread in self._threads.turns if thread.accepted}
        for round_ in made:
            self._deeds(round_, starts)
            self._came(round_)
        for key, thread in self._running.items():
            if key not in self._parked and key not in self._holds:
                self._hold(thread, len(thread.events))
        return self.all

    def _deeds(self, round_: Round, starts: dict[int, Thread]) -> None:
        moving = {key for key in self._running if key not in self._parked}
        for deed in round_.deeds:
            if deed.deed == "open":
                continue
            for key in moving - set(self._holds):
                thread = self._running[key]
                self._hold(thread, self._place(thread))
            if deed.item is not None and deed.item.action == "cancel":
                self._cancelling |= {key for key in self._running if _is_cancelled(key, starts)}
            if deed.index in starts:
                self._running[deed.index] = starts[deed.index]
                self._passed[deed.index] = 0
                moving.add(deed.index)
            elif self._unparks(deed):
                moving |= self._parked
                self._parked.clear()
        round_.held = dict(self._holds)

    def _unparks(self, deed: Moment) -> bool:
        """Whether a deed is an answer that a prompt took."""
        if deed.item is None or deed.item.action not in ANSWERS_PARK:
            return False
        replies = self._threads.replies.get(deed.index, [])
        kinds = {reply.item.kind for reply in replies if reply.item is not None}
        return bool(kinds & {"immediate_response", "otp_verified"})

    def _place(self, thread: Thread) -> int:
        """Where the turn stands: behind what comes by itself."""
        position = self._passed[thread.send.index]
        while position < len(thread.events):
            item = thread.events[position].item
            if item is None or item.kind not in PROMPT:
                break
            position += 1
        return position

    def _hold(self, thread: Thread, position: int) -> None:
        hold = Hold(thread, position, f"g{len(self.all) + 1}")
        self._holds[thread.send.index] = hold
        self.all.append(hold)

    def _came(self, round_: Round) -> None:
        for moment in round_.came:
            thread = self._threads.turn_of.get(moment.index)
            key = thread.send.index if thread is not None else -1
            if thread is None or moment.index not in self._threads.counted:
                continue
            hold = self._holds.get(key)
            self._passed[key] += 1
            over = hold is not None and self._passed[key] > hold.position
            if over and key not in self._cancelling:
                round_.released.append(self._holds.pop(key))
            elif over and moment is not thread.end:
                round_.late.add(moment.index)
            if is_park(moment):
                self._parked.add(key)
            if moment is thread.end:
                del self._running[key]
                self._holds.pop(key, None)
                self._parked.discard(key)


def _is_cancelled(key: int, turns: Mapping[int, Thread]) -> bool:
    end = turns[key].end
    return end is not None and end.item is not None and end.item.kind == "cancelled"
