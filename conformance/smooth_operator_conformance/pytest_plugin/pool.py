"""The servers of a session: one for each set of settings, started when it is first needed.

A server reads its agents when it starts. So every test of the session that wants these settings
gets its agents into the file, long before it runs.
"""

from __future__ import annotations

import importlib.util
import json
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from smooth_operator_conformance.live.http import Web
from smooth_operator_conformance.pytest_plugin.backstage import Backstage
from smooth_operator_conformance.pytest_plugin.play import Play
from smooth_operator_conformance.pytest_plugin.wish import Settings, Wish
from smooth_operator_conformance.schemas import Contract
from smooth_operator_conformance.servers.process import NotStarted, Process, free_port
from smooth_operator_conformance.servers.profiles import base_env
from smooth_operator_conformance.servers.target import BadTarget, Target, load_target

Json = Any
NOBODY = {
    "id": "00000000-0000-4000-8000-000000000000",
    "slug": "nobody",
    "name": "nobody",
    "model": "nobody: the app named an agent that this server does not have",
}
"""Answers for unknown agents, so that no test gets the requests of another."""


class CannotServe(Exception):
    """No server for this test; the text says why and what to do."""


@dataclass(slots=True)
class Running:
    """One server process. `copies` are the tests whose agents it has."""

    process: Process
    env: Mapping[str, str]
    port: int
    copies: set[str] = field(default_factory=set)


class Pool:
    """Servers by settings, one backstage for all of them."""

    def __init__(self, target: str, wishes: Mapping[str, Wish]) -> None:
        self._target = _target(target)
        self._wishes = wishes
        self._running: dict[Settings, Running] = {}
        self._own: list[Running] = []
        self._folder = tempfile.TemporaryDirectory(prefix="smooth-pytest-")
        self._web: Web | None = None
        self.backstage = Backstage()

    def play(self, test: str, wish: Wish) -> Play:
        """The copy of a test, on stage until `leave`."""
        play = self.backstage.do(self._make(test, wish))
        self.backstage.host.registry.add(play)
        return play

    def leave(self, play: Play) -> None:
        """What is asked for this test from now on is nobody's."""
        self.backstage.do(self._end(play))

    def server(self, play: Play) -> Running:
        """The server that has the agents of a test; raises CannotServe."""
        _check(play)
        wish = play.wish
        if wish.own_server:
            return self._start_own(play)
        found = self._running.get(wish.settings)
        if found is None:
            try:
                found = self._start(self._group(play), wish.settings)
            except NotStarted:
                # One test's agents may be what the server refuses: each gets a server of its own.
                return self._start_own(play)
            self._running[wish.settings] = found
        return found if play.nonce in found.copies else self._start_own(play)

    def stop(self, running: Running) -> None:
        """End a server that only one test had."""
        if running in self._own:
            self._own.remove(running)
            self.backstage.do(running.process.stop())

    def close(self) -> None:
        """End every server and the backstage."""
        for running in [*self._running.values(), *self._own]:
            self.backstage.do(running.process.stop())
        if self._web is not None:
            self.backstage.do(self._web.close())
        self.backstage.close()
        self._folder.cleanup()

    async def _make(self, test: str, wish: Wish) -> Play:
        return Play(test, wish, self.backstage.host.bindings)

    async def _end(self, play: Play) -> None:
        play.timeline.sealed = True
        play.release_all()
        self.backstage.host.registry.remove(play)

    def _group(self, play: Play) -> list[Play]:
        """The test, and every other that wants the same settings and is no nonsense."""
        others = [
            self.backstage.do(self._make(test, wish))
            for test, wish in self._wishes.items()
            if wish.settings == play.wish.settings and not wish.own_server
        ]
        sound = [other for other in others if other.nonce != play.nonce and not _faults(other)]
        return [play, *sound]

    def _start_own(self, play: Play) -> Running:
        try:
            running = self._start([play], play.wish.settings)
        except NotStarted as error:
            raise CannotServe(f"the server did not start: {error}") from error
        self._own.append(running)
        return running

    def _start(self, plays: Iterable[Play], settings: Settings) -> Running:
        return self.backstage.do(self._started(list(plays), settings))

    async def _started(self, plays: list[Play], settings: Settings) -> Running:
        port = free_port()
        path = Path(self._folder.name) / f"agents-{port}.json"
        agents = [entry for play in plays for entry in play.entries()]
        path.write_text(json.dumps({"agents": _answering(agents, plays)}), "utf-8")
        host = self.backstage.host
        made = base_env(
            port=port, agents=str(path), gateway_url=host.gateway_url, host=host.bindings["http"]
        )
        env = {**made, **dict(settings)}
        process = Process(self._target, env, port)
        self._web = self._web or Web()
        try:
            await process.start()
            await process.ready(self._web)
        except NotStarted:
            await process.stop()
            raise
        return Running(process, env, port, {play.nonce for play in plays})


def _answering(agents: list[Json], plays: list[Play]) -> list[Json]:
    """On a shared server nobody answers for unknown agents; on its own, the first of the file."""
    return agents if len(plays) == 1 and plays[0].wish.own_server else [NOBODY, *agents]


def _target(name: str) -> Target:
    try:
        target = load_target(name)
    except BadTarget as error:
        raise CannotServe(f"--smooth-target: {error}") from error
    if target.url:
        raise CannotServe(
            f"--smooth-target {name}: a server that already runs cannot be given this session's "
            "agents; name a target or say how to start it: cmd:…"
        )
    if name == "python" and importlib.util.find_spec("smooth_operator_server") is None:
        raise CannotServe(
            "the Python server is not installed here: pip install 'smooth-operator-kit[server]', "
            "or name another one with --smooth-target cmd:…"
        )
    return target


def _faults(play: Play) -> list[str]:
    contract = Contract.shared()
    return contract.faults("agents.schema.json", {"agents": play.entries()})


def _check(play: Play) -> None:
    faults = _faults(play)
    if faults:
        raise CannotServe(f"mark.smooth: no such agent is possible: {faults[0]}")
