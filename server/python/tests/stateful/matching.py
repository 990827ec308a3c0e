"""Matching: an expected frame, exact in its keys, with cells for what only the server knows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


class Is:
    """Any value that passes a test."""

    def __init__(self, name: str, test: Callable[[Any], bool]) -> None:
        self.name = name
        self.test = test

    def __repr__(self) -> str:
        return f"<{self.name}>"


class Cell(Is):
    """A value that the first matching frame fixes for all later ones."""

    value: Any = None

    def __repr__(self) -> str:
        return f"<{self.name}={self.value}>"


def a_uuid(value: Any) -> bool:
    return isinstance(value, str) and UUID.fullmatch(value) is not None


def a_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


MS = Is("ms", lambda value: type(value) is int and value > 1_600_000_000_000)
CREATED = Is("iso", lambda value: isinstance(value, str) and ISO.fullmatch(value) is not None)
TEXT = Is("text", a_text)
STRING = Is("string", lambda value: isinstance(value, str))


def uuid_cell(name: str) -> Cell:
    return Cell(name, a_uuid)


def fixed(name: str, value: str) -> Cell:
    """A cell that is known from the start."""
    cell = Cell(name, a_text)
    cell.value = value
    return cell


def match(expected: Any, actual: Any) -> str | None:
    """None and all cells filled, or what is wrong and no cell touched."""
    found: list[tuple[Cell, Any]] = []
    problem = _compare(expected, actual, found, "")
    if problem is None:
        for cell, value in found:
            cell.value = value
    return problem


def _compare(expected: Any, actual: Any, found: list[tuple[Cell, Any]], path: str) -> str | None:
    if isinstance(expected, Cell) and expected.value is not None:
        expected = expected.value
    if isinstance(expected, Is):
        if not expected.test(actual):
            return f"{path}: {actual!r} is no {expected.name}"
        if isinstance(expected, Cell):
            if any(cell is expected and value != actual for cell, value in found):
                return f"{path}: {actual!r} differs within the frame"
            found.append((expected, actual))
        return None
    if type(expected) is not type(actual):
        return f"{path}: {actual!r} instead of {expected!r}"
    if isinstance(expected, dict):
        return _compare_objects(expected, actual, found, path)
    if isinstance(expected, list):
        if len(expected) != len(actual):
            return f"{path}: {len(actual)} elements instead of {len(expected)}"
        pairs = enumerate(zip(expected, actual, strict=True))
        return _first(_compare(one, other, found, f"{path}[{i}]") for i, (one, other) in pairs)
    return None if expected == actual else f"{path}: {actual!r} instead of {expected!r}"


def _compare_objects(
    expected: dict[str, Any], actual: dict[str, Any], found: list[tuple[Cell, Any]], path: str
) -> str | None:
    if expected.keys() != actual.keys():
        missing, more = expected.keys() - actual.keys(), actual.keys() - expected.keys()
        return f"{path}: missing {sorted(missing)}, more {sorted(more)}"
    return _first(
        _compare(value, actual[key], found, f"{path}.{key}") for key, value in expected.items()
    )


def _first(problems: Any) -> str | None:
    return next((problem for problem in problems if problem is not None), None)
