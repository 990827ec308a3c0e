"""Rules about order that the published protocol shares: prompts before chunks, acks before results.

And those that only the contract makes: replies in frame order, one `seq` one event.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smooth_operator_conformance.laws.ordering import UNORDERED
from smooth_operator_conformance.laws.turns import (
    PARKS,
    chunk_tool,
    kept_alone,
    park_fits,
    park_tool,
)
from smooth_operator_conformance.laws.view import Item, Socket
from smooth_operator_conformance.proxy import book
from smooth_operator_conformance.proxy.violations import Fault

Json = Any
_ANSWERS = {"confirm_tool_action": "HITL-004", "submit_interaction": "CARD-004"}
REMEMBERED = 20_000
"""Numbered events that another connection's copy can still be compared with."""


class Prompts:
    """Prompts and the chunks of their calls, and the acks of their answers."""

    def __init__(self) -> None:
        self._steps: dict[str, list[Item]] = {}
        self._quiet: set[str] = set()
        self._waiting: dict[str | None, str] = {}
        """Answers to prompts that have no ack yet: requirement by request."""
        self._parked: dict[str, str] = {}
        """The tool that a turn last asked about."""

    def feed(self, item: Item, declared: frozenset[str]) -> Iterator[Fault]:
        """What is wrong with the next frame."""
        if item.sent:
            self._sent(item)
            return
        if item.kind in ("immediate_response", "error", "interaction_invalid"):
            self._waiting.pop(item.request, None)
        request = item.request or ""
        if item.kind in PARKS or (item.kind == "stream_chunk" and chunk_tool(item)[0]):
            yield from self._step(item, request, declared)
        elif item.kind in ("eventual_response", "cancelled", "error"):
            self._steps.pop(request, None)
            self._parked.pop(request, None)

    def _sent(self, item: Item) -> None:
        if item.action == "send_message" and item.request:
            quiet = item.frame.get("stream") is False
            (self._quiet.add if quiet else self._quiet.discard)(item.request)
        elif item.action in _ANSWERS and self._parked:
            self._waiting[item.request] = _ANSWERS[item.action]

    def _step(self, item: Item, request: str, declared: frozenset[str]) -> Iterator[Fault]:
        what, name = chunk_tool(item)
        if what == "toolResult" and self._waiting and name == self._parked.get(request):
            requirement = next(iter(self._waiting.values()))
            yield Fault(requirement, f"the result of {name} comes before the ack", "/type")
        steps = self._steps.setdefault(request, [])
        steps.append(item)
        before = len(steps) - 2
        if before >= 0 and steps[before].kind in PARKS:
            yield from self._prompt(steps, before, declared)
        if item.kind in PARKS:
            self._parked[request] = park_tool(item)
        # A prompt is compared with what this turn asked and showed, and no turn asks for ever.
        del steps[:-64]

    def _prompt(
        self, steps: list[Item], position: int, declared: frozenset[str]
    ) -> Iterator[Fault]:
        prompt = steps[position]
        socket = Socket(prompt.entry.inbox, steps, declared)
        if prompt.request in self._quiet or kept_alone(socket, prompt):
            return
        if not park_fits(socket, steps, position):
            name = park_tool(prompt)
            what = f"{prompt.kind} for {name} is not followed by the chunk of its call"
            yield Fault(book.PARKS[prompt.kind], what, "/type")


class ReplyOrder:
    """Replies to frames that start no turn leave in the order of the frames."""

    def __init__(self) -> None:
        self._asked: dict[str, int] = {}
        self._count = 0
        self._latest = (-1, "")

    def feed(self, item: Item) -> Iterator[Fault]:
        """What is wrong with the next frame."""
        if item.request is None:
            return
        if item.sent:
            self._count += 1
            if item.request in self._asked or item.action in UNORDERED:
                # Two frames of one id: nobody can say which of them is answered.
                self._asked.pop(item.request, None)
            else:
                self._asked[item.request] = self._count
            return
        place = self._asked.pop(item.request, None)
        if place is None:
            return
        if place < self._latest[0]:
            what = f"the answer to {item.request} comes after the answer to {self._latest[1]}"
            yield Fault("FRAME-019", what, "/requestId", level="contract")
        else:
            self._latest = (place, item.request)


class Copies:
    """One `seq` of a conversation is one event, on whatever socket; shared by all connections."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, int], Json] = {}

    def feed(self, item: Item) -> Iterator[Fault]:
        """What is wrong with the next frame of any connection."""
        seq, where = item.frame.get("seq"), item.frame.get("conversationId")
        if item.sent or not isinstance(seq, int) or not isinstance(where, str):
            return
        if "seqFrom" in item.frame:
            return
        bare = {key: value for key, value in item.frame.items() if key != "replay"}
        first = self._seen.setdefault((where, seq), bare)
        if first != bare:
            yield Fault("LOG-009", f"seq {seq} of {where} was another event before", "/seq")
        if len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]
