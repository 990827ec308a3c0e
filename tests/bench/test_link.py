"""The link: a turn that was not served whole is an error."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import orjson
import pytest

from bench.frames import SWITCHED, from_server, taken
from bench.link import Link, Unserved

Answers = Callable[[str], list[dict[str, object]]]


@asynccontextmanager
async def _connected(answers: Answers) -> AsyncIterator[Link]:
    """A link to a server that says what `answers` makes of a turn's request id."""

    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(SWITCHED)
        buffer = bytearray()
        while data := await reader.read(65_536):
            buffer += data
            for body in taken(buffer):
                fields = orjson.loads(body)
                turn = fields["action"] == "send_message"
                said = answers(fields["requestId"]) if turn else [{"data": {"sessionId": "s"}}]
                writer.write(b"".join(from_server(orjson.dumps(one)) for one in said))
                if not said:
                    writer.close()
        writer.close()
        over.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        link = await Link.open(server.sockets[0].getsockname()[1])
        yield link
        link.close()
        await over.wait()


TOKENS: list[dict[str, object]] = [{"type": "stream_token", "token": " number"}] * 2


async def test_a_whole_answer_is_a_turn() -> None:
    def whole(id: str) -> list[dict[str, object]]:
        return [*TOKENS, {"type": "eventual_response", "requestId": id, "text": " number number"}]

    async with _connected(whole) as link:
        await link.turn(1, 2)
        await link.turn(2, 2)


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        (lambda id: [*TOKENS[:1], {"type": "eventual_response", "requestId": id}], "1 token ev"),
        (lambda id: [*TOKENS, {"type": "eventual_response", "requestId": "t9"}], "not the whole"),
        (lambda id: [*TOKENS, {"type": "eventual_response", "requestId": id}], "not the whole"),
        (lambda id: [{"type": "error", "error": {"code": "BUSY"}}], "answered BUSY"),
        (lambda id: [], "the connection is gone"),
    ],
    ids=["token missing", "another's", "text missing", "error", "hung up"],
)
async def test_anything_else_is_an_error(answers: Answers, why: str) -> None:
    async with _connected(answers) as link:
        with pytest.raises(Unserved, match=why):
            await link.turn(1, 2)
