"""Rules about single frames: schema, twins, keys, capabilities, size; all from the contract."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from smooth_operator_conformance.laws.frames import MAX_FRAME
from smooth_operator_conformance.laws.view import Item
from smooth_operator_conformance.proxy import book
from smooth_operator_conformance.proxy.violations import Fault
from smooth_operator_conformance.schemas import Contract


@dataclass(frozen=True, slots=True)
class Context:
    """What the connection said before this frame."""

    declared: frozenset[str]
    """Capabilities of its hello."""
    exact: bool
    """The server said `welcome`: it knows the whole contract."""


def event_faults(contract: Contract, item: Item, context: Context) -> Iterator[Fault]:
    """What is wrong with a frame of the server by itself."""
    ref = contract.event_ref(item.kind)
    if ref is None:
        what = f"no event is called {item.kind}" if "type" in item.frame else "it has no type"
        yield Fault("HELLO-006", what, "/type")
        return
    for fault in contract.errors(ref, item.frame):
        yield Fault(book.of_event(item.kind, fault), f"{item.kind}: {fault.message}", fault.path)
    rules = contract.rules(ref)
    for said in rules.twin_faults(item.frame, exact=context.exact):
        yield Fault("FRAME-022", said, said.split(" ")[0])
    yield from _capability_faults(contract, item, context, ref)
    if context.exact:
        for said in rules.always_faults(item.frame):
            yield Fault("FRAME-012", said, said.split(" ")[0], level="contract")
    if item.kind == "error":
        yield from _code_faults(contract, item)


def _code_faults(contract: Contract, item: Item) -> Iterator[Fault]:
    code = item.object("error").get("code", item.object("data", "error").get("code"))
    if isinstance(code, str) and code not in contract.error_codes:
        yield Fault("ERR-002", f"the catalogue has no code {code}", "/error/code")


def _capability_faults(
    contract: Contract, item: Item, context: Context, ref: str
) -> Iterator[Fault]:
    for said in contract.rules(ref).capability_faults(item.frame, context.declared):
        yield Fault("HELLO-006", f"{item.kind}: {said}, which nobody declared", said.split(" ")[0])
    needed = contract.events[item.kind].get("capability")
    if needed is not None and needed not in context.declared:
        yield Fault("HELLO-006", f"{item.kind} without {needed}, which nobody declared", "/type")


def size_faults(size: int, *, binary: bool) -> Iterator[Fault]:
    """What is wrong with the message that carried an event."""
    if binary:
        yield Fault("FRAME-001", "an event in a binary frame")
    if size > MAX_FRAME:
        yield Fault("FRAME-008", f"a frame of {size:,} bytes")


def request_faults(contract: Contract, item: Item) -> Iterator[Fault]:
    """What is wrong with a frame of the client by itself."""
    action = item.frame.get("action")
    if not isinstance(action, str):
        yield Fault("ACTION-001", "a frame without an action", "/action", side="client")
    elif action not in contract.actions:
        yield Fault("ACTION-002", f"no action is called {action}", "/action", side="client")
    else:
        for fault in contract.errors(contract.actions[action]["request"], item.frame):
            what = f"{action}: {fault.message}"
            yield Fault(book.of_request(fault), what, fault.path, side="client")
    if action == "get_conversation_messages" and "before" in item.frame:
        what = "it pages with before, which published servers ignore"
        yield Fault("CLIENT-012", what, "/before", side="client")
