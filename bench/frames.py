"""Frames: as much of WebSocket as a load client and a floor need, at next to no cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
TEXT, PING, PONG = 0x81, 0x89, 0x8A


def from_client(fields: dict[str, Any]) -> bytes:
    """A text frame under a mask of zeros, which leaves the text as it is."""
    body = orjson.dumps(fields)
    return _head(TEXT, len(body), 0x80) + bytes(4) + body


def pong(body: bytes) -> bytes:
    """What a client answers to a ping: both servers hang up on one that stays silent."""
    return _head(PONG, len(body), 0x80) + bytes(4) + body


def from_server(body: bytes) -> bytes:
    """An unmasked text frame."""
    return _head(TEXT, len(body), 0) + body


def _head(first: int, length: int, masked: int) -> bytes:
    if length < 126:
        return bytes((first, masked | length))
    if length < 65_536:
        return bytes((first, masked | 126)) + length.to_bytes(2, "big")
    return bytes((first, masked | 127)) + length.to_bytes(8, "big")


def taken(buffer: bytearray, pinged: Callable[[bytes], None] | None = None) -> Iterator[bytes]:
    """The bodies of the whole text frames in a buffer, which go out of it.

    `pinged` is told the bodies of pings; other control frames are passed over. A mask must be
    zeros.
    """
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
        elif first == PING and pinged is not None:
            pinged(bytes(buffer[at:start]))
    del buffer[:start]
