"""Rules about the frames of one connection in their order: turns, prompts, numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from smooth_operator_conformance.laws.sequence import Gaps
from smooth_operator_conformance.laws.turns import Turn, follow, is_terminal
from smooth_operator_conformance.laws.view import Item
from smooth_operator_conformance.proxy.violations import Fault
from smooth_operator_conformance.schemas import Contract

REMEMBERED = 64
"""Ended turns that a late event can still belong to."""
STREAMED = frozenset({"stream_token", "stream_reasoning", "stream_preamble", "stream_chunk"})


class Turns:
    """Follows the turns of one connection."""

    def __init__(self, contract: Contract, sessions: Mapping[str, str]) -> None:
        self.contract, self.sessions = contract, sessions
        self._turns: dict[str, Turn] = {}
        self._quiet: set[str] = set()
        self._gaps = Gaps(sessions)

    def feed(self, item: Item) -> Iterator[Fault]:
        """What is wrong with the next frame, given those before it."""
        if item.sent and item.action == "send_message" and item.request:
            quiet = item.frame.get("stream") is False
            (self._quiet.add if quiet else self._quiet.discard)(item.request)
        for turn, _, wrong in follow(self, self._turns, item):
            if wrong:
                what = f"turn {turn.request}: {wrong}"
                yield Fault(_broken(self, item, wrong), what, "/type")
            # The events of a turn are only asked for its first one.
            del turn.events[1:]
        for said in self._gaps.feed(item):
            yield Fault("LOG-002", said, "/seq")
        if not item.sent and item.kind in STREAMED and item.request in self._quiet:
            what = f"{item.kind} in a turn that was asked for with stream false"
            yield Fault("STREAM-005", what, "/type")
        self._forget()

    def _forget(self) -> None:
        if len(self._turns) <= 2 * REMEMBERED:
            return
        ended = [name for name, turn in self._turns.items() if turn.ended is not None]
        for name in ended[:-REMEMBERED]:
            del self._turns[name]
            self._quiet.discard(name)


def _broken(turns: Turns, item: Item, wrong: str) -> str:
    if "202" in wrong:
        return "TURN-001"
    return "TURN-004" if is_terminal(turns, item) else "TURN-005"
