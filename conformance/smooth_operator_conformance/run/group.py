"""One group: the case copies that share a server process, from its start to its end.

Sockets, gateway and tool host of a finished case stay until the process is done, so that a late
frame, model request or tool call still turns it red. Only then is a case judged.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from smooth_operator_conformance.laws import Audit, audit
from smooth_operator_conformance.laws.secrets import code_pattern
from smooth_operator_conformance.live.http import Web
from smooth_operator_conformance.live.player import Endpoint, Player, Tamper
from smooth_operator_conformance.records import Finding
from smooth_operator_conformance.run.lane import unfinished
from smooth_operator_conformance.run.probe import Declared, probe
from smooth_operator_conformance.scenario.placeholders import Scope, fill
from smooth_operator_conformance.schemas import Contract
from smooth_operator_conformance.servers.agents_file import write_agents
from smooth_operator_conformance.servers.files import write_files
from smooth_operator_conformance.servers.ports import free_port
from smooth_operator_conformance.servers.process import NotStarted, Process
from smooth_operator_conformance.servers.profiles import (
    CANARIES,
    HOMES,
    PROFILES,
    base_env,
    environment,
    own_names,
)
from smooth_operator_conformance.servers.target import Target, address
from smooth_operator_conformance.world.case_run import CaseRun
from smooth_operator_conformance.world.host import Host
from smooth_operator_conformance.world.tokens import token

Json = Any


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says about running."""

    jobs: int = 32
    deadline: float = 10.0
    tamper: Tamper | None = None


@dataclass(slots=True)
class Judged:
    """One copy, judged."""

    run: CaseRun
    findings: list[Finding]
    audit: Audit
    missing: tuple[str, ...] = ()
    """Capabilities that the target does not declare."""
    unavailable: str = ""
    """Why the copy could not run at all."""


@dataclass(slots=True)
class GroupResult:
    """What a group came to."""

    judged: list[Judged] = field(default_factory=list)
    seconds: float = 0.0
    """Playing time, without start and stop of the process."""
    declared: Declared = field(default_factory=Declared)
    left: list[CaseRun] = field(default_factory=list)
    """Copies that want another process: in this one a turn was left running."""
    complaints: list[str] = field(default_factory=list)
    """Faults of the process as a whole: exit code, secrets in its log, requests of nobody."""
    not_started: str = ""


class Group:
    """Runs copies of one profile in one process."""

    def __init__(
        self,
        target: Target,
        profile: str,
        runs: Sequence[CaseRun],
        host: Host,
        lane: str | None = None,
    ) -> None:
        """With a `lane` the server knows one model name: its copies are played one by one."""
        # The longest first, so that no single one is left running at the end.
        self._runs = sorted(runs, key=lambda run: -len(run.case.steps))
        self._target, self._host, self._lane = target, host, lane
        self._profile = PROFILES[profile]
        self._web = Web()
        self._process: Process | None = None
        self._players: list[Player] = []
        self._blocked = False
        """A turn was left running in a lane: nothing else can be told from it."""
        self._asked = False
        """The server was asked what it declares."""
        self.result = GroupResult()

    async def run(self, options: Options) -> GroupResult:
        """Start, play, linger, stop, judge."""
        with tempfile.TemporaryDirectory(prefix="smooth-conformance-") as folder:
            try:
                endpoint = await self._start(Path(folder))
                await self._play_all(endpoint, options)
            except NotStarted as error:
                self.result.not_started = str(error)
            finally:
                await self._stop()
        self._judge_all()
        return self.result

    async def _start(self, folder: Path) -> Endpoint:
        for run in self._runs:
            self._bind(run)
            self._host.registry.add(run)
        if self._lane is not None:
            self._host.registry.enter(self._lane, None)
        if self._target.url:
            name, port, secure = address(self._target)
            if not await self._web.is_ready(name, port, ""):
                raise NotStarted(f"nobody listens on {name}:{port}")
            scheme = "https" if secure else "http"
            for run in self._runs:
                where = {"http": f"{scheme}://{name}:{port}", "port": port, "env": {}}
                run.bindings["server"] = where
            return Endpoint(name, port, secure, path=self._target.path)
        port = free_port()
        if self._exclusive is not None:
            self._lay_out(folder / "files", self._exclusive)
        agents = folder / "agents.json"
        write_agents(agents, self._runs)
        env = self._env(port, str(agents))
        for run in self._runs:
            where = {"http": f"http://127.0.0.1:{port}", "port": port, "env": dict(env)}
            run.bindings["server"] = where
        process = self._process = Process(self._target, env, port)
        process.watch = CANARIES
        if self._exclusive is not None:
            self._listen(process, self._exclusive)
        await process.start()
        if self._exclusive is None or self._exclusive.case.body.get("ready", True):
            await process.ready(self._web)
        return Endpoint("127.0.0.1", port, signal=process.terminate, path=self._target.path)

    @property
    def _exclusive(self) -> CaseRun | None:
        return self._runs[0] if self._runs[0].case.scenario.exclusive else None

    def _bind(self, run: CaseRun) -> None:
        self._mint(run)
        run.bindings["homes"] = HOMES
        run.bindings["exact"] = self._target.exact
        run.prepare()

    def _mint(self, run: CaseRun) -> None:
        """The tokens of a copy; again when it begins, for some of them do not live long."""
        trusted = self._profile.auth == "trusted"
        scope = Scope(run.bindings)
        tokens = {n: token(fill(p, scope), trusted=trusted) for n, p in run.case.principals.items()}
        run.bindings["token"] = tokens
        run.bindings["canaries"] = [*CANARIES, *tokens.values()]
        if self._process is not None:
            self._process.watch = (*self._process.watch, *tokens.values())

    def _env(self, port: int, agents: str) -> dict[str, str]:
        base = base_env(
            port=port,
            agents=agents,
            gateway_url=self._host.gateway_url_of(self._lane),
            host=self._host.bindings["http"],
        )
        extra: dict[str, str | None] = {}
        if self._exclusive is not None:
            extra = fill(self._exclusive.case.body.get("env", {}), Scope(self._exclusive.bindings))
        own = own_names(self._target.env, base, self._target.model, self._profile)
        return {**own, **environment(self._profile, base, extra)}

    @staticmethod
    def _lay_out(folder: Path, run: CaseRun) -> None:
        """The files of an exclusive scenario; `{{files}}` is where they are."""
        run.bindings["files"] = str(folder)
        write_files(folder, fill(run.case.body.get("files", {}), Scope(run.bindings)))

    @staticmethod
    def _listen(process: Process, run: CaseRun) -> None:
        """An exclusive scenario sees the log and the exit of its process."""

        def line(text: str) -> None:
            try:
                value = json.loads(text)
            except ValueError:
                value = {"$text": text}
            run.timeline.add("log", "in", "event", value)

        def gone(code: int) -> None:
            run.timeline.add("process", "in", "event", {"exit": code})

        process.on_line, process.on_exit = line, gone

    async def _play_all(self, endpoint: Endpoint, options: Options) -> None:
        started = time.perf_counter()
        if self._exclusive is None or self._exclusive.case.body.get("ready", True):
            self._asked = True
            self.result.declared = await probe(endpoint, self._profile, options.deadline)
        slots = asyncio.Semaphore(options.jobs if self._lane is None else 1)
        async with asyncio.TaskGroup() as tasks:
            for number, run in enumerate(self._runs):
                if not self._lacks(run):
                    await slots.acquire()
                    if self._blocked:
                        self.result.left = self._runs[number:]
                        break
                    tasks.create_task(self._play(run, endpoint, options, slots))
        self._give_back()
        await self._linger()
        self.result.seconds = time.perf_counter() - started

    def _give_back(self) -> None:
        """What was not played here belongs to the next process."""
        left = set(map(id, self.result.left))
        self._runs = [run for run in self._runs if id(run) not in left]
        for run in self.result.left:
            self._host.registry.remove(run)

    def _lacks(self, run: CaseRun) -> tuple[str, ...]:
        declared = self.result.declared
        lacking = [n for n in run.case.scenario.needs if n not in declared.capabilities]
        if not declared.greets and self._asked and run.case.says_hello:
            lacking.append("hello")
        return tuple(lacking)

    async def _play(
        self, run: CaseRun, endpoint: Endpoint, options: Options, slots: asyncio.Semaphore
    ) -> None:
        started = time.perf_counter()
        self._mint(run)
        run.timeline.begin()
        player = Player(
            run,
            endpoint,
            self._host.registry,
            self._web,
            deadline=self._patience(run, options),
            tamper=run.tamper or options.tamper,
        )
        self._players.append(player)
        try:
            if self._lane is not None:
                self._host.registry.enter(self._lane, run)
            run.findings = await player.play()
            if self._lane is not None:
                await self._leave_lane(run, player)
            elif run.case.scenario.published:
                player.hang_up()
            elif self._profile.auth:
                player.leave_anonymous()
        except Exception as error:  # a fault of the runner must not end the other cases
            run.findings = [_own_fault(error)]
        finally:
            run.duration_ms = (time.perf_counter() - started) * 1000
            slots.release()

    async def _leave_lane(self, run: CaseRun, player: Player) -> None:
        """End a copy whole before the next one: only one at a time can be told from others."""
        if not run.findings:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(player.settle(), 1.0)
        # Only a process of ours can be started anew.
        self._blocked = not self._target.url and unfinished(run.timeline.entries)
        run.timeline.sealed = True
        run.release_all()
        player.hang_up()

    def _patience(self, run: CaseRun, options: Options) -> float:
        """A server that nobody waited for may still have its whole start before it."""
        if run.case.body.get("ready", True):
            return options.deadline
        return max(options.deadline, self._target.ready_seconds)

    async def _linger(self) -> None:
        """Let what is on its way arrive, bounded to a second."""
        open_ = [player for player in self._players if not player.run.timeline.sealed]
        green = [player for player in open_ if not player.run.findings]
        settling = [asyncio.create_task(player.settle()) for player in green]
        if settling:
            _, late = await asyncio.wait(settling, timeout=1.0)
            for task in late:
                task.cancel()

    async def _stop(self) -> None:
        for run in self._runs:
            run.timeline.sealed = True
            run.release_all()
        for player in self._players:
            player.hang_up()
        await self._web.close()
        if self._process is not None:
            code = await self._process.stop()
            self._complain(code)
        for run in self._runs:
            self._host.registry.remove(run)

    def _complain(self, code: int) -> None:
        assert self._process is not None
        ours = self._exclusive is not None or self._blocked or self.result.not_started
        if code != 0 and not ours:
            self.result.complaints.append(self._process.how_it_ended())
        for line in self._process.suspects[:3]:
            self.result.complaints.append(f"a planted secret in the log: {line[:160]}")
        codes = code_pattern(e for run in self._runs for e in run.timeline.entries)
        told = [line for line in self._process.lines if codes is not None and codes.search(line)]
        for line in told[:3]:
            self.result.complaints.append(f"a delivered code in the log: {line[:160]}")

    def _judge_all(self) -> None:
        contract = Contract.shared()
        for run in self._runs:
            judged = Judged(run, list(run.findings), Audit(), self._lacks(run))
            if self.result.not_started:
                judged.missing, judged.unavailable = (), self.result.not_started
            elif not judged.missing:
                timeline = run.timeline
                judged.audit = audit(
                    run.case, run.header, timeline.entries, timeline.consumed, contract
                )
                judged.findings.extend(judged.audit.findings)
            self.result.judged.append(judged)


def _own_fault(error: Exception) -> Finding:
    """The runner itself broke on a case: red, and nobody else's fault."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(place.filename).name}:{place.lineno}"
    message = f"the runner broke: {type(error).__name__}: {error} at {where}"
    return Finding("assertion", message, blame="harness")
