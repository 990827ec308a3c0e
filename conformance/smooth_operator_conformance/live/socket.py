"""One client WebSocket: frames in and out, and every way to end it.

Built on the sans-I/O protocol of `websockets`, because a test client must be able to do what a
polite library hides: reset the TCP connection, stop reading, send anything.
"""

from __future__ import annotations

import asyncio
import json
import socket as sockets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import orjson
from websockets.client import ClientProtocol
from websockets.exceptions import InvalidHandshake, InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.uri import parse_uri

from smooth_operator_conformance.live.wire_end import WireEnd

Json = Any
LARGE = 900_000
"""Frames above this leave their size in the entry's note."""
WIDE = 1 << 20
"""Receive buffer in bytes of a client that reads again."""
BINARY = "binary"
"""Note of an entry that came in a binary frame."""


@dataclass(slots=True)
class Opening:
    """How a connection is opened."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)
    subprotocols: list[str] = field(default_factory=list)
    receive_buffer: int | None = None


@dataclass(slots=True)
class Hooks:
    """What a socket tells its owner."""

    opened: Callable[[Json], None]
    """`{"open": status or "connection", "subprotocol": …}`, once."""
    frame: Callable[[Json, str], None]
    """A text frame, parsed where it is JSON, and a note."""
    closed: Callable[[Json], None]
    """`{"code", "reason"}`, once, unless we cut it ourselves."""


class Socket(WireEnd):
    """A connection of the runner; create it with `connect`."""

    def __init__(self, opening: Opening, hooks: Hooks) -> None:
        self._hooks = hooks
        self._opening = opening
        self._protocol = ClientProtocol(
            parse_uri(opening.url),
            subprotocols=opening.subprotocols or None,  # type: ignore[arg-type]  # NewType of str
            max_size=None,
        )
        super().__init__(self._protocol)
        self._answered = False
        self._pieces: list[bytes] = []
        self._binary = False

    @property
    def open(self) -> bool:
        """Frames can still come."""
        return self._answered and not self._over and not self._muted

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        request = self._protocol.connect()
        for name, value in self._opening.headers.items():
            if name in request.headers:
                del request.headers[name]
            request.headers[name] = value
        self._protocol.send_request(request)
        self._flush()

    def data_received(self, data: bytes) -> None:
        self._protocol.receive_data(data)
        self._dispatch()
        self._flush()

    def eof_received(self) -> bool:
        self._protocol.receive_eof()
        self._dispatch()
        self._flush()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._answered:
            self._answer({"open": "connection", "subprotocol": None})
        elif not self._over:
            self._end(1006, "")

    def _dispatch(self) -> None:
        for event in self._protocol.events_received():
            if isinstance(event, Response):
                self._handshake(event)
            elif isinstance(event, Frame):
                self._frame(event)
        failure = self._protocol.handshake_exc
        if failure is not None and not self._answered:
            self._refused(failure)

    def _handshake(self, response: Response) -> None:
        if self._protocol.handshake_exc is not None:
            self._refused(self._protocol.handshake_exc)
        else:
            selected = self._protocol.subprotocol
            self._answer({"open": response.status_code, "subprotocol": selected})

    def _refused(self, failure: Exception) -> None:
        if isinstance(failure, InvalidStatus):
            status: Json = failure.response.status_code
        elif isinstance(failure, InvalidHandshake) and not isinstance(failure, EOFError):
            status = f"bad handshake: {failure}"
        else:
            status = "connection"
        self._over = True
        self._answer({"open": status, "subprotocol": None})

    def _answer(self, value: Json) -> None:
        if not self._answered:
            self._answered = True
            if value["open"] != 101:
                self._over = True
            self._hooks.opened(value)

    def _frame(self, frame: Frame) -> None:
        if frame.opcode is Opcode.CLOSE:
            close = self._protocol.close_rcvd
            code, reason = (close.code, close.reason) if close else (1005, "")
            self._end(int(code), reason)
        elif frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            if not self._pieces:
                self._binary = frame.opcode is Opcode.BINARY
            self._pieces.append(bytes(frame.data))
            if frame.fin:
                data, self._pieces = b"".join(self._pieces), []
                if not self._muted:
                    size = str(len(data)) if len(data) > LARGE else ""
                    self._hooks.frame(parse(data), BINARY if self._binary else size)

    def _end(self, code: int, reason: str) -> None:
        if not self._over:
            self._over = True
            if not self._muted:
                self._hooks.closed({"code": code, "reason": reason})

    def read(self, stop: bool) -> None:
        """Stop or go on reading from the kernel."""
        if self._transport is not None:
            if stop:
                self._transport.pause_reading()
            else:
                self._widen()
                self._transport.resume_reading()

    def _widen(self) -> None:
        """Read with an ordinary window again.

        Through the tiny one of a slow reader TCP trickles, several seconds for a megabyte on a
        busy machine, and a server may rightly take that for slowness.
        """
        if self._opening.receive_buffer is not None and self._transport is not None:
            raw = self._transport.get_extra_info("socket")
            raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, WIDE)


def parse(data: bytes) -> Json:
    """The JSON of a frame; a text that is none stays text."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        pass
    try:
        # orjson refuses escapes of lone surrogates, which a scenario has to see.
        return json.loads(data)
    except (ValueError, RecursionError):
        return data.decode("utf-8", "replace")


def encode(frame: Json) -> bytes:
    """A frame as JSON bytes; lone surrogates travel as escapes."""
    try:
        return orjson.dumps(frame)
    except (TypeError, ValueError):
        return json.dumps(frame, separators=(",", ":")).encode()


async def connect(opening: Opening, hooks: Hooks, host: str, port: int) -> Socket:
    """Connect; a refused TCP connection is told to `hooks.opened` like any other refusal."""
    loop = asyncio.get_running_loop()
    client = Socket(opening, hooks)
    try:
        if opening.receive_buffer is None:
            await loop.create_connection(lambda: client, host, port)
        else:
            raw = sockets.socket(sockets.AF_INET, sockets.SOCK_STREAM)
            raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, opening.receive_buffer)
            raw.setblocking(False)
            await loop.sock_connect(raw, (host, port))
            await loop.create_connection(lambda: client, sock=raw)
    except OSError:
        client._answer({"open": "connection", "subprotocol": None})
    return client
