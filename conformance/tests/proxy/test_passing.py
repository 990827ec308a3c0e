"""Everything passes unchanged: frames, closes, handshakes, refusals, plain requests."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import trustme
from aiohttp import WSMsgType, web
from smooth_operator_conformance.proxy.address import parse_upstream
from smooth_operator_conformance.proxy.server import Proxy
from smooth_operator_conformance.proxy.speech import Speech

from .conftest import Start, faking


async def echo(request: web.Request) -> web.StreamResponse:
    socket = web.WebSocketResponse(compress=False, max_msg_size=0)
    await socket.prepare(request)
    async for message in socket:
        if message.type is WSMsgType.BINARY:
            await socket.send_bytes(message.data)
        elif message.data.startswith("close "):
            await socket.close(code=int(message.data[6:]), message=b"as you say")
        else:
            await socket.send_str(message.data)
    return socket


@pytest.mark.parametrize("text", ["", "hé 🐋", "x" * 3_000_000, '{"action":"ping"}'])
async def test_texts_pass_both_ways(before: Start, text: str) -> None:
    running = await before(echo)
    async with (
        aiohttp.ClientSession() as client,
        client.ws_connect(running.url, max_msg_size=0) as socket,
    ):
        await socket.send_str(text)
        assert await socket.receive_str() == text


@pytest.mark.parametrize("trusted", [True, False])
async def test_a_server_behind_tls_is_reached_and_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool
) -> None:
    authority, tls = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    said: list[str] = []
    async with faking(echo, tls) as port, aiohttp.ClientSession() as client:
        upstream = parse_upstream(f"wss://127.0.0.1:{port}/ws")
        async with Proxy(upstream, Speech(said.append), tmp_path / "out") as proxy:
            await proxy.start("127.0.0.1", 0)
            if not trusted:
                with pytest.raises(aiohttp.WSServerHandshakeError, match="502"):
                    await client.ws_connect(proxy.url)
                assert any("certificate" in line.lower() for line in said), said
                return
            async with client.ws_connect(proxy.url) as socket:
                await socket.send_str("close 1001")
                assert (await socket.receive()).data == 1001


async def test_binary_frames_and_pings_pass(before: Start) -> None:
    running = await before(echo)
    async with aiohttp.ClientSession() as client, client.ws_connect(running.url) as socket:
        await socket.send_bytes(b"\xff\x00")
        assert await socket.receive_bytes() == b"\xff\x00"
        await socket.ping(b"are you there")
        await socket.send_str("after the ping")
        assert await socket.receive_str() == "after the ping"


@pytest.mark.parametrize("code", [1000, 1001, 1009, 4408])
async def test_close_codes_and_reasons_pass(before: Start, code: int) -> None:
    running = await before(echo)
    async with aiohttp.ClientSession() as client, client.ws_connect(running.url) as socket:
        await socket.send_str(f"close {code}")
        message = await socket.receive()
    assert (message.type, message.data, message.extra) == (WSMsgType.CLOSE, code, "as you say")
    closed = [e.value for e in running.proxy.journal.entries if e.kind == "closed"]
    assert closed == [{"code": code, "reason": "as you say"}]


async def test_a_close_of_the_client_reaches_the_server(before: Start) -> None:
    seen: asyncio.Queue[Any] = asyncio.Queue()

    async def listen(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        message = await socket.receive()
        seen.put_nowait((message.data, message.extra))
        return socket

    running = await before(listen)
    async with aiohttp.ClientSession() as client, client.ws_connect(running.url) as socket:
        await socket.close(code=4001, message=b"enough")
    assert await seen.get() == (4001, "enough")


async def test_the_handshake_passes_as_it_is(before: Start) -> None:
    seen: asyncio.Queue[Any] = asyncio.Queue()

    async def listen(request: web.Request) -> web.WebSocketResponse:
        seen.put_nowait((request.headers.copy(), request.rel_url.raw_query_string, request.path))
        socket = web.WebSocketResponse(protocols=("smooth-operator.v1",), compress=False)
        await socket.prepare(request)
        await socket.close()
        return socket

    running = await before(listen, query="?tenant=blue")
    headers = {"Authorization": "Bearer tok", "Cookie": "sid=1", "Origin": "http://app.test"}
    offered = ("smooth-operator.v1", "bearer.abc")
    async with (
        aiohttp.ClientSession() as client,
        client.ws_connect(f"{running.url}?token=t%20x", headers=headers, protocols=offered) as one,
    ):
        assert one.protocol == "smooth-operator.v1"
    got, query, path = await seen.get()
    assert {name: got[name] for name in headers} == headers
    assert got["Sec-WebSocket-Protocol"].replace(" ", "") == "smooth-operator.v1,bearer.abc"
    assert (query, path) == ("token=t%20x&tenant=blue", "/ws")
    assert got["Host"] == str(parse_upstream(str(running.proxy.upstream_name)).authority)


async def test_a_refused_upgrade_passes_with_its_words(before: Start) -> None:
    async def refuse(request: web.Request) -> web.Response:
        return web.Response(status=401, text="unauthorized")

    running = await before(refuse)
    async with aiohttp.ClientSession() as client:
        with pytest.raises(aiohttp.WSServerHandshakeError) as error:
            await client.ws_connect(running.url)
    assert error.value.status == 401
    assert any("refused with HTTP 401" in line for line in running.said)


async def test_plain_requests_pass_with_their_bodies(before: Start) -> None:
    async def answer(request: web.Request) -> web.Response:
        body = await request.text()
        return web.Response(status=201, text=f"{request.method} {request.path_qs} {body}")

    running = await before(answer)
    base = running.url.replace("ws://", "http://").removesuffix("/ws")
    async with aiohttp.ClientSession() as client:
        for _ in range(2):  # connections are not kept
            async with client.post(f"{base}/health?a=1", data="x" * 100_000) as response:
                assert response.status == 201
                assert await response.text() == "POST /health?a=1 " + "x" * 100_000


async def test_nobody_behind_the_proxy_is_said_and_answered(tmp_path: Path) -> None:
    said: list[str] = []
    async with Proxy(parse_upstream("ws://127.0.0.1:1/ws"), Speech(said.append), tmp_path) as proxy:
        await proxy.start("127.0.0.1", 0)
        async with aiohttp.ClientSession() as client:
            with pytest.raises(aiohttp.WSServerHandshakeError) as error:
                await client.ws_connect(proxy.url)
    assert error.value.status == 502
    assert any("cannot be reached" in line for line in said)


async def test_bytes_that_are_no_http_are_refused(before: Start) -> None:
    running = await before(echo)
    port = int(running.url.split(":")[2].split("/")[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"hello\r\n\r\n")
    assert (await reader.read()).startswith(b"HTTP/1.1 400 ")
    writer.close()


async def test_the_end_of_the_server_is_the_end_of_the_client(before: Start) -> None:
    async def drop(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        assert request.transport is not None
        request.transport.abort()
        return socket

    running = await before(drop)
    async with aiohttp.ClientSession() as client, client.ws_connect(running.url) as socket:
        assert (await socket.receive()).type in (WSMsgType.CLOSED, WSMsgType.ERROR)
    closed = [e.value["code"] for e in running.proxy.journal.entries if e.kind == "closed"]
    assert closed == [1006]
