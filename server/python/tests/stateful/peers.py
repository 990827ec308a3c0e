"""Peers: one client socket, and a trace of everything that crosses all of them."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import websockets

from .doubles import Patience


class Trace:
    """What happened, one line each, for the report of a finding."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def note(self, line: str) -> None:
        self.lines.append(line)


class Peer:
    """Sends frames, and receives what waits."""

    def __init__(self, name: str, socket: websockets.ClientConnection, trace: Trace) -> None:
        self.name = name
        self._socket = socket
        self._trace = trace
        self._back: list[dict[str, Any]] = []

    @classmethod
    async def open(cls, name: str, url: str, claims: dict[str, Any] | None, trace: Trace) -> Peer:
        headers = {} if claims is None else {"Authorization": f"Bearer {token(claims)}"}
        socket = await websockets.connect(
            url, additional_headers=headers, compression=None, ping_interval=None, proxy=None
        )
        trace.note(f"{name} opens as {claims}")
        return cls(name, socket, trace)

    async def send(self, *frames: dict[str, Any] | str | bytes) -> None:
        """Write frames without waiting for anything in between."""
        for frame in frames:
            self._trace.note(f"{self.name} > {frame!r}")
            text = json.dumps(frame) if isinstance(frame, dict) else frame
            await self._socket.send(text)

    async def receive(self) -> dict[str, Any]:
        """The next frame; a socket that closes or keeps silent is a finding."""
        if self._back:
            return self._back.pop(0)
        try:
            text = await asyncio.wait_for(self._socket.recv(), Patience.seconds)
        except TimeoutError:
            raise AssertionError(f"{self.name} waits in vain") from None
        except websockets.ConnectionClosed as closed:
            raise AssertionError(f"{self.name} was closed: {closed}") from None
        self._trace.note(f"{self.name} < {text!r}")
        frame: dict[str, Any] = json.loads(text)
        return frame

    def put_back(self, frames: list[dict[str, Any]]) -> None:
        """Frames that were looked at early are received again."""
        self._back = frames + self._back

    async def cut(self, how: str) -> None:
        """`reset` and `fin` without a close frame, or a proper close."""
        self._trace.note(f"{self.name} is cut: {how}")
        if how == "close":
            await self._socket.close()
        elif how == "fin":
            self._socket.transport.close()
        else:
            self._socket.transport.abort()


def token(claims: dict[str, Any]) -> str:
    """An unsigned token, for `trusted` mode."""
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
