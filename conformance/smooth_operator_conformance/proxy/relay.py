"""One client's connection and the one to the server behind it: bytes pass as they come.

Nothing is held back to be judged: bytes are written on first, then shown to the observer. A reset
stays a reset and an end an end. Only the head of a request is rewritten (`head`).
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from typing import Protocol

from smooth_operator_conformance.proxy.address import Upstream
from smooth_operator_conformance.proxy.head import (
    END,
    LONGEST_HEAD,
    BadHead,
    Head,
    forwarded,
    parse_head,
    parse_response,
)

PIECE = 65_536
_REFUSALS = {
    400: "this is no HTTP request that the proxy can pass on",
    502: "the server behind the proxy cannot be reached",
}


class Observer(Protocol):
    """Who is told what passed; none of it can change anything."""

    def request(self, head: Head) -> None: ...
    def response(self, head: Head) -> None: ...
    def from_client(self, data: bytes) -> None: ...
    def from_server(self, data: bytes) -> None: ...
    def client_gone(self, *, reset: bool) -> None: ...
    def server_gone(self, *, reset: bool) -> None: ...
    def unreachable(self, why: str) -> None: ...


class Relay:
    """Serves one connection from its first byte to its end."""

    def __init__(
        self,
        upstream: Upstream,
        observer: Observer,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._upstream, self._observer = upstream, observer
        self._client_in, self._client_out = reader, writer
        self._server_out: asyncio.StreamWriter | None = None

    async def run(self) -> None:
        """Until both ends are done."""
        try:
            await self._run()
        finally:
            for writer in (self._client_out, self._server_out):
                if writer is not None:
                    writer.close()

    async def _run(self) -> None:
        try:
            raw = await _read_head(self._client_in)
            if raw is None:
                return
            head = parse_head(raw)
        except (BadHead, OSError):
            self._refuse(400)
            return
        self._observer.request(head)
        try:
            server_in, self._server_out = await self._connect()
        except OSError as error:
            self._observer.unreachable(error.strerror or str(error))
            self._refuse(502)
            return
        self._server_out.write(forwarded(head, self._upstream))
        await self._both_ways(head, server_in)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        upstream = self._upstream
        context = ssl.create_default_context() if upstream.secure else None
        return await asyncio.open_connection(upstream.host, upstream.port, ssl=context)

    def _refuse(self, status: int) -> None:
        text = f"{_REFUSALS[status]}\n"
        self._client_out.write(
            f"HTTP/1.1 {status} refused\r\ncontent-type: text/plain\r\nconnection: close\r\n"
            f"content-length: {len(text)}\r\n\r\n{text}".encode()
        )

    async def _both_ways(self, head: Head, server_in: asyncio.StreamReader) -> None:
        assert self._server_out is not None
        up = asyncio.create_task(self._up(self._server_out, tapped=head.upgrade))
        try:
            await self._down(server_in, tapped=head.upgrade)
            if not head.upgrade:
                # The answer is whole: whatever a plain request still sends has no reader.
                up.cancel()
            await asyncio.wait({up})
        finally:
            up.cancel()

    async def _up(self, out: asyncio.StreamWriter, *, tapped: bool) -> None:
        try:
            while data := await self._client_in.read(PIECE):
                if not await _pass_on(out, data):
                    _abort(self._client_out)
                    return
                if tapped:
                    self._observer.from_client(data)
        except ConnectionError:
            self._observer.client_gone(reset=True)
            _abort(out)
            return
        self._observer.client_gone(reset=False)
        _end(out)

    async def _down(self, source: asyncio.StreamReader, *, tapped: bool) -> None:
        try:
            if tapped:
                tapped = await self._answer(source)
            while data := await source.read(PIECE):
                await _pass_on(self._client_out, data)
                if tapped:
                    self._observer.from_server(data)
        except (ConnectionError, BadHead):
            self._observer.server_gone(reset=True)
            _abort(self._client_out)
            return
        self._observer.server_gone(reset=False)
        _end(self._client_out)

    async def _answer(self, source: asyncio.StreamReader) -> bool:
        """Pass the answer to an upgrade on; whether frames follow."""
        raw = await _read_head(source)
        if raw is None:
            return False
        await _pass_on(self._client_out, raw + END)
        try:
            head = parse_response(raw)
        except BadHead:
            return False
        self._observer.response(head)
        return head.status == 101


async def _read_head(source: asyncio.StreamReader) -> bytes | None:
    """The bytes before the blank line; None when the peer went without a word."""
    try:
        data = await source.readuntil(END)
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise BadHead("the head has no end") from error
        return None
    except asyncio.LimitOverrunError as error:
        raise BadHead(f"a head of more than {LONGEST_HEAD} bytes") from error
    return data[: -len(END)]


async def _pass_on(out: asyncio.StreamWriter, data: bytes) -> bool:
    """Write; False when that end is gone."""
    if out.is_closing():
        return False
    out.write(data)
    try:
        await out.drain()
    except ConnectionError:
        return False
    return True


def _end(out: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, RuntimeError):
        if out.can_write_eof():
            out.write_eof()
        else:
            # TLS knows no half-closed connection.
            out.close()


def _abort(out: asyncio.StreamWriter) -> None:
    out.transport.abort()
