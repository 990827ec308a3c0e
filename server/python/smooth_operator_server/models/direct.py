"""Direct: one small POST on a connection of aiohttp's pool, with none of its objects per request.

aiohttp's session makes a request, a writer, a task, a response and a dozen dictionaries of every
call: three quarters of what a short completion costs. The request to a gateway is always the
same but for its body, so aiohttp spells its head once; its pool, its TLS and its parser do the
rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.http import HttpProcessingError

if TYPE_CHECKING:
    from aiohttp.connector import Connection
    from multidict import CIMultiDictProxy
    from yarl import URL


KEEP_SECONDS = 30.0
"""How long a connection waits for its next request."""


class DirectAnswer:
    """The part of `aiohttp.ClientResponse` that reading a stream takes."""

    __slots__ = ("_connection", "content", "headers", "status")

    def __init__(
        self,
        connection: Connection,
        status: int,
        headers: CIMultiDictProxy[str],
        content: aiohttp.StreamReader,
    ) -> None:
        self._connection = connection
        self.status = status
        self.headers = headers
        self.content = content

    def close(self) -> None:
        """End the request; its connection is not used again unless the body has been whole."""
        self._connection.close()


class _Handler(ResponseHandler):
    """Reading goes on only where it had stopped: aiohttp asks for it after each HTTP chunk."""

    def resume_reading(self, resume_parser: bool = True) -> None:
        if self._reading_paused or self._buffer_paused:
            super().resume_reading(resume_parser)


class Pool(aiohttp.TCPConnector):
    """Connections to a gateway: kept for the next request, as many as there are turns."""

    def __init__(self) -> None:
        super().__init__(limit=0, keepalive_timeout=KEEP_SECONDS)
        handler: type[ResponseHandler] = _Handler
        self._factory = partial(handler, loop=self._loop)


class DirectPosts:
    """POSTs of one session to one URL."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: URL,
        headers: Mapping[str, str],
    ) -> None:
        connector = session.connector
        assert connector is not None
        self._connector = connector
        self._timeout = session.timeout
        self._request = aiohttp.ClientRequest(
            "POST", url, headers=headers, skip_auto_headers=session.skip_auto_headers
        )
        self._head = _head(self._request)

    async def post(self, body: bytes) -> DirectAnswer:
        """The answer's head has come; raises what `ClientSession.post` raises."""
        connection = await self._connector.connect(self._request, [], self._timeout)
        try:
            return await self._ask(connection, body)
        except HttpProcessingError as error:
            connection.close()
            raise aiohttp.ClientPayloadError("no HTTP") from error
        except BaseException:
            connection.close()
            raise

    async def _ask(self, connection: Connection, body: bytes) -> DirectAnswer:
        protocol = connection.protocol
        if protocol is None or protocol.transport is None:
            raise aiohttp.ServerDisconnectedError
        protocol.set_response_params(read_until_eof=True, read_timeout=self._timeout.sock_read)
        protocol.transport.write(b"%b%d\r\n\r\n%b" % (self._head, len(body), body))
        protocol.start_timeout()
        message, content = await protocol.read()
        while 100 <= message.code < 200:
            message, content = await protocol.read()
        content.on_eof(connection.release)
        return DirectAnswer(connection, message.code, message.headers, content)


def _head(request: aiohttp.ClientRequest) -> bytes:
    """Everything up to the number of bytes in the body, as aiohttp would spell it."""
    lines = [f"POST {request.url.raw_path_qs} HTTP/1.1"]
    length = aiohttp.hdrs.CONTENT_LENGTH
    lines += [f"{name}: {value}" for name, value in request.headers.items() if name != length]
    return "\r\n".join([*lines, f"{length}: "]).encode()
