"""What the proxy's tests share: a real server behind it, small ones, and an app in front."""

from __future__ import annotations

import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from smooth_operator_conformance.live.http import Web
from smooth_operator_conformance.proxy.address import parse_upstream
from smooth_operator_conformance.proxy.server import Proxy
from smooth_operator_conformance.proxy.speech import Speech
from smooth_operator_conformance.scenario.load import parse_scenario
from smooth_operator_conformance.servers.agents_file import write_agents
from smooth_operator_conformance.servers.ports import free_port
from smooth_operator_conformance.servers.process import Process
from smooth_operator_conformance.servers.profiles import PROFILES, base_env, environment
from smooth_operator_conformance.servers.target import Target
from smooth_operator_conformance.world.case_run import CaseRun
from smooth_operator_conformance.world.host import Host

Json = Any
SMALL = str(Path(__file__).parent.parent / "fakes" / "small_server.py")


def small(fault: str = "") -> Target:
    """The small server of the fakes, with a fault to order."""
    return Target("small", (sys.executable, SMALL), env={"FAKE_FAULT": fault})


@dataclass
class Running:
    """A proxy before a server, and what it said."""

    proxy: Proxy
    agent: str = ""
    """An agentId that the server knows."""
    said: list[str] = field(default_factory=list)
    run: CaseRun | None = None
    """Opens the gates of the scripted model."""

    @property
    def url(self) -> str:
        return self.proxy.url

    @property
    def broken(self) -> list[tuple[str, str]]:
        """Requirement and side of each violation that counts."""
        return [(v.requirement, v.side) for v in self.proxy.violations if v.binding]


Agent = dict[str, Json]


@asynccontextmanager
async def serving(target: Target, agent: Agent, folder: Path) -> AsyncIterator[tuple[int, CaseRun]]:
    """A server process whose one agent is scripted; its port, and the script's run."""
    raw = {
        "name": "proxy/app",
        "description": "An app in front of the proxy.",
        "requirements": ["TURN-001"],
        "kill": ["drop:pong"],
        "profile": "shared",
        "agents": {"main": agent},
        "steps": [{"open": {"on": "a"}}, {"cut": {"on": "a", "how": "fin"}}],
    }
    host, client = Host(), Web()
    await host.start()
    run = CaseRun(parse_scenario(raw, "proxy/app").cases()[0], "t", "abcdefghijkl", host.bindings)
    run.prepare()
    host.registry.add(run)
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240  # a fixture, nobody waits
    write_agents(folder / "agents.json", [run])
    port = free_port()
    run.bindings["server"] = {"ws": f"ws://127.0.0.1:{port}/ws"}
    base = base_env(
        port=port,
        agents=str(folder / "agents.json"),
        gateway_url=host.gateway_url,
        host=host.bindings["http"],
    )
    process = Process(target, environment(PROFILES["shared"], base, {}), port)
    try:
        await process.start()
        await process.ready(client)
        yield port, run
    finally:
        run.release_all()
        await client.close()
        await process.stop()
        host.registry.remove(run)
        await host.stop()


Start = Callable[..., Awaitable[Running]]


@pytest.fixture
async def before(tmp_path: Path) -> AsyncIterator[Start]:
    """Starts a proxy before a server: `await before(target or handler, agent)`."""
    async with AsyncExitStack() as stack:

        async def start(what: Any, agent: Agent | None = None, query: str = "") -> Running:
            said: list[str] = []
            run: CaseRun | None = None
            if isinstance(what, Target):
                place = serving(what, agent or {"script": []}, tmp_path / "server")
                port, run = await stack.enter_async_context(place)
            else:
                port = await stack.enter_async_context(faking(what))
            upstream = parse_upstream(f"ws://127.0.0.1:{port}/ws{query}")
            proxy = Proxy(upstream, Speech(said.append), tmp_path / "out")
            await stack.enter_async_context(proxy)
            await proxy.start("127.0.0.1", 0)
            known = run.bindings["agents"]["main"]["id"] if run is not None else ""
            return Running(proxy, known, said, run)

        yield start


@asynccontextmanager
async def faking(
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    tls: ssl.SSLContext | None = None,
) -> Any:
    """A server of one handler; its port."""
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def saying(*frames: Json, then: int = 1000) -> Callable[[web.Request], Awaitable[Any]]:
    """A handler that answers the first frame with all of these, and closes."""

    async def handler(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        await socket.receive()
        for frame in frames:
            await (socket.send_str if isinstance(frame, str) else socket.send_json)(frame)
        await socket.close(code=then)
        return socket

    return handler


App = Callable[..., Awaitable[list[Json]]]


@pytest.fixture
def app() -> App:
    """An app: opens a socket, sends frames, and gives what came until the server closed."""
    import aiohttp

    async def talk(url: str, *frames: Json) -> list[Json]:
        async with aiohttp.ClientSession() as client, client.ws_connect(url) as socket:
            for frame in frames:
                await (socket.send_str if isinstance(frame, str) else socket.send_json)(frame)
            return [message.data async for message in socket]

    return talk
