"""Tools over HTTP against a real server: what is sent, what is taken, how it fails."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from smooth_operator.protocol import prompts
from smooth_operator_server.tools.base import ToolContext, ToolResult
from smooth_operator_server.tools.caller import Caller
from smooth_operator_server.tools.http import HttpTools

SECRET = "header-that-must-not-leak"
CONTEXT = ToolContext(
    call_id="11111111-1111-4111-8111-111111111111",
    agent_id="a",
    organization_id="o",
    conversation_id="c",
    session_id="s",
    request_id="r",
    user={"id": "u", "verified": {}},
    files=[{"name": "x.csv", "url": "https://x.example/x.csv"}],
)


@dataclass(frozen=True)
class Endpoint:
    url: str
    headers: dict[str, str] = field(default_factory=lambda: {"X-Key": SECRET})


@dataclass(frozen=True)
class Spec:
    http: Endpoint
    timeout_ms: int = 5000
    name: str = "look"
    description: str = "Looks."
    parameters: dict[str, Any] = field(default_factory=dict)
    auth_level: str | None = None


@dataclass(frozen=True)
class Owner:
    tools: list[Spec]
    id: str = "a"


Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Host:
    """A tool's server: remembers the requests, answers as its handler says."""

    def __init__(self) -> None:
        self.port = 0
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.handler: Handler = self.fine
        self.asked = asyncio.Event()
        self.gone = asyncio.Event()

    async def fine(self, request: web.BaseRequest) -> web.StreamResponse:
        return web.json_response({"result": "found"})

    def answers(
        self, body: bytes, status: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        async def handler(request: web.BaseRequest) -> web.StreamResponse:
            return web.Response(body=body, status=status, headers=headers)

        self.handler = handler

    async def hang(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.gone.set()
        raise AssertionError

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self.requests.append((dict(request.headers), await request.read()))
        return await self.handler(request)


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    host = Host()
    server = web.Server(host.handle, handler_cancellation=True)
    runner = web.ServerRunner(server)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host.port = runner.addresses[0][1]
    yield host
    await runner.cleanup()


async def no_nap(seconds: float) -> None:
    return None


async def call(spec: Spec, *, caller: Caller | None = None, **arguments: Any) -> ToolResult:
    provider = HttpTools([Owner([spec])], caller=caller or Caller(sleep=no_nap))
    try:
        (tool,) = provider.tools("a")
        return await tool.call(arguments, CONTEXT)
    finally:
        await provider.close()


def spec_of(host: Host, **more: Any) -> Spec:
    return Spec(Endpoint(f"http://127.0.0.1:{host.port}/look?x=1"), **more)


def error(text: Callable[..., str]) -> ToolResult:
    return ToolResult(text(tool="look"), is_error=True)


async def test_the_request(host: Host) -> None:
    assert await call(spec_of(host), order="A7") == ToolResult("found")
    ((headers, body),) = host.requests
    assert headers["Idempotency-Key"] == CONTEXT.call_id
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Key"] == SECRET
    assert body.decode() == (
        '{"callId":"11111111-1111-4111-8111-111111111111","toolName":"look","agentId":"a",'
        '"organizationId":"o","conversationId":"c","sessionId":"s","requestId":"r",'
        '"user":{"id":"u","verified":{}},'
        '"files":[{"name":"x.csv","url":"https://x.example/x.csv"}],"arguments":{"order":"A7"}}'
    )


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ({"result": ""}, ToolResult("")),
        ({"result": "x", "extra": 1}, ToolResult("x")),
        ({"result": "x", "isError": True}, ToolResult("x", is_error=True)),
        ({"result": "x", "isError": None, "directive": None}, ToolResult("x")),
        ({"result": "x", "directive": {"type": "y"}}, ToolResult("x", directive={"type": "y"})),
    ],
)
async def test_answers(host: Host, answer: Any, result: ToolResult) -> None:
    host.answers(json.dumps(answer).encode())
    assert await call(spec_of(host)) == result


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"done",
        b"[]",
        b'"x"',
        b"{}",
        b'{"result":null}',
        b'{"result":7}',
        b'{"result":"x","isError":"no"}',
        b'{"result":"x","isError":1}',
        b'{"result":"x","directive":[]}',
        b'{"result":"\xff"}',
    ],
)
async def test_anything_else_is_no_answer(host: Host, body: bytes) -> None:
    host.answers(body)
    assert await call(spec_of(host)) == error(prompts.tool_bad_result)


async def test_compressed_answers_are_not_unpacked(host: Host) -> None:
    host.answers(gzip.compress(b'{"result":"x"}'), headers={"Content-Encoding": "gzip"})
    assert await call(spec_of(host)) == error(prompts.tool_bad_result)
    assert "Accept-Encoding" not in host.requests[0][0]


@pytest.mark.parametrize("status", [201, 204, 301, 307, 400, 404, 429, 500, 503])
async def test_every_other_status_is_an_error_and_final(host: Host, status: int) -> None:
    host.answers(b"" if status == 204 else b'{"result":"x"}', status, {"Location": "/elsewhere"})
    assert await call(spec_of(host)) == error(prompts.tool_bad_status)
    assert len(host.requests) == 1


async def test_an_answer_may_be_as_large_as_its_bound(host: Host) -> None:
    text = "x" * (1024 * 1024 - len('{"result":""}'))
    host.answers(b'{"result":"%s"}' % text.encode())
    assert await call(spec_of(host)) == ToolResult(text)
    host.answers(b'{"result":"%sx"}' % text.encode())
    assert await call(spec_of(host)) == error(prompts.tool_too_large)


async def test_an_endless_answer_is_cut(host: Host) -> None:
    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b" " * 65536)
        finally:
            host.gone.set()

    host.handler = handler
    assert await call(spec_of(host)) == error(prompts.tool_too_large)
    await host.gone.wait()


async def test_time_runs_out_and_the_request_is_closed(host: Host) -> None:
    host.handler = host.hang
    assert await call(spec_of(host, timeout_ms=50)) == error(prompts.tool_timed_out)
    await host.gone.wait()
    assert len(host.requests) == 1


async def test_cancelling_closes_the_request(host: Host) -> None:
    host.handler = host.hang
    task = asyncio.create_task(call(spec_of(host)))
    await host.asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await host.gone.wait()


async def test_a_connection_that_breaks_is_not_tried_again(host: Host) -> None:
    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    host.handler = handler
    assert await call(spec_of(host)) == error(prompts.tool_unreachable)
    assert len(host.requests) == 1


async def test_an_unopened_connection_is_tried_three_times() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    naps: list[float] = []

    async def nap(seconds: float) -> None:
        naps.append(seconds)

    spec = Spec(Endpoint(f"http://127.0.0.1:{port}/"))
    assert await call(spec, caller=Caller(sleep=nap)) == error(prompts.tool_unreachable)
    assert len(naps) == 2


async def test_a_retry_after_an_unopened_connection_repeats_the_same_call(host: Host) -> None:
    tries: list[str] = []

    class Flaky(Names):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[ResolveResult]:
            tries.append(host)
            if len(tries) < 3:
                raise OSError("name service away")
            return await super().resolve(host, port, family)

    caller = Caller(resolver=Flaky("127.0.0.1"), sleep=no_nap)
    spec = Spec(Endpoint(f"http://tools.internal:{host.port}/"))
    assert await call(spec, caller=caller) == ToolResult("found")
    assert len(tries) == 3
    assert len(host.requests) == 1


class Names(AbstractResolver):
    """Every name leads to these addresses."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._addresses
        ]

    async def close(self) -> None:
        return None


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1", "::ffff:169.254.169.254"])
async def test_a_name_that_leads_to_a_refused_address_is_not_called(address: str) -> None:
    caller = Caller(resolver=Names(address), sleep=no_nap)
    spec = Spec(Endpoint("https://tools.example/"))
    assert await call(spec, caller=caller) == error(prompts.tool_address_refused)


@pytest.mark.parametrize("url", ["https://169.254.169.254/", "https://[fe80::1]/"])
async def test_a_refused_address_itself_is_not_called(url: str) -> None:
    assert await call(Spec(Endpoint(url))) == error(prompts.tool_address_refused)


async def test_refused_addresses_are_left_out_where_others_remain(host: Host) -> None:
    caller = Caller(resolver=Names("169.254.169.254", "127.0.0.1"), sleep=no_nap)
    spec = Spec(Endpoint(f"http://tools.internal:{host.port}/"))
    assert await call(spec, caller=caller) == ToolResult("found")


async def test_nothing_secret_is_logged(host: Host, caplog: pytest.LogCaptureFixture) -> None:
    host.answers(b"oops", 500)
    with caplog.at_level(logging.DEBUG):
        await call(spec_of(host))
    assert "tool call failed" in caplog.text
    assert SECRET not in caplog.text


async def test_agents_without_tools_have_none() -> None:
    provider = HttpTools([Owner([])])
    assert provider.tools("a") == ()
    assert provider.tools("unknown") == ()
    await provider.close()
