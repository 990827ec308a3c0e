"""Real sockets: how tokens travel, what limits and refusals look like, what a cut does."""

from __future__ import annotations

import asyncio
import contextlib
import http
import json

import pytest
from smooth_operator import ClosedError, ConnectError, Disconnected, Reconnect, connect
from websockets.asyncio.server import serve
from websockets.utils import accept_key

SELECT = "smooth-operator.v1"


class House:
    """A small WebSocket server; `talk` is what it does on each connection."""

    def __init__(self, talk, **options):
        self.requests = []
        self._talk = talk
        self._options = options

    async def __aenter__(self):
        self._server = await serve(self._serve, "127.0.0.1", 0, **self._options)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"ws://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *exc):
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, socket):
        self.requests.append(socket.request)
        await self._talk(socket)


async def old(socket):
    """Knows no hello; echoes each message as a turn."""
    async for data in socket:
        frame = json.loads(data)
        request_id = frame["requestId"]
        if frame["action"] == "send_message":
            text = frame["message"]
            response = {"responseParts": [text]}
            inner = {"messageId": "m", "response": response, "needsEscalation": False}
            event = {
                "type": "eventual_response",
                "data": {"requestId": request_id, "status": 200, "data": inner},
            }
        else:
            descriptor = {"code": "UNSUPPORTED_ACTION", "message": "no"}
            event = {"type": "error", "error": descriptor, "data": {"error": descriptor}}
        await socket.send(json.dumps({"requestId": request_id, **event}))


def chosen(server, offered):
    return SELECT if SELECT in offered else None


async def test_a_turn_over_a_real_socket():
    async with House(old) as house, connect(house.url) as client:
        assert client.hello is None
        assert (await client.session("s").send("grüße 😀")).text == "grüße 😀"


async def test_without_a_token_nothing_is_offered():
    async with House(old) as house, connect(house.url):
        headers = house.requests[0].headers
    assert "Authorization" not in headers
    assert "Sec-WebSocket-Protocol" not in headers
    assert house.requests[0].path == "/ws"


async def test_a_server_that_selects_the_subprotocol_gets_the_token_there():
    async with House(old, select_subprotocol=chosen) as house, connect(house.url, token="tok"):
        pass
    assert len(house.requests) == 1
    assert house.requests[0].headers["Sec-WebSocket-Protocol"] == f"{SELECT}, bearer.tok"
    assert "tok" not in house.requests[0].path


async def test_a_server_that_selects_none_gets_it_in_the_query():
    async with House(old) as house:
        async with connect(house.url, token="t k"):
            pass
        async with connect(f"{house.url}/ws?a=1", token="tok"):
            pass
    assert house.requests[1].path == "/ws?token=t%20k"
    assert house.requests[3].path == "/ws?a=1&token=tok"
    assert "Sec-WebSocket-Protocol" not in house.requests[3].headers


async def test_a_strict_server_that_reads_only_the_query_is_found_too():
    def strict(connection, request):
        if "token=tok" not in request.path:
            return connection.respond(http.HTTPStatus.UNAUTHORIZED, "unauthorized")
        return None

    async with House(old, process_request=strict) as house:
        async with connect(house.url, token="tok"):
            pass
        with pytest.raises(ConnectError) as raised:
            await connect(house.url, token="bad")
    assert raised.value.http_status == 401
    assert "bad" not in str(raised.value)


@pytest.mark.parametrize("way", ["header", "query"])
async def test_a_way_that_was_chosen_is_kept(way):
    async with House(old) as house, connect(house.url, token="tok", token_transport=way):
        pass
    (request,) = house.requests
    assert (request.headers.get("Authorization") == "Bearer tok") == (way == "header")
    assert ("token=tok" in request.path) == (way == "query")


async def test_headers_and_origin_are_sent():
    extra = {"headers": {"X-Trace": "1"}, "origin": "https://a.example"}
    async with House(old) as house, connect(house.url, **extra):
        pass
    headers = house.requests[0].headers
    assert (headers["X-Trace"], headers["Origin"]) == ("1", "https://a.example")


async def test_a_refused_upgrade_carries_its_status_and_a_redirect_is_one():
    def refuse(connection, request):
        response = connection.respond(http.HTTPStatus.TEMPORARY_REDIRECT, "")
        response.headers["Location"] = "ws://127.0.0.1:1/ws"
        return response

    async with House(old, process_request=refuse) as house:
        with pytest.raises(ConnectError) as raised:
            await connect(house.url)
    assert raised.value.http_status == 307


@pytest.mark.parametrize("url", ["ws://127.0.0.1:1", "nonsense", "ftp://h/x?token=secret"])
async def test_what_cannot_be_reached_is_a_connect_error(url):
    with pytest.raises(ConnectError) as raised:
        await connect(url)
    assert raised.value.http_status is None
    assert "secret" not in str(raised.value)


async def test_a_frame_over_the_limit_closes_1009_for_good():
    async def flood(socket):
        with contextlib.suppress(Exception):
            await socket.recv()
            await socket.send("x" * (2**20 + 1))
            await socket.wait_closed()

    async with House(flood) as house:
        client = await connect(house.url, hello=False)
        turn = client.session("s").send("hi")
        with pytest.raises(ClosedError) as raised:
            await turn
        assert raised.value.close_code == 1009
        assert client.closed
        await client.close()


async def test_a_large_frame_goes_out_and_a_frame_at_the_limit_comes_in():
    async def big(socket):
        frame = json.loads(await socket.recv())
        assert len(frame["images"][0]["url"]) > 4_000_000
        text = "y" * (2**20 - 400)
        inner = {"messageId": "m", "response": {"responseParts": [text]}}
        data = {"requestId": frame["requestId"], "status": 200, "data": inner}
        event = {"type": "eventual_response", "requestId": frame["requestId"], "data": data}
        await socket.send(json.dumps(event))
        await socket.wait_closed()

    async with House(big, max_size=2**23) as house, connect(house.url, hello=False) as client:
        picture = {"url": "data:image/png;base64," + "A" * 4_000_000}
        answer = await client.session("s").send("look", images=[picture])
        assert len(answer.text) == 2**20 - 400


async def test_a_lost_connection_is_replaced():
    calls = []

    async def flaky(socket):
        calls.append(socket)
        if len(calls) == 1:
            await socket.recv()
            await socket.recv()
            socket.transport.abort()
            return
        await old(socket)

    policy = Reconnect(initial=0)
    async with (
        House(flaky) as house,
        connect(house.url, hello=False, reconnect=policy) as client,
    ):
        session = client.session("s")
        first = session.send("one")
        session.send("two")
        with pytest.raises(Disconnected):
            await first
        assert (await session.send("three")).text == "three"


async def test_a_close_says_its_code_and_reason():
    async def goodbye(socket):
        await socket.recv()
        await socket.close(4429, "too many")

    async with House(goodbye) as house:
        client = await connect(house.url, hello=False)
        with pytest.raises(ClosedError) as raised:
            await client.ping()
        assert (raised.value.close_code, raised.value.reason) == (4429, "too many")
        await client.close()


async def test_a_peer_that_answers_no_ping_is_given_up():
    release = asyncio.Event()

    async def deaf(reader, writer):
        request = await reader.readuntil(b"\r\n\r\n")
        key = next(
            line.split(b": ")[1]
            for line in request.split(b"\r\n")
            if line.lower().startswith(b"sec-websocket-key")
        )
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept_key(key.decode()).encode() + b"\r\n\r\n"
        )
        await release.wait()
        writer.close()

    server = await asyncio.start_server(deaf, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = await connect(
        f"ws://127.0.0.1:{port}",
        hello=False,
        ping_interval=0.02,
        ping_timeout=0.02,
        close_timeout=0.02,
        reconnect=None,
    )
    with pytest.raises(ClosedError) as raised:
        await client.ping()
    assert raised.value.close_code == 1011
    release.set()
    await client.close()
    server.close()
    await server.wait_closed()
