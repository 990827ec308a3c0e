"""JSON text to frame and back, tolerant of what browsers and other servers put into text."""

from __future__ import annotations

import json
import uuid
from typing import Any

Frame = dict[str, Any]


class NotAFrame(ValueError):
    """The text is no JSON object."""


def new_request_id() -> str:
    """A fresh id in the form that every published client uses."""
    return f"req-{uuid.uuid4()}"


def encode(frame: Frame) -> str:
    """Compact JSON; text with half a surrogate pair is escaped, since UTF-8 cannot carry it."""
    text = json.dumps(frame, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(frame, separators=(",", ":"), allow_nan=False)
    return text


def decode(data: str | bytes) -> Frame:
    """The JSON object in `data`. Raises NotAFrame."""
    try:
        value = json.loads(data)
        if _may_hold_half_pairs(data):
            value = json.loads(_mend(json.dumps(value, ensure_ascii=False)))
    except (ValueError, RecursionError) as exc:
        raise NotAFrame(f"not JSON: {exc}") from exc
    if not isinstance(value, dict):
        raise NotAFrame(f"a JSON object was expected, not {type(value).__name__}")
    return value


def _may_hold_half_pairs(data: str | bytes) -> bool:
    if isinstance(data, bytes):
        return b"\\ud" in data or b"\\uD" in data
    return "\\ud" in data or "\\uD" in data


def _mend(text: str) -> str:
    """Whole pairs joined, lone halves replaced by U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
