"""One test on the runner's own world: its names, its scripts, what was asked of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from smooth_operator_conformance.pytest_plugin.script import Script
from smooth_operator_conformance.pytest_plugin.wish import Wish
from smooth_operator_conformance.scenario.model import Case, Scenario
from smooth_operator_conformance.world.case_run import CaseRun

Json = Any


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
        case = Case(Scenario(test, {}), "", {"agents": agents})
        super().__init__(case, "pytest", nonce, host)
        self.wish = wish
        self.models = {name: Script(f"model {name}") for name in agents}
        self.tools = {
            f"{name}/{tool['name']}": Script(f"tool {tool['name']}")
            for name, entry in wish.agents.items()
            for tool in entry.get("tools", ())
        }

    def next_script(self, agent: str) -> Json:
        return self.models[agent].take()

    def next_answer(self, tool: str) -> Json:
        script = self.tools.get(tool)
        return None if script is None else script.take()

    def asked(self, inbox: str) -> list[Json]:
        """The bodies that came to `model:<agent>` or `tool:<agent>/<name>` so far."""
        entries = list(self.timeline.entries)
        return [e.value for e in entries if e.inbox == inbox and e.kind == "http"]

    def entries(self) -> list[dict[str, Json]]:
        """This copy's agents, as an agents file has them."""
        return [self._entry(name, entry) for name, entry in self.wish.agents.items()]

    def _entry(self, name: str, wished: Mapping[str, Json]) -> dict[str, Json]:
        names = self.bindings["agents"][name]
        entry = {"name": name, **wished, **{key: names[key] for key in ("id", "slug", "model")}}
        if "tools" in wished:
            urls = self.bindings["tools"][name]
            entry["tools"] = [_placed(tool, urls[tool["name"]]["url"]) for tool in wished["tools"]]
        return entry


def _names(entry: Mapping[str, Json], slug: str, own: bool) -> dict[str, Json]:
    """What CaseRun reads of an agent; ids of a file stay only where nobody else can have them."""
    kept = {key: entry[key] for key in ("id", "slug") if own and key in entry}
    return {"slug": slug, **kept, "tools": list(entry.get("tools", ()))}


def _placed(tool: Mapping[str, Json], url: str) -> dict[str, Json]:
    return {**tool, "http": {**tool.get("http", {}), "url": url}}
