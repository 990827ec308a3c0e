"""One test on the runner's own world: its names, its scripts, what was asked of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from smooth_operator_conformance.pytest_plugin.script import Script, in_a_line
from smooth_operator_conformance.pytest_plugin.wish import Wish
from smooth_operator_conformance.scenario.model import Case, Scenario
from smooth_operator_conformance.world.case_run import CaseRun

Json = Any
SIDE_MODELS = {"judge": "judgeModel", "preamble": "preambleModel"}
"""Models beside the agent's own that an agent may name, and the key that does."""


def nonce_of(test: str) -> str:
    """Twelve letters that make the names of a test its own."""
    return hashlib.sha256(test.encode()).hexdigest()[:12]


class Play(CaseRun):
    """A copy whose queues the test fills while it runs. Made in the world's own loop."""

    def __init__(self, test: str, wish: Wish, host: dict[str, Json]) -> None:
        nonce = nonce_of(test)
        agents = {
            name: _names(entry, f"test-{nonce}-{number}", wish.own_server)
            for number, (name, entry) in enumerate(wish.agents.items())
        }
        super().__init__(Case(Scenario(test, {}), "", {"agents": agents}), "pytest", nonce, host)
        self.test, self.wish = test, wish
        self.late: list[str] = []
        """What was asked once the test was over, one line each."""
        self.over = False
        self.scripts: dict[str, Script] = {}
        for name, agent in agents.items():
            for suffix in (name, *(f"{name}.{side}" for side in agent["scripts"])):
                lenient = suffix != name
                self._script(f"model:{suffix}", f"model {suffix}", lenient)
            for tool in agent["tools"]:
                self._script(f"tool:{name}/{tool['name']}", f"tool {tool['name']}")

    def _script(self, inbox: str, what: str, lenient: bool = False) -> None:
        self.scripts[inbox] = Script(what, inbox, lenient)

    def next_script(self, agent: str) -> Json:
        return self._next(f"model:{agent}")

    def next_answer(self, tool: str) -> Json:
        return None if tool == "otp" else self._next(f"tool:{tool}")

    def _next(self, inbox: str) -> Json:
        script = self.scripts.get(inbox)
        if script is None or not self.over:
            return None if script is None else script.take()
        entry = self.timeline.entries[-1].value if self.timeline.entries else {}
        self.late.append(f"{script.what}: {in_a_line(entry)}")
        return None

    def asked(self, inbox: str) -> list[Json]:
        """The bodies that came to an inbox so far."""
        entries = list(self.timeline.entries)
        return [e.value for e in entries if e.inbox == inbox and e.kind == "http"]

    def entries(self) -> list[dict[str, Json]]:
        """This copy's agents, as an agents file has them."""
        return [self._entry(name, entry) for name, entry in self.wish.agents.items()]

    def _entry(self, name: str, wished: Mapping[str, Json]) -> dict[str, Json]:
        names = self.bindings["agents"][name]
        entry = {"name": name, **wished, **{key: names[key] for key in ("id", "slug", "model")}}
        entry |= {SIDE_MODELS[side]: model for side, model in names["models"].items()}
        if "tools" in wished:
            urls = self.bindings["tools"][name]
            entry["tools"] = [_placed(tool, urls[tool["name"]]["url"]) for tool in wished["tools"]]
        return entry


def _names(entry: Mapping[str, Json], slug: str, own: bool) -> dict[str, Json]:
    """What CaseRun reads of an agent; ids of a file stay only where nobody else can have them."""
    kept = {key: entry[key] for key in ("id", "slug") if own and key in entry}
    sides: dict[str, list[Json]] = {side: [] for side, key in SIDE_MODELS.items() if key in entry}
    return {"slug": slug, **kept, "scripts": sides, "tools": list(entry.get("tools", ()))}


def _placed(tool: Mapping[str, Json], url: str) -> dict[str, Json]:
    return {**tool, "http": {**tool.get("http", {}), "url": url}}
