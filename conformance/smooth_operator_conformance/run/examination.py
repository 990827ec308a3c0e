"""What `doctor` looks at, in order; the first thing that is wrong ends it with what to do."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from smooth_operator_conformance.live.http import Web
from smooth_operator_conformance.live.player import Endpoint
from smooth_operator_conformance.run import advice
from smooth_operator_conformance.run.advice import Unwell
from smooth_operator_conformance.run.caller import Caller
from smooth_operator_conformance.run.naming import copy_of, lane_for, seed_for
from smooth_operator_conformance.scenario.load import parse_scenario
from smooth_operator_conformance.scenario.model import Case
from smooth_operator_conformance.servers.agents_file import write_agents
from smooth_operator_conformance.servers.ports import free_port
from smooth_operator_conformance.servers.process import NotStarted, Process
from smooth_operator_conformance.servers.profiles import (
    CANARIES,
    GATEWAY_KEY,
    PROFILES,
    base_env,
    environment,
    own_names,
)
from smooth_operator_conformance.servers.target import Target, address
from smooth_operator_conformance.world.case_run import CaseRun
from smooth_operator_conformance.world.host import CannotListen, Host

Json = Any
ANSWER = "I am scripted."
SCENARIO: dict[str, Json] = {
    "name": "doctor/looks",
    "description": "The target uses our agents file and our gateway.",
    "requirements": ["TURN-001"],
    "kill": ["drop:stream_token"],
    "profile": "shared",
    "agents": {"main": {"script": [{"text": ANSWER}]}},
    "steps": [{"open": {"on": "a"}}, {"send": {"on": "a", "frame": {"action": "ping"}}}],
}


def doctor_case() -> Case:
    """The case whose agent the doctor talks to; `agents` writes it into every file."""
    return parse_scenario(SCENARIO, "doctor/looks").cases()[0]


class Examination:
    """One look at one target; `say` gets a line for everything that is well."""

    def __init__(
        self, target: Target, *, seed: str, profile: str, say: Callable[[str], None]
    ) -> None:
        self._target, self._say = target, say
        self._profile_name = profile or target.profile or "shared"
        self._profile = PROFILES[self._profile_name]
        self._seed = seed_for(target, seed, "doctor")
        self._host = Host()
        self._web = Web()
        self._lane = lane_for(target, "doctor")
        self._process: Process | None = None

    async def run(self, listen: tuple[str, int]) -> None:
        """Look at everything; raises Unwell at the first fault."""
        try:
            await self._host.start(*listen)
        except CannotListen as error:
            raise advice.cannot_listen(error) from error
        try:
            with tempfile.TemporaryDirectory(prefix="smooth-conformance-") as folder:
                await self._look(Path(folder))
        finally:
            await self._web.close()
            await self._host.stop()

    async def _look(self, folder: Path) -> None:
        run = copy_of(doctor_case(), self._target, self._seed, 0, self._host.bindings)
        run.prepare()
        self._host.registry.add(run)
        if self._lane is not None:
            self._host.registry.enter(self._lane, run)
        try:
            endpoint = await self._reach(folder, run)
            await self._talk(endpoint, run)
            await self._end()
        finally:
            run.release_all()
            if self._process is not None:
                await self._process.stop()

    async def _reach(self, folder: Path, run: CaseRun) -> Endpoint:
        if not self._target.url:
            return await self._start(folder, run)
        host, port, secure = address(self._target)
        if not await self._web.is_ready(host, port, ""):
            raise advice.nobody_there(host, port)
        self._say(f"somebody listens on {host}:{port}")
        return Endpoint(host, port, secure, path=self._target.path)

    async def _start(self, folder: Path, run: CaseRun) -> Endpoint:
        port, agents = free_port(), folder / "agents.json"
        write_agents(agents, [run])
        base = base_env(
            port=port,
            agents=str(agents),
            gateway_url=self._host.gateway_url_of(self._lane),
            host=self._host.bindings["http"],
        )
        own = own_names(self._target.env, base, self._target.model, self._profile)
        env = {**own, **environment(self._profile, base, {})}
        process = self._process = Process(self._target, env, port)
        process.watch = CANARIES
        try:
            await process.start()
            await process.ready(self._web)
        except NotStarted as error:
            listening = await self._web.is_ready("127.0.0.1", port, "")
            raise advice.not_started(self._target, str(error), port, listening) from error
        self._say("it starts and is ready")
        return Endpoint("127.0.0.1", port, path=self._target.path)

    async def _talk(self, endpoint: Endpoint, run: CaseRun) -> None:
        caller = Caller(endpoint, self._profile)
        try:
            await self._greet(caller, endpoint)
            if self._target.provision == "none":
                raise advice.takes_nothing()
            session = await self._create(caller, run)
            await self._ask(caller, run, session)
        finally:
            caller.close()

    async def _greet(self, caller: Caller, endpoint: Endpoint) -> None:
        status = await caller.open()
        if status != 101:
            raise advice.no_socket(endpoint, status, self._profile_name)
        self._say(f"the WebSocket {endpoint.path} opens")
        # First, because later a hello is refused.
        welcome = await caller.request(
            {"action": "hello", "protocolVersions": ["1"], "supports": []}
        )
        pong = await caller.request({"action": "ping"})
        if not isinstance(pong, dict) or pong.get("type") != "pong":
            raise advice.no_pong(pong)
        self._say("ping is answered by pong")
        names = ", ".join(_capabilities(welcome))
        self._say(f"it declares {names or 'nothing beyond the published protocol'}")

    async def _create(self, caller: Caller, run: CaseRun) -> str:
        agent = run.bindings["agents"]["main"]["id"]
        action = {"action": "create_conversation_session"}
        ack = await caller.request({**action, "agentId": agent})
        session = _session(ack)
        if session:
            self._say("a session is created with an agent of ours")
            return session
        another = {**action, "agentId": str(uuid.uuid4())}
        anyhow = _session(await caller.request(action)) or _session(await caller.request(another))
        raise advice.no_session(self._target, ack, bool(anyhow))

    async def _ask(self, caller: Caller, run: CaseRun, session: str) -> None:
        frame = {"action": "send_message", "sessionId": session, "message": "Who answers?"}
        frames = await caller.turn(frame)
        asked = [e.value for e in run.timeline.entries if e.inbox == "model:main"]
        strays = list(self._host.registry.strays)
        wanted = run.bindings["agents"]["main"]["model"]
        if not asked:
            url = self._host.gateway_url_of(self._lane)
            raise advice.no_model_request(self._target, url, wanted, strays, frames)
        self._say("its model request comes to our gateway")
        if asked[0].get("model") != wanted:
            raise advice.other_model(self._target, wanted, asked[0].get("model"))
        self._say("it asks for the model that it was told")
        if asked[0]["$headers"].get("authorization") != f"Bearer {GATEWAY_KEY}":
            raise advice.other_key("authorization" in asked[0]["$headers"])
        self._say("it sends the key that it was told")
        if ANSWER not in str(frames[-1:]):
            raise advice.answer_lost(frames)
        self._say("the scripted answer reaches the client")

    async def _end(self) -> None:
        if self._process is None:
            return
        code = await self._process.stop()
        if self._process.suspects:
            raise advice.secret_logged()
        if code != 0:
            raise advice.bad_end(code, self._target.stop_seconds)
        self._say("it ends with exit code 0 after SIGTERM")


def _capabilities(welcome: Json) -> list[str]:
    data = welcome.get("data") if isinstance(welcome, dict) else None
    names = data.get("capabilities") if isinstance(data, dict) else None
    return [str(name) for name in names] if isinstance(names, list) else []


def _session(ack: Json) -> str:
    data = ack.get("data") if isinstance(ack, dict) else None
    session = data.get("sessionId") if isinstance(data, dict) else None
    return session if isinstance(session, str) else ""


async def examine(
    target: Target,
    listen: tuple[str, int],
    *,
    seed: str = "",
    profile: str = "",
    say: Callable[[str], None],
) -> Unwell | None:
    """What is wrong with a target first; None when everything is well."""
    try:
        await Examination(target, seed=seed, profile=profile, say=say).run(listen)
    except Unwell as found:
        return found
    return None
