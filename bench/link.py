"""The link: one client connection, as light as it can be: the server is what is measured."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import orjson

from bench.frames import UPGRADE, from_client, pong, taken
from bench.models import TOKEN

AGENT = "0b9cf1d5-58c1-4c1e-9d53-6c1f6c1d7a01"
HELLO = {"action": "hello", "requestId": "h", "protocolVersions": ["1"]}
PATIENCE = 150.0
"""Seconds after which an answer that does not come makes a row an error."""


class Unserved(Exception):
    """A server did not do what was asked of it: what was measured then is no figure."""


class Link(asyncio.Protocol):
    """Asks one thing at a time."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._upgraded: asyncio.Future[None] = loop.create_future()
        self._ends: Callable[[bytes], bool] = bool
        self._answer: asyncio.Future[bytes] | None = None
        self._session = ""
        self.tokens = 0
        """Token events seen so far."""

    @classmethod
    async def open(cls, port: int, *, capabilities: tuple[str, ...] = ()) -> Link:
        """A connection with a session; `capabilities` are declared by a `hello`."""
        _, link = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        await link._upgraded
        if capabilities:
            await link.ask({**HELLO, "supports": list(capabilities)})
        await link.renew()
        return link

    async def renew(self) -> None:
        """Leave the session for a new one, whose conversation is empty."""
        create = {"action": "create_conversation_session", "requestId": "c", "agentId": AGENT}
        self._session = (await self.ask(create))["data"]["sessionId"]

    async def ask(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Send a frame; the next one is its answer. Raises `Unserved` on an error."""
        answer = orjson.loads(await self._until(from_client(fields), bool))
        return cast(dict[str, Any], answer)

    async def turn(self, number: int, tokens: int) -> None:
        """One question, until its answer is whole.

        Raises `Unserved` if it is not the answer to this question with so many token events.
        """
        request_id = f"t{number}"
        fields = {
            "action": "send_message",
            "requestId": request_id,
            "sessionId": self._session,
            "message": "Which number shall it be?",
        }
        self.tokens = 0
        ended = await self._until(from_client(fields), _is_answer)
        if self.tokens != tokens:
            raise Unserved(f"{self.tokens} token events instead of {tokens}")
        if f'"{request_id}"'.encode() not in ended or (TOKEN * tokens).encode() not in ended:
            raise Unserved(f"not the whole answer to {request_id}: {ended[:200]!r}")

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    async def _until(self, frame: bytes, ends: Callable[[bytes], bool]) -> bytes:
        assert self._transport is not None
        self._ends = ends
        self._answer = self._loop.create_future()
        overdue = self._loop.call_later(PATIENCE, self._fail, f"no answer in {PATIENCE:g} s")
        self._transport.write(frame)
        try:
            return await self._answer
        finally:
            overdue.cancel()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(UPGRADE)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._upgraded.done():
            head, end, rest = bytes(self._buffer).partition(b"\r\n\r\n")
            if not end:
                return
            self._buffer = bytearray(rest)
            if b" 101 " in head:
                self._upgraded.set_result(None)
            else:
                self._fail(head.decode("latin-1"))
        for body in taken(self._buffer, self._pinged):
            self._take(body)

    def _pinged(self, body: bytes) -> None:
        assert self._transport is not None
        self._transport.write(pong(body))

    def _take(self, body: bytes) -> None:
        answer = self._answer
        if b"stream_token" in body:
            self.tokens += 1
        elif answer is None or answer.done():
            return
        elif b'"error"' in body:
            self._fail(_error(body))
        elif self._ends(body):
            answer.set_result(body)

    def connection_lost(self, error: Exception | None) -> None:
        self._fail("the connection is gone")

    def _fail(self, why: str) -> None:
        for future in (self._upgraded, self._answer):
            if future is not None and not future.done():
                future.set_exception(Unserved(why))


def _is_answer(body: bytes) -> bool:
    return b"eventual_response" in body


def _error(body: bytes) -> str:
    """What an error frame says, in one line."""
    error = orjson.loads(body).get("error", {})
    return f"answered {error.get('code')}: {error.get('message')}"
