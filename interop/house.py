"""Our server with a scripted model, tools and code delivery around it, for clients to visit."""

from __future__ import annotations

import asyncio
import json
import tempfile
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import websockets
from smooth_operator_conformance.live.http import Web
from smooth_operator_conformance.scenario.model import Case, Scenario
from smooth_operator_conformance.servers.agents_file import write_agents
from smooth_operator_conformance.servers.ports import free_port
from smooth_operator_conformance.servers.process import Process
from smooth_operator_conformance.servers.profiles import PROFILES, base_env, environment
from smooth_operator_conformance.servers.target import Target, load_target
from smooth_operator_conformance.world.case_run import CaseRun
from smooth_operator_conformance.world.host import Host
from smooth_operator_conformance.world.tokens import token

Json = Any
PATIENCE = 10.0


class Room:
    """One act's part of the server: its agents, their models and tools, and what those saw."""

    def __init__(self, run: CaseRun, url: str, profile: str, host: Host) -> None:
        self.url, self._run, self._host = url, run, host
        self._auth = PROFILES[profile].auth

    def agent(self, name: str = "main") -> str:
        """An agent's id."""
        return str(self._run.bindings["agents"][name]["id"])

    def token(self, who: str) -> str:
        """A good token of somebody in this room's organisation."""
        claims = {"sub": who, "org": f"org-{self._run.nonce}", "email": f"{who}@example.org"}
        return token(claims, trusted=self._auth == "trusted")

    def opened(self, session: str) -> None:
        """Codes for that session are delivered here."""
        self._host.registry.sessions[session] = self._run

    async def asked(self, inbox: str = "model:main") -> Json:
        """The next request of the server: to a model, a tool or the code delivery."""
        entry = await self._run.timeline.next(inbox, PATIENCE)
        if entry is None:
            raise AssertionError(f"{inbox}: no request came within {PATIENCE:g} s")
        return entry.value

    def left(self, inbox: str) -> int:
        """How many requests came there and were not looked at."""
        return len(self._run.timeline.rest(inbox))

    def release(self, gate: str) -> None:
        """Let a held answer go on."""
        self._run.release(gate)


class House:
    """The started server."""

    def __init__(self, rooms: Mapping[str, Room], host: Host) -> None:
        self.rooms, self._host = rooms, host

    def faults(self) -> list[str]:
        """What no act accounts for: requests of nobody."""
        return [f"a stray request: {stray}" for stray in self._host.registry.strays]


@asynccontextmanager
async def serving(
    agents: Mapping[str, Mapping[str, Json]], profile: str, target: Target | None = None
) -> AsyncIterator[House]:
    """Our server with one room for each name in `agents` (agents as scenarios write them).

    A target that takes no agents file has one room, whose `main` answers for its one model. Raises
    NotStarted. The server has ended when the block has.
    """
    target = target or load_target("python")
    host, web, port = Host(), Web(), free_port()
    await host.start()
    url = f"ws://127.0.0.1:{port}/ws"
    with tempfile.TemporaryDirectory(prefix="smooth-interop-") as folder:
        runs = {name: _run(name, given, profile, host) for name, given in agents.items()}
        file = Path(folder) / "agents.json"
        write_agents(file, list(runs.values()))
        base = base_env(
            port=port, agents=str(file), gateway_url=host.gateway_url, host=host.bindings["http"]
        )
        process = Process(target, environment(PROFILES[profile], base, {}), port)
        rooms = {name: Room(run, url, profile, host) for name, run in runs.items()}
        try:
            if target.provision == "env":
                first = next(iter(runs.values()))
                host.registry.models[target.model] = (first, "main")
            await process.start()
            await process.ready(web)
            yield House(rooms, host)
        finally:
            for run in runs.values():
                run.release_all()
            await web.close()
            await process.stop()
            await host.stop()


def _run(name: str, agents: Mapping[str, Json], profile: str, host: Host) -> CaseRun:
    body: dict[str, Json] = {
        "name": f"interop/{name}",
        "profile": profile,
        "agents": dict(agents),
        "steps": [],
    }
    body |= {"requirements": [], "kill": []}
    case = Case(Scenario(body["name"], body), "", body)
    run = CaseRun(case, "interop", uuid.uuid4().hex[:12], host.bindings)
    run.prepare()
    host.registry.add(run)
    return run


async def raw_session(url: str, agent: str, supports: list[str]) -> str:
    """A session that declared `supports`, opened by a frame of ours: the published Python client
    has no argument for it, but may go on in a session that somebody else opened."""
    frame = {
        "action": "create_conversation_session",
        "requestId": "by-hand",
        "agentId": agent,
        "supports": supports,
    }
    async with asyncio.timeout(PATIENCE), websockets.connect(url) as socket:
        await socket.send(json.dumps(frame))
        return str(json.loads(await socket.recv())["data"]["sessionId"])
