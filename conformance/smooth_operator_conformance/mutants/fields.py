"""Faults of value: one field of one event, or of one ack, says something else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from smooth_operator_conformance.mutants.surface import Leaf, Path_
from smooth_operator_conformance.mutants.tape import (
    REMOVE,
    Rewrite,
    Tape,
    fetch,
    places,
    stored,
)

OTHER_UUID = "00000000-0000-4000-8000-0000000d1e5e"
UUID = r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
UNCHANGED: Any = object()
"""Instead of a new value: the fault does not fit what stands there."""
Change = Callable[[Any], Any]


def alter(tape: Tape, leaf: Leaf, change: Change) -> Iterator[Rewrite]:
    """Every place where the leaf holds something that `change` changes."""
    for index in tape.of_subject(leaf.subject):
        for place in places(tape.value(index), leaf.path):
            new = change(fetch(tape.value(index), place))
            if new is UNCHANGED:
                continue
            values = {
                other: _everywhere(tape, tape.value(other), place, new)
                for other in tape.copies(index)
            }
            yield index, tape.replaced(values)


def _everywhere(
    tape: Tape, value: dict[str, Any], place: tuple[str | int, ...], new: Any
) -> dict[str, Any]:
    """The frame with the new value, also where a twin repeats it."""
    spots = [place]
    for original, repeated in tape.surface.twins.get(value["type"], ()):
        if place[: len(original)] == original:
            spots.append((*repeated, *place[len(original) :]))
    for spot in spots:
        if any(found == spot for found in places(value, tuple(map(_pattern, spot)))):
            value = stored(value, spot, new)
    return value


def _pattern(key: str | int) -> str:
    return "[]" if isinstance(key, int) else key


def flip(member: str | None, members: tuple[str, ...]) -> Change:
    """Negates a boolean, or makes one enum member the next one."""

    def change(value: Any) -> Any:
        if member is None:
            return not value if isinstance(value, bool) else UNCHANGED
        if value != member:
            return UNCHANGED
        return members[(members.index(member) + 1) % len(members)]

    return change


def nudge(by: int) -> Change:
    """Makes a number a little more or less."""

    def change(value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return UNCHANGED
        # A score between 0 and 1 must stay there, or the schema alone would notice.
        return round(value + by / 10, 6) if isinstance(value, float) else value + by

    return change


def later(by: int) -> Change:
    """Another millisecond of the same second: `…:02.417Z` becomes `…:02.418Z`."""

    def change(value: Any) -> Any:
        found = re.fullmatch(r"(.*[.])(\d{3})(Z)", value) if isinstance(value, str) else None
        if found is None:
            return UNCHANGED
        return f"{found[1]}{(int(found[2]) + by) % 1000:03}{found[3]}"

    return change


def cut(value: Any) -> Any:
    """Takes the last character off a text; an empty one gets one."""
    if not isinstance(value, str):
        return UNCHANGED
    return value[:-1] if value else "x"


def other(value: Any) -> Any:
    """Another id."""
    return OTHER_UUID if isinstance(value, str) else UNCHANGED


def shorten(value: Any) -> Any:
    """An array without its last item."""
    return value[:-1] if isinstance(value, list) and value else UNCHANGED


def reorder(value: Any) -> Any:
    """An array whose first two different items changed places."""
    if not isinstance(value, list):
        return UNCHANGED
    for index in range(1, len(value)):
        if value[index] != value[0]:
            return [value[index], *value[1:index], value[0], *value[index + 1 :]]
    return UNCHANGED


def remove(value: Any) -> Any:
    """The field is left out."""
    return REMOVE


def blend(value: Any) -> Any:
    """Any JSON, but not this: for fields that may hold anything."""
    if isinstance(value, dict):
        return {**value, "mutant": True}
    if isinstance(value, str):
        return value + "x"
    return {"mutant": value}


def skew(tape: Tape, kind: str, original: Path_, repeated: Path_) -> Iterator[Rewrite]:
    """The field that is said twice says something else the second time."""
    for index in tape.of_type(kind):
        value = tape.value(index)
        for place in places(value, repeated):
            if not any(places(value, original)):
                continue
            new = _different(fetch(value, place))
            values = {spot: stored(tape.value(spot), place, new) for spot in tape.copies(index)}
            yield index, tape.replaced(values)


def _different(value: Any) -> Any:
    if isinstance(value, str):
        return OTHER_UUID if re.fullmatch(UUID, value) else value + "x"
    if isinstance(value, dict) and isinstance(value.get("message"), str):
        return {**value, "message": value["message"] + "x"}
    return value + 1
