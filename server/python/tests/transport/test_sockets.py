"""Sockets: slow readers, silent peers, doors and routes."""

from __future__ import annotations

import asyncio
import json
import socket
from typing import Any
from urllib.request import Request, urlopen

import pytest
import websockets
from smooth_operator_server import Settings, serve_local
from smooth_operator_server.engine.model import Finished, TextDelta


class Flood:
    """A model that says a lot, and tells when it is done."""

    configured = True

    def __init__(self, bytes: int, delta: int = 16_384) -> None:
        self._deltas = bytes // delta
        self._text = "x" * delta
        self.done = asyncio.Event()

    def retries_total(self) -> int:
        return 0

    async def stream(self, request: Any) -> Any:
        for _ in range(self._deltas):
            yield TextDelta(self._text)
            await asyncio.sleep(0)
        self.done.set()
        yield Finished(self._text)

    async def complete(self, request: Any) -> Any:
        raise AssertionError("nobody asks")

    async def close(self) -> None:
        return None


async def test_a_reader_that_stands_still_is_closed_and_can_resume(connect: Any) -> None:
    flood = Flood(16 * 2**20)
    async with serve_local(model=flood) as server:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.connect(("127.0.0.1", server.port))
        sock.setblocking(False)
        slow = await connect(server, hello=["event_seq"], sock=sock, compression=None, max_queue=1)
        session = await slow.session()
        await slow.send("send_message", requestId="t", sessionId=session, message="hi")
        await asyncio.wait_for(flood.done.wait(), 10)
        codes = []
        try:
            while True:
                codes.append(json.loads(await asyncio.wait_for(slow.socket.recv(), 5)).get("seq"))
        except websockets.ConnectionClosed:
            assert slow.socket.close_code == 4408
        numbers = [seq for seq in codes if seq is not None]
        assert numbers == sorted(numbers)
        fresh = await connect(server, hello=["event_seq"])
        ack = await fresh.ask("resume_stream", sessionId=session, afterSeq=numbers[-1])
        assert ack["data"]["truncated"] is True
        assert (await fresh.until("eventual_response"))[-1]["seq"] == ack["data"]["lastSeq"]


async def test_a_silent_peer_is_given_up(connect: Any) -> None:
    settings = Settings(port=0, ping_seconds=0.02, pong_seconds=0.1)
    async with serve_local(settings) as server:
        peer = await connect(server)
        await peer.quiet()
        peer.socket.transport.pause_reading()
        closed = server.server.services.metrics.closed.labels("1006")
        async with asyncio.timeout(5):
            while closed._value.get() < 1:  # noqa: ASYNC110 - a counter tells nobody
                await asyncio.sleep(0)
        peer.socket.transport.abort()


async def test_a_peer_that_answers_pings_stays(connect: Any) -> None:
    settings = Settings(port=0, ping_seconds=0.01, pong_seconds=0.05)
    async with serve_local(settings) as server:
        peer = await connect(server)
        loop = asyncio.get_running_loop()
        until = loop.time() + 0.15
        while loop.time() < until:
            await asyncio.wait_for(await peer.socket.ping(), 5)
        await peer.quiet()


def fetch(url: str, **headers: str) -> tuple[int, str]:
    from urllib.error import HTTPError

    try:
        with urlopen(Request(url, headers=headers)) as response:
            return response.status, response.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


async def test_routes_and_doors() -> None:
    async with serve_local() as server:
        url = server.http_url
        ask = asyncio.to_thread
        for path, text in (("/health", "ok"), ("/healthz", "ok"), ("/readyz", "ready")):
            assert await ask(fetch, url + path) == (200, text)
        status, text = await ask(fetch, url + "/metrics")
        assert status == 200
        for name in (
            "smooth_operator_connections 0.0",
            'smooth_operator_turns_total{outcome="completed"} 0.0',
            "smooth_operator_turn_seconds_bucket",
            "smooth_operator_model_retries_total 0.0",
            'smooth_operator_tokens_total{kind="prompt"} 0.0',
            'smooth_operator_tool_calls_total{outcome="ok"} 0.0',
        ):
            assert name in text
        assert (await ask(fetch, url + "/health", Host="evil.test"))[0] == 403
        assert (await ask(fetch, url + "/health", Origin="https://evil.test"))[0] == 403
        assert (await ask(fetch, url + "/health", Origin="http://localhost:5173"))[0] == 200


async def test_a_page_elsewhere_cannot_open_a_socket(connect: Any) -> None:
    async with serve_local() as server:
        with pytest.raises(websockets.InvalidStatus) as caught:
            await connect(server, origin="https://evil.test")
        assert caught.value.response.status_code == 403
    allowed = Settings(port=0, allowed_origins=("https://app.test",))
    async with serve_local(allowed) as server:
        await (await connect(server, origin="https://app.test")).quiet()
