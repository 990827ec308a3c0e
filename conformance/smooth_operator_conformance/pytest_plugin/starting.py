"""Starts the server that `--smooth-target` names, with an agents file and settings of ours."""

from __future__ import annotations

import importlib.util
import json
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from smooth_operator_conformance.live.http import Web
from smooth_operator_conformance.pytest_plugin.play import Play
from smooth_operator_conformance.pytest_plugin.wish import Settings
from smooth_operator_conformance.schemas import Contract
from smooth_operator_conformance.servers.ports import free_port
from smooth_operator_conformance.servers.process import NotStarted, Process
from smooth_operator_conformance.servers.profiles import PROFILES, base_env, own_names
from smooth_operator_conformance.servers.target import BadTarget, Target, load_target
from smooth_operator_conformance.world.host import Host

Json = Any
LANE = "pytest"
"""Where the gateway of a server is that knows one model name for all of its tests."""
NOBODY = {
    "id": "00000000-0000-4000-8000-000000000000",
    "slug": "nobody",
    "name": "nobody",
    "model": "nobody: the app named an agent that this server does not have",
}
"""Answers for unknown agents, so that no test gets the requests of another."""


class CannotServe(Exception):
    """No server for this test; the text says why and what to do."""


class NeverReady(CannotServe):
    """The server runs and does not answer; it would not for the next test either."""


@dataclass(slots=True)
class Running:
    """One server process. `copies` are the tests whose agents it has."""

    process: Process
    env: Mapping[str, str]
    port: int
    copies: set[str] = field(default_factory=set)


def chosen_target(name: str) -> Target:
    """The target that an option names; raises CannotServe."""
    try:
        target = load_target(name)
    except BadTarget as error:
        raise CannotServe(f"--smooth-target: {error}") from error
    if target.url:
        raise CannotServe(
            f"--smooth-target {name}: a server that already runs cannot be given this session's "
            "agents; name a target or say how to start it: cmd:…"
        )
    # The wheel always holds the server's modules; what they need comes with the extra alone.
    if name == "python" and importlib.util.find_spec("uvicorn") is None:
        raise CannotServe(
            "the Python server cannot run here: pip install 'smooth-operator-kit[server]', "
            "or name another one with --smooth-target cmd:…"
        )
    return target


def faults(target: Target, play: Play) -> str:
    """Why a test's agents cannot be served, empty when they can as far as can be told here."""
    if target.provision != "agents-file":
        named = sorted({key for agent in play.wish.agents.values() for key in agent})
        if named or len(play.wish.agents) > 1:
            more = ", ".join(named) or "several agents"
            return f"{target.name} reads no agents file, so that mark.smooth cannot give it {more}"
        return ""
    found = Contract.shared().faults("agents.schema.json", {"agents": play.entries()})
    return f"mark.smooth: no such agent is possible: {found[0]}" if found else ""


async def started(
    target: Target, host: Host, plays: Sequence[Play], settings: Settings, folder: Path, web: Web
) -> Running:
    """A server that has the agents of these tests; raises NotStarted and NeverReady."""
    port = free_port()
    path = folder / f"agents-{port}.json"
    path.write_text(json.dumps({"agents": _listed(plays)}), "utf-8")
    by_lane = target.provision != "agents-file"
    made = base_env(
        port=port,
        agents=str(path),
        gateway_url=host.gateway_url_of(LANE if by_lane else None),
        host=host.bindings["http"],
    )
    own = own_names(target.env, made, target.model, PROFILES["shared"])
    env = {**own, **made, **dict(settings)}
    process = Process(target, env, port)
    try:
        await process.start()
        await process.ready(web)
    except NotStarted as error:
        if await process.stop() == -signal.SIGTERM:
            raise NeverReady(f"the server does not get ready: {error}") from error
        raise
    return Running(process, env, port, {play.nonce for play in plays})


def _listed(plays: Sequence[Play]) -> list[Json]:
    """On a shared server nobody answers for unknown agents; on its own, the first of the file."""
    agents = [entry for play in plays for entry in play.entries()]
    return agents if len(plays) == 1 and plays[0].wish.own_server else [NOBODY, *agents]
