"""Pool: the connections to one gateway, kept for the next request, as many as there are turns."""

from __future__ import annotations

import asyncio
import ssl
from base64 import b64encode
from collections.abc import Mapping
from functools import partial
from socket import SOCK_STREAM
from urllib.parse import unquote

import aiohappyeyeballs
from yarl import URL

from smooth_operator_server.models.answer import Answer
from smooth_operator_server.models.connection import Connection

CONNECT_SECONDS = 10.0
NEXT_ADDRESS_SECONDS = 0.25
"""After which the next of several addresses is tried beside the one before (RFC 8305)."""


class Pool:
    """POSTs to one URL. `idle_seconds` of silence end a request."""

    def __init__(self, url: str, headers: Mapping[str, str], idle_seconds: float) -> None:
        self._url = URL(url)
        self._head = _head(self._url, headers)
        self._tls = ssl.create_default_context() if self._url.scheme == "https" else None
        self._connect_seconds = min(idle_seconds, CONNECT_SECONDS)
        self._make = partial(Connection, self, idle_seconds)
        self._idle: list[Connection] = []
        self._all: set[Connection] = set()

    async def post(self, body: bytes) -> Answer:
        """The head of the answer has come. Raises `HttpError`, `OSError` or `TimeoutError`."""
        connection = self._take() or await self._connect()
        answer = connection.post(b"%b%d\r\n\r\n%b" % (self._head, len(body), body))
        try:
            await answer.begun()
        except BaseException:
            answer.abort()
            raise
        return answer

    def give(self, connection: Connection) -> None:
        """A connection's answer has ended: the one used last is the next to be taken."""
        self._idle.append(connection)

    def lost(self, connection: Connection) -> None:
        """A connection is gone."""
        self._all.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)

    def close(self) -> None:
        for connection in tuple(self._all):
            connection.abort()

    def _take(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.usable:
                return connection
        return None

    async def _connect(self) -> Connection:
        loop, url = asyncio.get_running_loop(), self._url
        async with asyncio.timeout(self._connect_seconds):
            addresses = await loop.getaddrinfo(url.host, url.port, type=SOCK_STREAM)
            socket = await aiohappyeyeballs.start_connection(
                addresses, happy_eyeballs_delay=NEXT_ADDRESS_SECONDS, interleave=1, loop=loop
            )
            name = url.host if self._tls is not None else None
            try:
                _, connection = await loop.create_connection(
                    self._make, sock=socket, ssl=self._tls, server_hostname=name
                )
            except BaseException:
                socket.close()
                raise
        self._all.add(connection)
        return connection


def _head(url: URL, headers: Mapping[str, str]) -> bytes:
    """Everything up to the number of bytes in the body."""
    host = url.raw_host or ""
    host = f"[{host}]" if ":" in host else host
    lines = [
        f"POST {url.raw_path_qs} HTTP/1.1",
        f"Host: {host}" if url.is_default_port() else f"Host: {host}:{url.port}",
        "Accept: */*",
        "Accept-Encoding: identity",
    ]
    if url.raw_user is not None:
        login = f"{unquote(url.raw_user)}:{unquote(url.raw_password or '')}"
        lines.append(f"Authorization: Basic {b64encode(login.encode()).decode()}")
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "Content-Length: "]).encode()
