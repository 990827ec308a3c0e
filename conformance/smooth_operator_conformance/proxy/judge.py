"""Judges one connection while it runs: every frame by itself and in its order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from smooth_operator_conformance.laws.view import Item
from smooth_operator_conformance.proxy.answer_rules import Answers
from smooth_operator_conformance.proxy.book import sentences
from smooth_operator_conformance.proxy.content_rules import Replies, page_faults
from smooth_operator_conformance.proxy.frame_rules import (
    Context,
    event_faults,
    request_faults,
    size_faults,
)
from smooth_operator_conformance.proxy.order_rules import Copies, Prompts, ReplyOrder
from smooth_operator_conformance.proxy.turn_rules import Turns
from smooth_operator_conformance.proxy.violations import Fault, Violation
from smooth_operator_conformance.records import TraceEntry
from smooth_operator_conformance.schemas import Contract

Json = Any


class Judge:
    """One connection. Shared by all: `sessions` (sessionId to conversationId) and `copies`."""

    def __init__(
        self, name: str, contract: Contract, sessions: dict[str, str], copies: Copies
    ) -> None:
        self._name, self._contract, self._sessions = name, contract, sessions
        self._copies, self._prompts = copies, Prompts()
        self._order, self._replies = ReplyOrder(), Replies()
        self._turns = Turns(contract, sessions)
        self._answers = Answers(contract)
        self._declared: frozenset[str] = frozenset()
        self._offered: frozenset[str] = frozenset()
        self._exact = False

    def request(self, entry: TraceEntry, index: int, *, binary: bool) -> list[Violation]:
        """A frame of the client."""
        if binary:
            faults: Iterable[Fault] = [_client("FRAME-004", "a frame in binary")]
        elif isinstance(entry.value, str):
            faults = [_client("FRAME-002", "a frame that is no JSON")]
        elif not isinstance(entry.value, dict):
            faults = [_client("FRAME-003", "a frame that is no JSON object")]
        else:
            faults = self._requested(Item(index, entry, entry.value))
        return [self._violation(fault, entry, index) for fault in faults]

    def _requested(self, item: Item) -> Iterator[Fault]:
        if item.action == "hello":
            supports = item.frame.get("supports")
            named = supports if isinstance(supports, list) else []
            self._offered = frozenset(name for name in named if isinstance(name, str))
        yield from request_faults(self._contract, item)
        yield from self._in_order(item)
        self._answers.asked(item)

    def event(
        self, entry: TraceEntry, index: int, *, size: int, binary: bool, leak: bool
    ) -> list[Violation]:
        """A frame of the server; `leak`: it shows a secret that this proxy has seen."""
        faults = list(size_faults(size, binary=binary))
        if leak:
            faults.append(Fault("ERR-005", "a credential of the client appears in a frame"))
        if isinstance(entry.value, dict):
            faults.extend(self._answered(Item(index, entry, entry.value)))
        else:
            faults.append(Fault("FRAME-001", "a frame that is no JSON object"))
        return [self._violation(fault, entry, index) for fault in faults]

    def _answered(self, item: Item) -> Iterator[Fault]:
        if item.kind == "welcome":
            self._exact, self._declared = True, self._offered
        data = item.object("data")
        if isinstance(data.get("sessionId"), str) and isinstance(data.get("conversationId"), str):
            self._sessions[data["sessionId"]] = data["conversationId"]
        context = Context(self._declared, self._exact)
        yield from event_faults(self._contract, item, context)
        yield from self._answers.answered(item, exact=self._exact)
        yield from page_faults(item)
        yield from self._in_order(item)

    def _in_order(self, item: Item) -> Iterator[Fault]:
        """What the frames before it say about a frame of either side."""
        yield from self._turns.feed(item)
        yield from self._prompts.feed(item, self._declared)
        yield from self._order.feed(item)
        yield from self._replies.feed(item)
        yield from self._copies.feed(item)

    def _violation(self, fault: Fault, entry: TraceEntry, index: int) -> Violation:
        return Violation(
            requirement=fault.requirement,
            sentence=sentences().get(fault.requirement, ""),
            what=fault.what,
            path=fault.path,
            side=fault.side,
            connection=self._name,
            entry=index,
            frame=entry.value,
            binding=fault.level == "published" or self._exact,
        )


def _client(requirement: str, what: str) -> Fault:
    return Fault(requirement, what, side="client")
