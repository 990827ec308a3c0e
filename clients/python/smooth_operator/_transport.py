"""The small face of a socket that everything above it is written against."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol


class TransportClosed(Exception):
    """Raised by `send` and `recv` once the socket is gone; `code` is None if no close came."""

    def __init__(self, code: int | None = None, reason: str = "") -> None:
        super().__init__(f"closed with {code} {reason}".rstrip())
        self.code = code
        self.reason = reason


class Transport(Protocol):
    """One open, ordered, message-wise connection."""

    async def send(self, text: str) -> None:
        """Write one text frame. Raises TransportClosed."""

    async def recv(self) -> str | bytes:
        """The next frame. Raises TransportClosed when no more can come."""

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close and release everything. Harmless when already closed."""


Dialer = Callable[[], Awaitable[Transport]]
"""Opens a fresh transport, once per attempt. Raises ConnectError or TimeoutError."""
