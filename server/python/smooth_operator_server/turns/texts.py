"""Texts on the wire: how much of one a frame carries (decisions 1.9, 3.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

FRAME_TEXT_BYTES = 262_144
TOOL_TEXT_BYTES = 32_768


def json_size(text: str) -> int:
    """Bytes of a text's own JSON encoding, without the quotes."""
    return len(orjson.dumps(text)) - 2


def cut_json(text: str, limit: int = FRAME_TEXT_BYTES) -> str:
    """The longest start of `text` whose JSON encoding fits, cut between characters."""
    if len(text) * 6 <= limit or json_size(text) <= limit:
        return text
    low, high = 0, min(len(text), limit)
    while low < high:
        middle = (low + high + 1) // 2
        if json_size(text[:middle]) <= limit:
            low = middle
        else:
            high = middle - 1
    return text[:low]


def pieces(text: str, limit: int = FRAME_TEXT_BYTES) -> Iterator[str]:
    """A text in as many pieces as its bound asks for: one, nearly always."""
    while text:
        piece = cut_json(text, limit)
        yield piece
        text = text[len(piece) :]


def overfills(value: Any) -> bool:
    """Whether JSON that a peer chose is more than a frame takes in one place (CARD-026, 027)."""
    return len(orjson.dumps(value)) > FRAME_TEXT_BYTES


def fitting(entries: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """As many entries as a frame takes in one place, at least one."""
    kept: list[Mapping[str, Any]] = []
    size = 0
    for entry in entries:
        size += len(orjson.dumps(entry)) + 1
        if kept and size > FRAME_TEXT_BYTES:
            break
        kept.append(entry)
    return kept


def cut_utf8(text: str, limit: int = TOOL_TEXT_BYTES) -> tuple[str, bool]:
    """At most `limit` bytes of UTF-8, cut between characters; and whether it was cut."""
    if len(text) * 4 <= limit:
        return text, False
    data = text.encode()
    if len(data) <= limit:
        return text, False
    return data[:limit].decode(errors="ignore"), True
