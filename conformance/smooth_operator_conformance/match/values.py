"""Value matchers: one expected value against one actual value.

Objects are partial, arrays exact in length, numbers compare by value, `null` is not absent. What
`$as` remembers goes to `found`; the caller keeps it only if the whole match succeeds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

Json = Any


class _Absent:
    """Nothing is there; tells a missing key from `null`."""

    def __repr__(self) -> str:
        return "absent"


ABSENT: Final = _Absent()
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")
_MS_FROM, _MS_TO = 1_600_000_000_000, 4_000_000_000_000
"""Milliseconds that may be a time of this age: wide, so that old traces still match."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The first place where expected and actual part ways."""

    path: str
    expected: Json
    actual: Json
    why: str = ""

    def __str__(self) -> str:
        said = self.why or f"expected {short(self.expected)}, got {short(self.actual)}"
        return f"{self.path or '/'}: {said}"


def short(value: Json, limit: int = 200) -> str:
    """A value as one short line for a person."""
    if value is ABSENT:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def is_number(value: Json) -> bool:
    """A JSON number; booleans are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


@lru_cache(maxsize=4096)
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


_TYPES: Mapping[str, Callable[[Json], bool]] = {
    "string": lambda v: isinstance(v, str),
    "integer": lambda v: is_number(v) and float(v).is_integer(),
    "number": is_number,
    "boolean": lambda v: isinstance(v, bool),
    "null": lambda v: v is None,
    "array": lambda v: isinstance(v, list),
    "object": lambda v: isinstance(v, dict),
    "uuid": lambda v: isinstance(v, str) and _UUID.match(v) is not None,
    "iso": lambda v: isinstance(v, str) and _ISO.match(v) is not None,
    "ms": lambda v: isinstance(v, int) and not isinstance(v, bool) and _MS_FROM < v < _MS_TO,
}
TYPES: Final = frozenset(_TYPES)

Found = dict[str, Json]


class Matcher:
    """Matches values for one scope of remembered ones; `found` collects what `$as` names."""

    __slots__ = ("found", "known")

    def __init__(self, known: Mapping[str, Json]) -> None:
        self.known = known
        self.found: Found = {}

    def match(self, expected: Json, actual: Json, path: str = "") -> Mismatch | None:
        """None when it fits, else the first difference."""
        if isinstance(expected, dict):
            return self._mapping(expected, actual, path)
        if isinstance(expected, list):
            return self._array(expected, actual, path)
        return None if equal(expected, actual) else Mismatch(path, expected, actual)

    def _mapping(self, expected: dict[str, Json], actual: Json, path: str) -> Mismatch | None:
        plain, name = False, None
        for key, value in expected.items():
            operator = OPERATORS.get(key)
            if operator is not None:
                wrong = operator(self, value, actual, path)
                if wrong is not None:
                    return wrong
            elif key == "$same":
                wrong = self._same(value, expected.get("but", ()), actual, path)
                if wrong is not None:
                    return wrong
            elif key == "$as":
                name = value
            elif key != "but" or "$same" not in expected:
                plain = True
        if plain or not expected:
            wrong = self._fields(expected, actual, path)
            if wrong is not None:
                return wrong
        if name is None:
            return None
        if actual is ABSENT:
            return Mismatch(path, expected, actual)
        self.found[name] = actual
        return None

    def _fields(self, expected: dict[str, Json], actual: Json, path: str) -> Mismatch | None:
        if not isinstance(actual, dict):
            return Mismatch(path, expected, actual)
        for key, value in expected.items():
            if key in OPERATORS or key in ("$as", "$same"):
                continue
            if key == "but" and "$same" in expected:
                continue
            wrong = self.match(value, actual.get(key, ABSENT), f"{path}/{key}")
            if wrong is not None:
                return wrong
        return None

    def _array(self, expected: list[Json], actual: Json, path: str) -> Mismatch | None:
        if not isinstance(actual, list):
            return Mismatch(path, expected, actual)
        if len(actual) != len(expected):
            why = f"expected {len(expected)} elements, got {len(actual)}: {short(actual)}"
            return Mismatch(path, expected, actual, why)
        for index, value in enumerate(expected):
            wrong = self.match(value, actual[index], f"{path}/{index}")
            if wrong is not None:
                return wrong
        return None

    def _same(self, name: str, but: Json, actual: Json, path: str) -> Mismatch | None:
        known = self.found.get(name, self.known.get(name, ABSENT))
        left, right = _without(known, but), _without(actual, but)
        if known is not ABSENT and equal(left, right):
            return None
        return difference(left, right, path) or Mismatch(path, known, actual)


def equal(left: Json, right: Json) -> bool:
    """Deep equality; numbers by value, booleans are no numbers."""
    if isinstance(left, dict):
        return (
            isinstance(right, dict)
            and left.keys() == right.keys()
            and all(equal(value, right[key]) for key, value in left.items())
        )
    if isinstance(left, list):
        return isinstance(right, list) and len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right) if left is not ABSENT else right is ABSENT


def difference(left: Json, right: Json, path: str) -> Mismatch | None:
    """The first place where two values are not equal."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in [*left, *(k for k in right if k not in left)]:
            found = difference(left.get(key, ABSENT), right.get(key, ABSENT), f"{path}/{key}")
            if found is not None:
                return found
        return None
    return None if equal(left, right) else Mismatch(path, left, right)


def _without(value: Json, paths: Json) -> Json:
    """A copy without the dotted paths; transport headers of a request never count."""
    if not isinstance(value, dict):
        return value
    copy = {key: item for key, item in value.items() if key != "$headers"}
    for path in paths:
        head, _, rest = path.partition(".")
        if rest and head in copy:
            copy[head] = _without(copy[head], [rest])
        elif not rest:
            copy.pop(head, None)
    return copy


def _any(self: Matcher, _: Json, actual: Json, path: str) -> Mismatch | None:
    return Mismatch(path, "anything", actual) if actual is ABSENT else None


def _absent(self: Matcher, _: Json, actual: Json, path: str) -> Mismatch | None:
    return None if actual is ABSENT else Mismatch(path, ABSENT, actual)


def _type(self: Matcher, name: str, actual: Json, path: str) -> Mismatch | None:
    fits = actual is not ABSENT and _TYPES[name](actual)
    return None if fits else Mismatch(path, name, actual, f"expected {name}, got {short(actual)}")


def _match(self: Matcher, pattern: str, actual: Json, path: str) -> Mismatch | None:
    fits = isinstance(actual, str) and _regex(pattern).search(actual) is not None
    return None if fits else Mismatch(path, {"$match": pattern}, actual)


def _in(self: Matcher, options: list[Json], actual: Json, path: str) -> Mismatch | None:
    for option in options:
        if option == "$absent":
            if actual is ABSENT:
                return None
            continue
        trial = Matcher({**self.known, **self.found})
        if trial.match(option, actual, path) is None:
            self.found.update(trial.found)
            return None
    return Mismatch(path, {"$in": options}, actual)


def _not(self: Matcher, refused: Json, actual: Json, path: str) -> Mismatch | None:
    trial = Matcher({**self.known, **self.found})
    if actual is ABSENT or trial.match(refused, actual, path) is None:
        return Mismatch(path, {"$not": refused}, actual)
    return None


def _ends(self: Matcher, tail: Json, actual: Json, path: str) -> Mismatch | None:
    if isinstance(tail, str):
        fits = isinstance(actual, str) and actual.endswith(tail)
        return None if fits else Mismatch(path, {"$ends": tail}, actual)
    if not isinstance(actual, list) or len(actual) < len(tail):
        return Mismatch(path, {"$ends": tail}, actual)
    start = len(actual) - len(tail)
    for index, value in enumerate(tail):
        wrong = self.match(value, actual[start + index], f"{path}/{start + index}")
        if wrong is not None:
            return wrong
    return None


def _has(self: Matcher, wanted: Json, actual: Json, path: str) -> Mismatch | None:
    if isinstance(wanted, str):
        fits = isinstance(actual, str) and wanted in actual
        return None if fits else Mismatch(path, {"$has": wanted}, actual)
    if not isinstance(actual, list):
        return Mismatch(path, {"$has": wanted}, actual)
    for value in wanted:
        for element in actual:
            trial = Matcher({**self.known, **self.found})
            if trial.match(value, element, path) is None:
                self.found.update(trial.found)
                break
        else:
            return Mismatch(path, {"$has": [value]}, actual)
    return None


def _len(self: Matcher, wanted: Json, actual: Json, path: str) -> Mismatch | None:
    if not isinstance(actual, str | list | dict):
        return Mismatch(path, {"$len": wanted}, actual)
    return self.match(wanted, len(actual), f"{path}/$len")


def _gte(self: Matcher, bound: float, actual: Json, path: str) -> Mismatch | None:
    fits = is_number(actual) and actual >= bound
    return None if fits else Mismatch(path, {"$gte": bound}, actual)


def _lte(self: Matcher, bound: float, actual: Json, path: str) -> Mismatch | None:
    fits = is_number(actual) and actual <= bound
    return None if fits else Mismatch(path, {"$lte": bound}, actual)


def _item(self: Matcher, expected: dict[str, Json], actual: Json, path: str) -> Mismatch | None:
    for index, value in expected.items():
        at = int(index)
        element = actual[at] if isinstance(actual, list) and at < len(actual) else ABSENT
        wrong = self.match(value, element, f"{path}/{index}")
        if wrong is not None:
            return wrong
    return None


def _is(self: Matcher, literal: Json, actual: Json, path: str) -> Mismatch | None:
    return difference(literal, actual, path)


def _keys(self: Matcher, keys: list[str], actual: Json, path: str) -> Mismatch | None:
    fits = isinstance(actual, dict) and {k for k in actual if k != "$headers"} == set(keys)
    return None if fits else Mismatch(path, {"$keys": keys}, actual)


def _json(self: Matcher, expected: Json, actual: Json, path: str) -> Mismatch | None:
    try:
        parsed = json.loads(actual) if isinstance(actual, str) else ABSENT
    except ValueError:
        parsed = ABSENT
    if parsed is ABSENT:
        return Mismatch(path, {"$json": expected}, actual)
    return self.match(expected, parsed, f"{path}/$json")


Operator = Callable[[Matcher, Any, Json, str], Mismatch | None]
OPERATORS: Final[Mapping[str, Operator]] = {
    "$any": _any,
    "$absent": _absent,
    "$type": _type,
    "$match": _match,
    "$in": _in,
    "$not": _not,
    "$ends": _ends,
    "$has": _has,
    "$len": _len,
    "$gte": _gte,
    "$lte": _lte,
    "$keys": _keys,
    "$is": _is,
    "$item": _item,
    "$json": _json,
}
VALUE_KEYS: Final = frozenset({*OPERATORS, "$as", "$same"})
PLAIN_KEYS: Final = frozenset(
    {"$headers", "$dropped", "$raw", "$text", "$ref", "$defs", "$id", "$schema"}
)
"""Keys that begin with `$` and yet are fields: of an entry, or of a JSON Schema."""


def match(expected: Json, actual: Json, known: Mapping[str, Json]) -> tuple[Mismatch | None, Found]:
    """Match once; the second part is what `$as` remembered."""
    matcher = Matcher(known)
    wrong = matcher.match(expected, actual)
    return wrong, ({} if wrong is not None else matcher.found)
