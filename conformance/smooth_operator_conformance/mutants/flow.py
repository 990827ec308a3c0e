"""Faults of order and number: an event missing, twice, too early, too late, or under another id."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from smooth_operator_conformance.mutants.tape import REMOVE, Rewrite, Tape, places, stored

STRANGER = "mutant-request"
"""A `requestId` that no scenario uses."""
LATE = ("stream_token", "stream_chunk", "eventual_response", "cancelled", "error")


def drop(tape: Tape, kind: str) -> Iterator[Rewrite]:
    """One event is never sent."""
    for index in tape.of_type(kind):
        key, value = tape.key(index), tape.value(index)
        if value.get("replay") or "seqFrom" in value:
            continue
        thinner = Tape(tape.without(tape.copies(index)), tape.surface)
        yield index, (thinner.shifted(*key, by=-1) if key else thinner).entries


def duplicate(tape: Tape, kind: str) -> Iterator[Rewrite]:
    """One event is sent twice; a logged one is logged twice."""
    for index in tape.of_type(kind):
        key, value = tape.key(index), tape.value(index)
        if value.get("replay") or "seqFrom" in value:
            continue
        if key is None:
            yield index, tape.inserted({index: value})
            continue
        roomy = tape.shifted(*key, by=1)
        again = {other: {**roomy.value(other), "seq": key[1] + 1} for other in tape.copies(index)}
        yield index, roomy.inserted(again)


def swap(tape: Tape, first: str, second: str) -> Iterator[Rewrite]:
    """Two neighbours change places; numbers stay where they were."""
    for index in tape.of_type(first):
        other = tape.next_on_socket(index)
        if other is None or tape.value(other)["type"] != second:
            continue
        a, b = _exchanged(tape.value(index), tape.value(other))
        if a == tape.value(index) and b == tape.value(other):
            continue
        values = {index: a, other: b}
        values.update(_elsewhere(tape, index, other))
        yield index, tape.replaced(values)


def _exchanged(first: dict[str, Any], second: dict[str, Any]) -> tuple[Any, Any]:
    """What stands first and second after the swap."""
    early, late = copy.deepcopy(second), copy.deepcopy(first)
    for key in ("seq", "timestamp"):
        if key in first and key in second:
            early[key], late[key] = first[key], second[key]
    return early, late


def _elsewhere(tape: Tape, index: int, other: int) -> dict[int, Any]:
    """The same swap on the other sockets that saw both events."""
    values: dict[int, Any] = {}
    if tape.key(index) is None or tape.key(other) is None:
        return values
    partners = {tape.entries[copy_].inbox: copy_ for copy_ in tape.copies(other)}
    for twin in tape.copies(index):
        partner = partners.get(tape.entries[twin].inbox)
        if twin != index and partner is not None:
            values[twin], values[partner] = _exchanged(tape.value(twin), tape.value(partner))
    return values


def append_late(tape: Tape, kind: str) -> Iterator[Rewrite]:
    """After the terminal event of a turn comes one more event of it."""
    for index in tape.frames:
        value = tape.value(index)
        if not _ends_turn(tape, value) or value.get("replay"):
            continue
        key = tape.key(index)
        roomy = tape.shifted(*key, by=1) if key else tape
        yield index, roomy.inserted({index: _late(tape, kind, value)})


def _ends_turn(tape: Tape, value: dict[str, Any]) -> bool:
    if value["type"] not in tape.surface.terminal or "requestId" not in value:
        return False
    code = value.get("error", {}).get("code")
    return value["type"] != "error" or code in tape.surface.fatal_codes


def _late(tape: Tape, kind: str, terminal: dict[str, Any]) -> dict[str, Any]:
    """A schema-valid event of the type, under the id of the turn that is over."""
    known = (tape.value(index) for index in tape.of_type(kind))
    turn = terminal["requestId"]
    fitting = next((v for v in known if v.get("requestId") == turn), None)
    if fitting is None and kind == "error":
        fitting = _turn_error(tape)
    late = copy.deepcopy(dict(fitting or tape.surface.examples[kind]))
    late = with_request_id(tape, late, turn)
    late["timestamp"] = terminal.get("timestamp", 0)
    for field in ("seq", "seqFrom", "replay", "conversationId"):
        late.pop(field, None)
    if "seq" in terminal:
        late["seq"], late["conversationId"] = terminal["seq"] + 1, terminal["conversationId"]
    return late


def _turn_error(tape: Tape) -> dict[str, Any]:
    """An error that ends turns: any other code would be an answer."""
    fatal = {"code": sorted(tape.surface.fatal_codes)[0], "message": "The turn failed."}
    return {
        "type": "error",
        "requestId": "",
        "error": fatal,
        "data": {"requestId": "", "error": fatal},
    }


def with_request_id(tape: Tape, value: dict[str, Any], new: Any) -> dict[str, Any]:
    """A frame under another id, at every level that repeats it; REMOVE takes it away."""
    for pair in [(("requestId",), ("requestId",)), *tape.surface.twins.get(value["type"], ())]:
        if pair[0] != ("requestId",):
            continue
        for place in places(value, pair[1]):
            value = stored(value, place, new)
    return value


def wrong_request_id(tape: Tape, kind: str) -> Iterator[Rewrite]:
    """One event carries an id that belongs to nothing."""
    yield from _renamed(tape, kind, STRANGER)


def no_request_id(tape: Tape, kind: str) -> Iterator[Rewrite]:
    """One event carries no id."""
    yield from _renamed(tape, kind, REMOVE)


def _renamed(tape: Tape, kind: str, new: Any) -> Iterator[Rewrite]:
    for index in tape.of_type(kind):
        if "requestId" not in tape.value(index):
            continue
        copies = tape.copies(index)
        values = {other: with_request_id(tape, tape.value(other), new) for other in copies}
        yield index, tape.replaced(values)
        if tape.value(index).get("replay"):
            # The log may keep the right id and the replay tell another.
            yield index, tape.replaced({index: values[index]})


def extra_key(tape: Tape, kind: str) -> Iterator[Rewrite]:
    """A key that no schema names."""
    for index in tape.of_type(kind):
        yield index, tape.replaced({index: {**tape.value(index), "mutant": True}})
