"""The client socket against a real listener: openings, refusals, frames, and every way to end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import WSCloseCode, WSMsgType, web
from smooth_operator_conformance.live.socket import Hooks, Opening, Socket, connect, encode, parse
from smooth_operator_conformance.live.timeline import Timeline


class Listener:
    """A server that notes how each connection ended and does what a text frame says."""

    def __init__(self) -> None:
        self.port = 0
        self.ended: asyncio.Queue[Any] = asyncio.Queue()
        self.headers: dict[str, str] = {}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/refused":
            return web.Response(status=401, text="unauthorized")
        self.headers = dict(request.headers)
        socket = web.WebSocketResponse(protocols=["smooth-operator.v1"], max_msg_size=0)
        await socket.prepare(request)
        async for message in socket:
            if message.type is WSMsgType.BINARY:
                await socket.send_str(f'{{"binary": {len(message.data)}}}')
            elif message.data == "close":
                await socket.close(code=WSCloseCode.GOING_AWAY, message=b"server draining")
            elif message.data == "drop":
                assert request.transport is not None
                request.transport.close()
            else:
                await socket.send_str(message.data)
        self.ended.put_nowait(socket.close_code)
        return socket


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    made = Listener()
    runner = web.ServerRunner(web.Server(made.handle, access_log=None), shutdown_timeout=0.1)  # type: ignore[arg-type]
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.port = runner.addresses[0][1]
    yield made
    await runner.cleanup()


class Client:
    """A socket with its timeline."""

    def __init__(self) -> None:
        self.timeline = Timeline()

    async def open(self, port: int, path: str = "/ws", **opening: Any) -> Socket:
        hooks = Hooks(
            opened=lambda value: self.timeline.add("a", "in", "event", value),
            frame=lambda value, note: self.timeline.add("a", "in", "frame", value, note),
            closed=lambda value: self.timeline.add("a", "in", "closed", value),
        )
        made = Opening(f"ws://127.0.0.1:{port}{path}", **opening)
        return await connect(made, hooks, "127.0.0.1", port)

    async def next(self) -> Any:
        entry = await self.timeline.next("a", 5.0)
        assert entry is not None
        return entry.value


async def test_opens_sends_and_receives(listener: Listener) -> None:
    client = Client()
    socket = await client.open(
        listener.port,
        headers={"Origin": "https://x.test", "Host": "example.test"},
        subprotocols=["smooth-operator.v1", "bearer.t"],
        receive_buffer=4096,
    )
    assert await client.next() == {"open": 101, "subprotocol": "smooth-operator.v1"}
    assert listener.headers["Host"] == "example.test"
    assert listener.headers["Origin"] == "https://x.test"
    socket.send(encode({"n": 1}))
    socket.send(b"no json")
    socket.send(b"abc", binary=True)
    assert [await client.next() for _ in range(3)] == [{"n": 1}, "no json", {"binary": 3}]
    socket.fin()


async def test_refusals_are_told_by_status_or_as_no_connection(listener: Listener) -> None:
    refused = Client()
    await refused.open(listener.port, "/refused")
    assert (await refused.next())["open"] == 401
    nobody = Client()
    await nobody.open(1)
    assert (await nobody.next())["open"] == "connection"


async def test_closes_of_the_server_are_told_with_code_and_reason(listener: Listener) -> None:
    client = Client()
    socket = await client.open(listener.port)
    await client.next()
    socket.send(b"close")
    assert await client.next() == {"code": 1001, "reason": "server draining"}
    assert not socket.open


async def test_a_dropped_connection_is_1006(listener: Listener) -> None:
    client = Client()
    socket = await client.open(listener.port)
    await client.next()
    socket.send(b"drop")
    assert (await client.next())["code"] == 1006


@pytest.mark.parametrize(("how", "code"), [("close", 4000), ("reset", 1006), ("fin", 1006)])
async def test_every_end_of_our_own(listener: Listener, how: str, code: int) -> None:
    client = Client()
    socket = await client.open(listener.port)
    await client.next()
    if how == "close":
        socket.close(4000)
    elif how == "reset":
        socket.reset()
    else:
        socket.fin()
    assert await asyncio.wait_for(listener.ended.get(), 5) == code
    socket.send(b"nothing leaves any more")
    assert client.timeline.rest("a") == []


async def test_reading_can_stop_and_go_on(listener: Listener) -> None:
    client = Client()
    socket = await client.open(listener.port)
    await client.next()
    socket.read(stop=True)
    socket.send(b'"later"')
    assert await client.timeline.next("a", 0.05) is None
    socket.read(stop=False)
    assert await client.next() == "later"
    socket.fin()


async def test_large_frames_leave_their_size_in_the_note(listener: Listener) -> None:
    client = Client()
    socket = await client.open(listener.port)
    await client.next()
    socket.send(encode("x" * 1_000_000))
    await client.next()
    assert client.timeline.entries[-1].note == "1000002"
    socket.fin()


def test_frames_that_orjson_refuses_are_read_and_written_all_the_same() -> None:
    assert parse(b'{"t":"\\ud83d"}') == {"t": "\ud83d"}
    assert parse(b"{nope") == "{nope"
    assert encode({"t": "\ud83d"}) == b'{"t":"\\ud83d"}'
