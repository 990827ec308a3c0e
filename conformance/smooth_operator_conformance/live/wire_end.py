"""One end of a WebSocket, client's or server's: what it sends, and every way to end it."""

from __future__ import annotations

import asyncio
import socket as sockets
import struct

from websockets.protocol import Protocol


class WireEnd(asyncio.Protocol):
    """Sending on a sans-I/O protocol; a subclass reads, and sets `_over` when nothing can come."""

    def __init__(self, protocol: Protocol) -> None:
        self._wire = protocol
        self._transport: asyncio.Transport | None = None
        self._muted = False
        """We ended it: what comes is not told any more."""
        self._over = False

    def send(self, data: bytes, *, binary: bool = False) -> None:
        """Send one frame; silently nothing once the connection is over."""
        if self._over or self._muted:
            return
        if binary:
            self._wire.send_binary(data)
        else:
            self._wire.send_text(data)
        self._flush()

    def close(self, code: int = 1000, reason: str = "") -> None:
        """A close frame; what comes after it is not told any more."""
        if not self._over and not self._muted:
            self._wire.send_close(code, reason)
            self._flush()
        self._muted = True

    def reset(self) -> None:
        """Reset the TCP connection."""
        self._muted = True
        if self._transport is not None:
            raw = self._transport.get_extra_info("socket")
            raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_LINGER, struct.pack("ii", 1, 0))
            self._transport.abort()

    def fin(self) -> None:
        """End the TCP connection without a close frame."""
        self._muted = True
        if self._transport is not None:
            self._transport.close()

    def _flush(self) -> None:
        if self._transport is None:
            return
        for data in self._wire.data_to_send():
            if data:
                self._transport.write(data)
            elif self._transport.can_write_eof() and not self._transport.is_closing():
                self._transport.write_eof()
