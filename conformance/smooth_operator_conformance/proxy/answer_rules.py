"""Rules about answers: which frame they answer, and whether their shape is that action's."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator

from smooth_operator_conformance.laws.view import Item
from smooth_operator_conformance.proxy import book
from smooth_operator_conformance.proxy.violations import Fault
from smooth_operator_conformance.schemas import Contract

REMEMBERED = 256
"""Ids of requests that an answer can still name."""


class Answers:
    """Remembers what a connection asked and looks at what comes back."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._actions: defaultdict[str | None, list[str]] = defaultdict(list)
        self._order: deque[str | None] = deque()

    def asked(self, item: Item) -> None:
        """A frame of the client."""
        if item.action not in self._contract.actions:
            return
        self._actions[item.request].append(item.action)
        self._order.append(item.request)
        if len(self._order) > REMEMBERED:
            old = self._order.popleft()
            del self._actions[old][0]
            if not self._actions[old]:
                del self._actions[old]

    def answered(self, item: Item, *, exact: bool) -> Iterator[Fault]:
        """What is wrong with a frame of the server as an answer."""
        if item.kind == "immediate_response":
            actions = self._actions.get(item.request, [])
            if actions:
                yield from self._ack(item, actions, exact=exact)

    def _ack(self, item: Item, actions: list[str], *, exact: bool) -> Iterator[Fault]:
        """The data of an ack has the shape that one of the actions under its id names."""
        status = 202 if item.frame.get("status") == 202 else 200
        found = [(a, self._contract.answer_ref(a, status)) for a in dict.fromkeys(actions)]
        named = [(action, ref) for action, ref in found if ref is not None]
        if not named:
            what = f"status {status} answers no {actions[0]}"
            yield Fault("ACTION-003", what, "/status")
            return
        data = item.frame.get("data")
        wrong = [(action, self._contract.errors(ref, data)) for action, ref in named]
        if all(faults for _, faults in wrong):
            action, faults = wrong[0]
            for fault in faults:
                path = f"/data{fault.path}".rstrip("/")
                yield Fault(book.of_answer(action, fault), f"{action}: {fault.message}", path)
        elif exact:
            left = [(a, list(self._contract.rules(ref).always_faults(data))) for a, ref in named]
            if all(faults for _, faults in left):
                action, said = left[0]
                requirement = book.ANSWERS.get(action, "ACTION-003")
                what = f"{action}: {'; '.join(said)}"
                yield Fault(requirement, what, "/data", level="contract")
