"""One test from its first fixture to its end: its copy, its server, and what went wrong."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from smooth_operator_conformance.pytest_plugin.model import ScriptedModel
from smooth_operator_conformance.pytest_plugin.play import Play
from smooth_operator_conformance.pytest_plugin.pool import Pool, Running
from smooth_operator_conformance.pytest_plugin.server import SmoothServer
from smooth_operator_conformance.pytest_plugin.tool import ScriptedTool
from smooth_operator_conformance.pytest_plugin.wish import Wish

Json = Any
SHOWN_LINES = 40


class Stage:
    """What the fixtures of one test share."""

    def __init__(self, pool: Pool, test: str, wish: Wish) -> None:
        self._pool = pool
        self._play: Play = pool.play(test, wish)
        self._running: Running | None = None
        self._strays = len(pool.backstage.host.registry.strays)
        self._lines = 0

    def server(self) -> SmoothServer:
        """Start the server, or join it where it runs; raises CannotServe."""
        if self._running is None:
            self._running = self._pool.server(self._play)
            self._lines = len(self._running.process.lines)
        at = f"127.0.0.1:{self._running.port}"
        ids = {name: names["id"] for name, names in self._play.bindings["agents"].items()}
        lines = self._running.process.lines
        return SmoothServer(f"ws://{at}/ws", f"http://{at}", ids, self._running.env, lines)

    def model(self, agent: str = "") -> ScriptedModel:
        """The model of an agent; the first agent's where none is named."""
        name = self._agent(agent)
        model = self._play.bindings["agents"][name]["model"]
        asked = partial(self._play.asked, f"model:{name}")
        return ScriptedModel(self._play.models[name], model, asked, self._release)

    def tool(self, name: str, agent: str = "") -> ScriptedTool:
        """A tool that the marker or the agents file describes."""
        key = f"{self._agent(agent)}/{name}"
        if key not in self._play.tools:
            known = ", ".join(self._play.tools) or "none"
            raise LookupError(
                f"scripted_tool({name!r}): the agent has no such tool (there are: {known}); "
                f"add @pytest.mark.smooth(tools=[{name!r}])"
            )
        return ScriptedTool(self._play.tools[key], name, partial(self._play.asked, f"tool:{key}"))

    def problems(self) -> list[str]:
        """What was scripted and not asked for, asked for and not scripted; one line each."""
        found = []
        for name, script in self._play.models.items():
            found += script.left_over()
            found += self._unscripted(f"model:{name}", script.unscripted, script.what)
        for key, script in self._play.tools.items():
            found += script.left_over()
            found += self._unscripted(f"tool:{key}", script.unscripted, script.what)
        return found + self._nobody()

    def _unscripted(self, inbox: str, count: int, what: str) -> list[str]:
        bodies = self._play.asked(inbox)
        return [f"{what}: no answer was scripted for {_told(body)}" for body in bodies[-count:]][
            : count or 0
        ]

    def _nobody(self) -> list[str]:
        strays = self._pool.backstage.host.registry.strays[self._strays :]
        return [f"{stray} (did the app use smooth_server.agent_id?)" for stray in strays]

    def sections(self) -> list[tuple[str, str]]:
        """Title and text of what helps to understand a failure."""
        sections = []
        asked = [
            f"{number}. {_told(body)}"
            for name in self._play.models
            for number, body in enumerate(self._play.asked(f"model:{name}"), 1)
        ]
        sections.append(("the model was asked", "\n".join(asked) or "nothing"))
        if self._running is not None:
            lines = self._running.process.lines[self._lines :][-SHOWN_LINES:]
            sections.append(("smooth-operator server log", "\n".join(lines)))
        return sections

    def end(self) -> None:
        """Leave; a server that nobody shares ends too."""
        self._pool.leave(self._play)
        if self._running is not None:
            self._pool.stop(self._running)

    def _agent(self, name: str) -> str:
        agents = self._play.models
        if not name:
            return next(iter(agents))
        if name not in agents:
            raise LookupError(f"no agent {name!r} in this test: {', '.join(agents)}")
        return name

    def _release(self, gate: str) -> None:
        self._pool.backstage.do(self._open(gate))

    async def _open(self, gate: str) -> None:
        self._play.release(gate)


def _told(body: Json) -> str:
    """A request in a line: what the model is to answer, or what the tool is called with."""
    if "messages" in body:
        last = body["messages"][-1] if body["messages"] else {}
        return f"{last.get('role', 'nobody')}: {_cut(last.get('content'))}"
    return _cut(body.get("arguments", body))


def _cut(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:199]}…"
