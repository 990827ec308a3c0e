"""The scripted server's sockets: each connection of the client waits until the scenario answers it.

Built on the sans-I/O protocol of `websockets`, because a test server must be able to do what a
polite library hides: hold an upgrade, reset the TCP connection, say anything at any time.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from smooth_operator_conformance.live.socket import BINARY, parse
from smooth_operator_conformance.live.wire_end import WireEnd

Json = Any


class Caller(WireEnd):
    """One connection of the client. `knock` is told about its upgrade request."""

    def __init__(self, knock: Callable[[Caller], None]) -> None:
        self._knock = knock
        self._protocol = ServerProtocol(
            select_subprotocol=lambda protocol, offered: self._selected,
            max_size=None,
        )
        super().__init__(self._protocol)
        self._selected: Any = None
        self._request: Request | None = None
        self._on_frame: Callable[[Json, str], None] = _nobody
        self._on_closed: Callable[[Json], None] = _nobody_asks
        self._pieces: list[bytes] = []
        self._binary = False

    # ------------------------------------------------------------------ what came

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio's.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._protocol.receive_data(data)
        self._dispatch()

    def eof_received(self) -> bool:
        self._protocol.receive_eof()
        self._dispatch()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(1006, "")

    def _dispatch(self) -> None:
        for event in self._protocol.events_received():
            if isinstance(event, Request):
                self._request = event
                self._knock(self)
            elif isinstance(event, Frame):
                self._frame(event)
        self._flush()

    def _frame(self, frame: Frame) -> None:
        if frame.opcode is Opcode.CLOSE:
            close = self._protocol.close_rcvd
            self._end(*((int(close.code), close.reason) if close else (1005, "")))
        elif frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            if not self._pieces:
                self._binary = frame.opcode is Opcode.BINARY
            self._pieces.append(bytes(frame.data))
            if frame.fin:
                data, self._pieces = b"".join(self._pieces), []
                if not self._muted:
                    self._on_frame(parse(data), BINARY if self._binary else "")

    def _end(self, code: int, reason: str) -> None:
        if not self._over:
            self._over = True
            if not self._muted:
                self._on_closed({"code": code, "reason": reason})

    # ------------------------------------------------------------------ what the script does

    @property
    def wish(self) -> dict[str, Json]:
        """The upgrade request: `{path, query, headers, subprotocols}`; header names are small."""
        assert self._request is not None
        parts = urlsplit(self._request.path)
        headers = {name.lower(): value for name, value in self._request.headers.raw_items()}
        offered = headers.get("sec-websocket-protocol", "")
        return {
            "path": parts.path,
            "query": dict(parse_qsl(parts.query, keep_blank_values=True)),
            "headers": headers,
            "subprotocols": [name.strip() for name in offered.split(",") if name.strip()],
        }

    def accept(
        self,
        subprotocol: str | None,
        on_frame: Callable[[Json, str], None],
        on_closed: Callable[[Json], None],
    ) -> None:
        """Let the client in; from here on its frames are told."""
        assert self._request is not None
        self._selected, self._on_frame, self._on_closed = subprotocol, on_frame, on_closed
        self._protocol.send_response(self._protocol.accept(self._request))
        self._flush()

    def refuse(self, status: int) -> None:
        """Answer the upgrade with an HTTP status."""
        self._muted = True
        self._protocol.send_response(self._protocol.reject(status, "not now\n"))
        self._flush()


class Door:
    """The listening port of one case; `knocked` hears of each upgrade request."""

    def __init__(self, knocked: Callable[[Caller], None]) -> None:
        self._knocked = knocked
        self._server: asyncio.Server | None = None
        self._callers: list[Caller] = []
        self.waiting: deque[Caller] = deque()
        """Connections whose upgrade nobody has answered yet."""

    async def open(self) -> str:
        """Listen on a free port of loopback; the URL without a path."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._caller, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        return f"ws://127.0.0.1:{port}"

    def _caller(self) -> Caller:
        caller = Caller(self._knock)
        self._callers.append(caller)
        return caller

    def _knock(self, caller: Caller) -> None:
        self.waiting.append(caller)
        self._knocked(caller)

    async def shut(self) -> None:
        """Stop listening and end every connection."""
        for caller in self._callers:
            caller.fin()
        if self._server is not None:
            self._server.close()


def _nobody(value: Json, note: str) -> None:
    """Frames before the upgrade is answered cannot be: the client has no socket yet."""


def _nobody_asks(value: Json) -> None:
    """A client may give up waiting for its upgrade."""
