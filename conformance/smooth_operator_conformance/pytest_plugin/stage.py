"""One test from its first fixture to its end: its copy, its server, and what went wrong."""

from __future__ import annotations

from functools import partial
from typing import Any

from smooth_operator_conformance.pytest_plugin.model import ScriptedModel
from smooth_operator_conformance.pytest_plugin.play import SIDE_MODELS, Play
from smooth_operator_conformance.pytest_plugin.pool import Pool
from smooth_operator_conformance.pytest_plugin.server import SmoothServer
from smooth_operator_conformance.pytest_plugin.starting import Running
from smooth_operator_conformance.pytest_plugin.tool import ScriptedTool
from smooth_operator_conformance.pytest_plugin.wish import Wish

Json = Any
SHOWN_LINES = 40
STRAY = ("a model request", "a tool call")
"""Requests of nobody that a test has to explain; what else a server looks up is its own affair."""


class Stage:
    """What the fixtures of one test share."""

    def __init__(self, pool: Pool, test: str, wish: Wish) -> None:
        self._pool = pool
        self._play: Play = pool.play(test, wish)
        self._running: Running | None = None
        self._strays = len(pool.strays)
        self._lines = 0

    def server(self) -> SmoothServer:
        """Start the server, or join it where it runs; raises CannotServe."""
        if self._running is None:
            self._running = self._pool.server(self._play)
            self._lines = len(self._running.process.lines)
        at = f"127.0.0.1:{self._running.port}"
        return SmoothServer(
            url=f"ws://{at}{self._running.process.target.path}",
            http_url=f"http://{at}",
            agents={name: names["id"] for name, names in self._play.bindings["agents"].items()},
            env=self._running.env,
            lines=self._running.process.lines,
            delivered=partial(self._play.asked, "otp"),
        )

    def model(self, agent: str = "") -> ScriptedModel:
        """The model of an agent, the first one's where none is named; `name.judge` its judge's."""
        known = [inbox[6:] for inbox in self._play.scripts if inbox.startswith("model:")]
        name = agent or known[0]
        if name not in known:
            raise LookupError(_no_model(name, known))
        owner, _, side = name.partition(".")
        names = self._play.bindings["agents"][owner]
        inbox = f"model:{name}"
        return ScriptedModel(
            self._play.scripts[inbox],
            names["models"][side] if side else names["model"],
            partial(self._play.asked, inbox),
            self._release,
            self.model,
        )

    def tool(self, name: str, agent: str = "") -> ScriptedTool:
        """A tool that the marker or the agents file describes; raises LookupError."""
        owner = agent or next(iter(self._play.wish.agents))
        inbox = f"tool:{owner}/{name}"
        if inbox not in self._play.scripts:
            known = [found[5:] for found in self._play.scripts if found.startswith("tool:")]
            raise LookupError(
                f"scripted_tool({name!r}): {owner} has no such tool (there are: "
                f"{', '.join(known) or 'none'}); add @pytest.mark.smooth(tools=[{name!r}])"
            )
        return ScriptedTool(self._play.scripts[inbox], name, partial(self._play.asked, inbox))

    def problems(self) -> list[str]:
        """What was scripted and not asked for, asked for and not scripted; one line each."""
        found = []
        for inbox, script in self._play.scripts.items():
            found += script.problems(self._play.asked(inbox))
        strays = [s for s in self._pool.strays[self._strays :] if s.startswith(STRAY)]
        return found + [f"{stray} (use smooth_server.agent_id)" for stray in strays]

    def sections(self, *, problems: bool) -> list[tuple[str, str]]:
        """Title and text of what helps to understand a failure; `problems` among it, or not."""
        story = [
            line
            for inbox, script in self._play.scripts.items()
            for line in script.story(self._play.asked(inbox))
        ]
        told = [*story, *self.problems()] if problems else story
        sections = [("smooth-operator script", "\n".join(told))]
        if self._running is not None:
            lines = self._running.process.lines[self._lines :][-SHOWN_LINES:]
            sections.append(("smooth-operator server log", "\n".join(lines)))
        return [(title, text) for title, text in sections if text]

    def end(self) -> list[str]:
        """Leave; a server that nobody shares ends too. Returns the problems there are now."""
        problems = self.problems()
        self._pool.leave(self._play)
        if self._running is not None:
            self._pool.stop(self._running)
        return problems

    def _release(self, gate: str) -> None:
        self._pool.backstage.do(self._open(gate))

    async def _open(self, gate: str) -> None:
        self._play.release(gate)


def _no_model(name: str, known: list[str]) -> str:
    owner, _, side = name.partition(".")
    if owner in known and side in SIDE_MODELS:
        return f"{owner} has no {side} model: name one with agent={{{SIDE_MODELS[side]!r}: 'any'}}"
    return f"there is no agent {name!r} in this test: {', '.join(known)}"
