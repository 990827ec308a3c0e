"""Counts checks: one for each assertion written in a scenario, once per file.

A value that must be equal, an operator, a joined text, a close, a barrier, an `end`, an upgrade
that must fail: each is one. `$any` and `$skip` assert nothing about content and count nothing.
"""

from __future__ import annotations

from typing import Any

from smooth_operator_conformance.match.values import OPERATORS

Json = Any


def count_checks(steps: list[dict[str, Json]], cases: list[dict[str, Json]]) -> int:
    """Assertions of a whole file; matchers that come from the table count once a row."""
    total = sum(_step(step) for step in steps)
    return total + sum(_from_table(steps, row) for row in cases)


def _step(step: dict[str, Json]) -> int:
    if "expect" in step:
        expect = step["expect"]
        events = expect["events"] if isinstance(expect["events"], list) else []
        return sum(_event(event) for event in events) + bool(expect.get("end"))
    if "open" in step:
        return sum(key in step["open"] for key in ("refused", "hello", "selected"))
    if "get" in step:
        return sum(key in step["get"] for key in ("status", "body", "until", "responseHeaders"))
    return 0


def _event(event: Json) -> int:
    if isinstance(event, str):
        return 0
    if "$order" in event:
        return sum(_event(inner) for sequence in event["$order"] for inner in sequence)
    if "$many" in event:
        return 1 + ("text" in event) + _value(event["$many"])
    if "$skip" in event:
        return 0
    if "$tokens" in event:
        return 1 + ("frames" in event) + _value(event.get("each", {}))
    if "$closed" in event:
        return 1 + ("reason" in event)
    if "$barrier" in event:
        return 1
    return _value(event)


def _value(value: Json) -> int:
    if isinstance(value, dict):
        return sum(_field(key, inner) for key, inner in value.items())
    if isinstance(value, list):
        return 1 + sum(_value(inner) for inner in value)
    return 1


def _field(key: str, value: Json) -> int:
    if key in ("$any", "$as", "but"):
        return 0
    if key == "$same":
        return 1
    if key in ("$ends", "$has", "$json", "$in"):
        return max(1, _value(value))
    return 1 if key in OPERATORS else _value(value)


def _from_table(steps: list[dict[str, Json]], row: dict[str, Json]) -> int:
    """Matchers that the steps take from this row, by placeholder."""
    total = 0
    for step in steps:
        expect = step.get("expect")
        for name in _names(expect["events"]) if expect else ():
            value = row.get(name)
            inner = value if isinstance(value, list) else [value]
            total += sum(_event(e) if isinstance(e, dict) else 1 for e in inner if e is not None)
    return total


def _names(value: Json) -> list[str]:
    if isinstance(value, str) and value.startswith("{{case.") and value.endswith("}}"):
        return [value[len("{{case.") : -2]]
    if isinstance(value, dict):
        return [name for inner in value.values() for name in _names(inner)]
    if isinstance(value, list):
        return [name for inner in value for name in _names(inner)]
    return []
