"""The wire: a WebSocket client of a hundred lines, so that what is measured is the server.

Knows what the soak needs: text frames, pings, a socket that stops reading, one that is cut.
"""

from __future__ import annotations

import asyncio
import base64
import os
import socket
from collections import deque
from typing import Any, cast

import orjson

Frame = dict[str, Any]
PATIENCE = 60.0
"""Seconds after which a frame that never comes fails the run."""

_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10


class Closed(Exception):
    """The connection ended; `code` as the server's close frame says (1006: it sent none)."""

    def __init__(self, code: int) -> None:
        super().__init__(f"closed {code}")
        self.code = code


class _Socket(asyncio.Protocol):
    """Bytes in, frames out. Masks with zeros: legal, and costs nothing."""

    def __init__(self) -> None:
        self.frames: deque[bytes] = deque()
        self.code: int | None = None
        self.head = asyncio.get_running_loop().create_future()
        self.waiter: asyncio.Future[None] | None = None
        self._bytes = bytearray()
        self._upgraded = False
        self._code = 1006

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.code = self._code
        if not self.head.done():
            self.head.set_exception(Closed(self.code))
            self.head.exception()
        self._wake()

    def data_received(self, data: bytes) -> None:
        self._bytes += data
        if not self._upgraded and not self._read_head():
            return
        while self._read_frame():
            pass
        if self.frames:
            self._wake()

    def write(self, opcode: int, payload: bytes) -> None:
        size = len(payload)
        if size < 126:
            head = bytes((0x80 | opcode, 0x80 | size))
        elif size < 65536:
            head = bytes((0x80 | opcode, 0xFE)) + size.to_bytes(2, "big")
        else:
            head = bytes((0x80 | opcode, 0xFF)) + size.to_bytes(8, "big")
        self.transport.write(head + b"\0\0\0\0" + payload)

    def _read_head(self) -> bool:
        end = self._bytes.find(b"\r\n\r\n")
        if end < 0:
            return False
        self._upgraded = self._bytes.startswith(b"HTTP/1.1 101")
        if self._upgraded:
            self.head.set_result(None)
        else:
            self.head.set_exception(AssertionError(bytes(self._bytes[:end]).decode()))
        del self._bytes[: end + 4]
        return self._upgraded

    def _read_frame(self) -> bool:
        data = self._bytes
        if len(data) < 2:
            return False
        size, start = data[1] & 0x7F, 2
        if size > 125:
            start = 4 if size == 126 else 10
            if len(data) < start:
                return False
            size = int.from_bytes(data[2:start], "big")
        if len(data) < start + size:
            return False
        self._take(data[0] & 0x0F, bytes(data[start : start + size]))
        del data[: start + size]
        return True

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == _TEXT:
            self.frames.append(payload)
        elif opcode == _PING:
            self.write(_PONG, payload)
        elif opcode == _CLOSE:
            self._code = int.from_bytes(payload[:2], "big")
            self.write(_CLOSE, payload[:2])
            self.transport.close()

    def _wake(self) -> None:
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)


class Link:
    """One connection."""

    def __init__(self, wire: _Socket) -> None:
        self._wire = wire
        self._asked = 0

    @classmethod
    async def open(cls, port: int, *capabilities: str, receive_buffer: int | None = None) -> Link:
        """Connect, upgrade and, with capabilities, say hello."""
        loop = asyncio.get_running_loop()
        sock = socket.socket()
        sock.setblocking(False)
        if receive_buffer is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        await loop.sock_connect(sock, ("127.0.0.1", port))
        _, wire = await loop.create_connection(_Socket, sock=sock)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = (
            "GET /ws HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {key}",
        )
        wire.transport.write("\r\n".join((*lines, "", "")).encode())
        await asyncio.wait_for(wire.head, PATIENCE)
        link = cls(wire)
        if capabilities:
            await link.ask("hello", protocolVersions=["1"], supports=list(capabilities))
        return link

    def send(self, action: str, **fields: Any) -> None:
        """Write a frame; nothing is awaited."""
        self._wire.write(_TEXT, orjson.dumps({"action": action, **fields}))

    async def next(self) -> Frame:
        """The next frame. Raises `Closed`, and `TimeoutError` when none comes."""
        wire = self._wire
        while not wire.frames:
            if wire.code is not None:
                raise Closed(wire.code)
            wire.waiter = asyncio.get_running_loop().create_future()
            await asyncio.wait_for(wire.waiter, PATIENCE)
        frame: Frame = orjson.loads(wire.frames.popleft())
        return frame

    async def ask(self, action: str, **fields: Any) -> Frame:
        """Send, and skip to the answer. Raises `AssertionError` for an error."""
        self._asked += 1
        name = f"ask{self._asked}"
        self.send(action, requestId=name, **fields)
        frame = await self.next()
        while frame.get("requestId") != name:
            frame = await self.next()
        assert frame["type"] != "error", frame
        return frame

    async def session(self, **fields: Any) -> Frame:
        """A new session's ids."""
        data: Frame = (await self.ask("create_conversation_session", agentId="soak", **fields))[
            "data"
        ]
        return data

    def read(self, on: bool) -> None:
        """Stop or go on taking bytes from the kernel."""
        if on:
            self._wire.transport.resume_reading()
        else:
            self._wire.transport.pause_reading()

    def cut(self) -> None:
        """Reset the connection; what was not read yet is gone."""
        self._wire.transport.abort()
        self._wire.frames.clear()

    async def closed(self) -> int:
        """Read to the end; the close code."""
        try:
            while True:
                await self.next()
        except Closed as closed:
            return closed.code
