"""Laws about single frames and requests: their schema, twins, exact keys, capabilities, size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from smooth_operator_conformance.laws.view import Item, Socket, View
from smooth_operator_conformance.records import Finding

MAX_FRAME = 1_000_000
"""Bytes; published clients die above 1 MiB (decisions 1.9)."""
BINARY = "binary"
"""Note of a trace entry that was a binary frame."""
BODIES = {"tool": "domain/tool-invocation.schema.json", "otp": "domain/otp-delivery.schema.json"}


def _received(view: View) -> Iterator[tuple[Socket, Item, str | None]]:
    for socket in view.sockets:
        for item in socket.received:
            yield socket, item, view.contract.event_ref(item.kind)


def schema(view: View) -> Iterator[Finding]:
    """Every frame is an object, valid against the schema of its type, which the catalogue knows."""
    for index, entry in enumerate(view.entries):
        if entry.kind == "frame" and entry.direction == "in" and not isinstance(entry.value, dict):
            yield view.finding("schema", "a frame is no JSON object", index, kind="schema")
    for _, item, ref in _received(view):
        faults = view.contract.faults(ref, item.frame) if ref else [f"unknown type {item.kind}"]
        code = item.object("error").get("code") if item.kind == "error" else None
        if isinstance(code, str) and code not in view.contract.error_codes:
            faults = [*faults, f"the catalogue has no code {code}"]
        if faults:
            message = f"{item.kind} {'; '.join(faults)}"
            yield view.finding("schema", message, item.index, kind="schema")


def twins(view: View) -> Iterator[Finding]:
    """What is said twice is said alike."""
    for _, item, ref in _received(view):
        rules = view.contract.rules(ref) if ref else None
        for fault in rules.twin_faults(item.frame, exact=view.exact) if rules else ():
            yield view.finding("twins", f"{item.kind} {fault}", item.index)


def always(view: View) -> Iterator[Finding]:
    """Our servers send optional keys that readers rely on."""
    for _, item, ref in _received(view) if view.exact else ():
        for fault in view.contract.rules(ref).always_faults(item.frame) if ref else ():
            yield view.finding("always-sent", f"{item.kind} {fault}", item.index)


def capabilities(view: View) -> Iterator[Finding]:
    """Nothing of a capability reaches a connection that did not declare it."""
    for socket, item, ref in _received(view):
        if ref is None:
            continue
        faults = list(view.contract.rules(ref).capability_faults(item.frame, socket.declared))
        needed = view.contract.events[item.kind].get("capability")
        if needed is not None and needed not in socket.declared:
            faults.append(f"the event itself, without {needed}")
        for fault in faults:
            yield view.finding("capabilities", f"{item.kind} {fault}", item.index)


def acks(view: View) -> Iterator[Finding]:
    """The data of an ack has the shape that the answered action names."""
    for socket in view.sockets:
        asked: defaultdict[str | None, list[str]] = defaultdict(list)
        for item in socket.items:
            if item.sent:
                if item.action in view.contract.actions:
                    asked[item.request].append(item.action)
            elif item.kind == "immediate_response":
                yield from _ack(view, item, asked[item.request])


def _ack(view: View, item: Item, actions: list[str]) -> Iterator[Finding]:
    status = 202 if item.frame.get("status") == 202 else 200
    refs = [r for r in (view.contract.answer_ref(a, status) for a in actions) if r]
    faults = [_ack_faults(view, ref, item) for ref in refs]
    if faults and all(faults):
        yield view.finding("acks", f"data {'; '.join(faults[0])}", item.index)
    elif view.exact and refs:
        data = item.frame.get("data")
        left = [list(view.contract.rules(ref).always_faults(data)) for ref in refs]
        if all(left):
            yield view.finding("always-sent", f"data {'; '.join(left[0])}", item.index)
    if not faults and actions:
        yield view.finding("acks", f"status {status} answers no {actions[0]}", item.index)


def _ack_faults(view: View, ref: str, item: Item) -> list[str]:
    return view.contract.faults(ref, item.frame.get("data"))


def requests(view: View) -> Iterator[Finding]:
    """What the server sends to tools and to the delivery service fits the contract too."""
    for index, entry in enumerate(view.entries):
        ref = BODIES.get(entry.inbox.split(":")[0]) if entry.kind == "http" else None
        if ref is None or entry.direction == "out":
            continue
        value = entry.value
        if isinstance(value, dict):
            value = {key: inner for key, inner in value.items() if key != "$headers"}
        faults = view.contract.faults(ref, value)
        if faults:
            yield view.finding("requests", "; ".join(faults), index)


def size(view: View) -> Iterator[Finding]:
    """No frame is larger than published clients can read."""
    for socket in view.sockets:
        for item in socket.received:
            # The socket notes the size of every large frame.
            note = item.entry.note
            if note.isdigit() and int(note) > MAX_FRAME:
                yield view.finding("frame-size", f"{item.kind} of {note} bytes", item.index)


def text(view: View) -> Iterator[Finding]:
    """Every event is a text frame: browsers hand anything else over as bytes."""
    for socket in view.sockets:
        for item in socket.received:
            if item.entry.note == BINARY:
                yield view.finding("text-frames", f"{item.kind} in a binary frame", item.index)


def harness(view: View) -> Iterator[Finding]:
    """The runner itself sends valid frames, unless the scenario says that one is wrong."""
    for socket in view.sockets:
        for item in socket.items:
            action = item.action
            if not item.sent or item.entry.note == "wrong" or action not in view.contract.actions:
                continue
            ref = view.contract.actions[action]["request"]
            faults = view.contract.faults(ref, item.frame)
            if faults:
                message = f"the scenario sends a bad {action}: {'; '.join(faults)}"
                yield view.finding("harness", message, item.index, blame="scenario")
