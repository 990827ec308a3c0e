"""Reading configuration: every problem is noted with the JSON path of its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Problem:
    """One line for the operator: where, and why."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class Place:
    """A place in the document. Its children share one list of problems."""

    __slots__ = ("path", "problems")

    def __init__(self, path: str = "$", problems: list[Problem] | None = None) -> None:
        self.path = path
        self.problems: list[Problem] = [] if problems is None else problems

    def at(self, key: str | int) -> Place:
        if isinstance(key, int):
            step = f"[{key}]"
        elif _PLAIN_KEY.fullmatch(key):
            step = f".{key}"
        else:
            step = f"[{key!r}]"
        return Place(self.path + step, self.problems)

    def refuse(self, reason: str) -> None:
        self.problems.append(Problem(self.path, reason))


Reader: TypeAlias = Callable[[Any, Place], Any]
"""Gives the value it read, or notes a problem and gives None."""


@dataclass(frozen=True, slots=True)
class Key:
    """How one key of an object is read."""

    read: Reader
    required: bool = False


def record(keys: Mapping[str, Key]) -> Reader:
    """An object with exactly these keys; gives a dict of those that are there and fit."""

    def read(value: Any, place: Place) -> dict[str, Any]:
        if not isinstance(value, dict):
            place.refuse("must be an object")
            return {}
        for name in value.keys() - keys.keys():
            place.at(name).refuse("unknown key")
        found = {}
        for name, key in keys.items():
            if name in value:
                found[name] = key.read(value[name], place.at(name))
            elif key.required:
                place.at(name).refuse("is required")
        return {name: item for name, item in found.items() if item is not None}

    return read


def listing(item: Reader, *, least: int = 0, most: int | None = None) -> Reader:
    """An array; gives a tuple, with None where an item did not fit."""

    def read(value: Any, place: Place) -> tuple[Any, ...]:
        if not isinstance(value, list):
            place.refuse("must be a list")
            return ()
        if len(value) < least:
            place.refuse(f"must hold at least {least}")
        if most is not None and len(value) > most:
            place.refuse(f"must hold at most {most}")
        return tuple(item(entry, place.at(index)) for index, entry in enumerate(value))

    return read


def mapping(item: Reader, *, names: Callable[[str], str | None] = lambda name: None) -> Reader:
    """An object with free keys; `names` says what is wrong with one, or None."""

    def read(value: Any, place: Place) -> dict[str, Any]:
        if not isinstance(value, dict):
            place.refuse("must be an object")
            return {}
        found = {}
        for name, entry in value.items():
            if reason := names(name):
                place.at(name).refuse(reason)
            else:
                found[name] = item(entry, place.at(name))
        return {name: entry for name, entry in found.items() if entry is not None}

    return read


def text(value: Any, place: Place) -> str | None:
    if isinstance(value, str):
        return value
    place.refuse("must be a string")
    return None


def name(value: Any, place: Place) -> str | None:
    """A string that is not empty."""
    if value == "":
        place.refuse("must not be empty")
    return text(value, place)


def matching(pattern: str, reason: str) -> Reader:
    compiled = re.compile(pattern)

    def read(value: Any, place: Place) -> str | None:
        if isinstance(value, str) and compiled.fullmatch(value):
            return value
        place.refuse(reason)
        return None

    return read


def one_of(*choices: str) -> Reader:
    def read(value: Any, place: Place) -> str | None:
        if isinstance(value, str) and value in choices:
            return value
        place.refuse(f"must be one of {', '.join(choices)}")
        return None

    return read


def integer(least: int) -> Reader:
    def read(value: Any, place: Place) -> int | None:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
            place.refuse("must be an integer")
            return None
        if value < least:
            place.refuse(f"must be at least {least}")
            return None
        return int(value)

    return read


def flag(value: Any, place: Place) -> bool | None:
    if isinstance(value, bool):
        return value
    place.refuse("must be true or false")
    return None


def distinct(values: list[tuple[Any, Place]], what: str) -> None:
    """Note every value that was there before."""
    seen: dict[Any, str] = {}
    for value, place in values:
        if value is None:
            continue
        if value in seen:
            place.refuse(f"{what} is taken by {seen[value]}")
        else:
            seen[value] = place.path
