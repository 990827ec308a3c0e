"""JSON as text: reading what a peer sent, writing what a model reads. No I/O, no schema."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

JsonError = orjson.JSONDecodeError
"""Raised by `read_json`: not JSON, not UTF-8, or a number that no double can hold."""

# A proper surrogate pair, a surrogate escape without its other half, or any other escape
# (taken whole, so that the `u` of an escaped backslash is never mistaken for an escape).
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)

_LARGEST_EXACT_INTEGER = 2**53


def read_json(data: bytes) -> Any:
    """Decode one JSON text; an unpaired surrogate escape is read as U+FFFD (decisions 1.5).

    Duplicate keys: the last wins. Raises `JsonError`.
    """
    try:
        return orjson.loads(data)
    except JsonError:
        if b"\\u" not in data:
            raise
        return orjson.loads(_ESCAPE.sub(_mend_escape, data))


def _mend_escape(match: re.Match[bytes]) -> bytes:
    return b"\\ufffd" if match.group(1) else match.group()


def write_json(value: Any) -> str:
    """JSON text for a model (decisions §5): no blanks, keys in the order given.

    Only `"`, `\\` and U+0000 to U+001F are escaped, the shortest way; numbers are written as
    ECMAScript prints them. Raises `TypeError` for what is no JSON value.
    """
    if isinstance(value, str):
        return _string(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_string(k)}:{write_json(v)}" for k, v in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ",".join(map(write_json, value)) + "]"
    raise TypeError(f"{type(value).__name__} is not a JSON value")


def _string(text: str) -> str:
    return orjson.dumps(text).decode()


def _number(value: int | float) -> str:
    """As ECMAScript's Number::toString; what JSON cannot hold becomes `null`, as there."""
    if isinstance(value, int):
        if abs(value) <= _LARGEST_EXACT_INTEGER:
            return str(value)
        try:
            value = float(value)
        except OverflowError:
            return "null"
    if not math.isfinite(value):
        return "null"
    if value == 0:
        return "0"
    # repr gives the shortest digits that read back; only their layout differs.
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0)  # where the decimal point stands in the digits
    point -= len(whole + fraction) - len(digits)
    digits = digits.rstrip("0")
    return ("-" if value < 0 else "") + _layout(digits, point)


def _layout(digits: str, point: int) -> str:
    if 0 < point <= 21:
        if len(digits) <= point:
            return digits + "0" * (point - len(digits))
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    mantissa = digits if len(digits) == 1 else f"{digits[0]}.{digits[1:]}"
    return f"{mantissa}e{point - 1:+d}"
