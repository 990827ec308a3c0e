"""One copy of a case while it runs: its names, its queues, its gates, its timeline."""

from __future__ import annotations

import asyncio
import copy
import time
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

from smooth_operator_conformance.live.timeline import Timeline
from smooth_operator_conformance.records import Finding, TraceHeader
from smooth_operator_conformance.scenario.model import Case
from smooth_operator_conformance.scenario.placeholders import Scope, fill, stable_uuid

Json = Any


class CaseRun:
    """Everything that belongs to one copy of a case on one target."""

    def __init__(
        self, case: Case, target: str, nonce: str, host: dict[str, Json], fresh: str = ""
    ) -> None:
        """`fresh` is what `{{nonce}}` says where agents were named by an earlier run's nonce."""
        self.case, self.target, self.nonce = case, target, nonce
        self.bindings: dict[str, Json] = {
            "nonce": fresh or nonce,
            "agents": {name: self._agent_names(name, a) for name, a in case.agents.items()},
            "host": {**host, "jwks": f"{host['http']}/jwks/{nonce}"},
            "tools": {name: self._tool_urls(host, name, a) for name, a in case.agents.items()},
            "token": {},
            "canaries": [],
        }
        self.timeline = Timeline()
        self.findings: list[Finding] = []
        self.duration_ms = 0.0
        self.timed_out = False
        self.tamper: Callable[[str, Json], list[Json]] | None = None
        """Live operators: what leaves instead of a frame, in this copy alone."""
        self._gates: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._scripts: dict[str, deque[Json]] = {}
        self._answers: dict[str, deque[Json]] = {}

    def _agent_names(self, name: str, agent: dict[str, Json]) -> dict[str, Json]:
        model = f"m.{self.nonce}.{name}"
        return {
            "id": agent.get("id") or stable_uuid(self.nonce, f"agent/{name}"),
            "slug": agent.get("slug") or f"s-{self.nonce}-{name}",
            "model": model,
            "models": {short: f"{model}.{short}" for short in agent.get("scripts", {})},
        }

    def _tool_urls(self, host: dict[str, Json], name: str, agent: dict[str, Json]) -> Json:
        base = f"{host['http']}/tool/{self.nonce}/{name}"
        return {tool["name"]: {"url": f"{base}/{tool['name']}"} for tool in agent.get("tools", ())}

    def prepare(self) -> None:
        """Fill the queues; called once the bindings are complete."""
        self.bindings["now"] = int(time.time())
        scope = Scope(self.bindings)
        for name, agent in self.case.agents.items():
            self._scripts[name] = deque(fill(agent["script"], scope))
            for short, script in agent.get("scripts", {}).items():
                self._scripts[f"{name}.{short}"] = deque(fill(script, scope))
            for tool in agent.get("tools", ()):
                answers = fill(copy.deepcopy(tool["answers"]), scope)
                self._answers[f"{name}/{tool['name']}"] = deque(answers)
        self._answers["otp"] = deque(fill(self.case.body.get("otp", []), scope))

    def call_model(self, model: str) -> None:
        """Give its agents the one model name that a server without agents file was told."""
        for agent in self.bindings["agents"].values():
            agent["model"] = model

    @property
    def model_names(self) -> dict[str, str]:
        """Model name to inbox suffix."""
        names = {}
        for name, agent in self.bindings["agents"].items():
            names[agent["model"]] = name
            for short, model in agent["models"].items():
                names[model] = f"{name}.{short}"
        return names

    def next_script(self, agent: str) -> Json:
        """The next model answer, or None when the queue is empty."""
        queue = self._scripts.get(agent)
        return queue.popleft() if queue else None

    def next_answer(self, tool: str) -> Json:
        """The next tool answer, with the gates that stand alone before it; None when empty."""
        queue = self._answers.get(tool)
        gates = []
        while queue and set(queue[0]) == {"gate"}:
            gates.append(queue.popleft()["gate"])
        if not queue:
            return {"gates": gates} if gates and tool == "otp" else None
        answer = queue[0] if queue[0].get("always") else queue.popleft()
        if "gate" in answer:
            gates.append(answer["gate"])
        return {**answer, "gates": gates}

    def release(self, gate: str) -> None:
        """Open a gate, for those that wait and for those to come."""
        self._gates[gate].set()

    async def gate(self, name: str) -> None:
        """Wait until a gate is open."""
        await self._gates[name].wait()

    def release_all(self) -> None:
        """Open every gate that anybody waits at: the process is done."""
        for event in self._gates.values():
            event.set()

    @property
    def header(self) -> TraceHeader:
        """What a second judgement of the trace needs."""
        case = self.case
        return TraceHeader(case.scenario.name, self.target, case.label, self.bindings)
