"""Frames: as much of WebSocket as a load client and a floor need, at next to no cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
SWITCHED = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI=\r\n\r\n"
)
TEXT = 0x81


def from_client(fields: dict[str, Any]) -> bytes:
    """A text frame under a mask of zeros, which leaves the text as it is."""
    body = orjson.dumps(fields)
    return _head(len(body), 0x80) + bytes(4) + body


def from_server(body: bytes) -> bytes:
    """An unmasked text frame."""
    return _head(len(body), 0) + body


def _head(length: int, masked: int) -> bytes:
    if length < 126:
        return bytes((TEXT, masked | length))
    if length < 65_536:
        return bytes((TEXT, masked | 126)) + length.to_bytes(2, "big")
    return bytes((TEXT, masked | 127)) + length.to_bytes(8, "big")


def taken(buffer: bytearray) -> Iterator[bytes]:
    """The bodies of the whole frames in a buffer, which go out of it. Control frames are passed
    over; a mask must be zeros."""
    start = 0
    while len(buffer) - start >= 2:
        first, length = buffer[start], buffer[start + 1]
        at = start + 2
        masked, length = length & 0x80, length & 0x7F
        if length > 125:
            size = 2 if length == 126 else 8
            if len(buffer) < at + size:
                break
            length = int.from_bytes(buffer[at : at + size], "big")
            at += size
        at += 4 if masked else 0
        if len(buffer) < at + length:
            break
        start = at + length
        if first == TEXT:
            yield bytes(buffer[at:start])
    del buffer[:start]
