"""Writes the agents file of a process: the agents of every case copy that runs in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from smooth_operator_conformance.scenario.placeholders import Scope, fill
from smooth_operator_conformance.world.case_run import CaseRun

Json = Any
OURS = frozenset({"script", "scripts", "default", "tools", "model"})
"""Keys of a scenario's agent that the file does not have as they are."""


def agents_file(runs: Sequence[CaseRun]) -> dict[str, Json]:
    """The file's content. The first agent of the first copy is the default, unless one says so."""
    agents: list[Json] = []
    file: dict[str, Json] = {}
    for run in runs:
        scope = Scope(run.bindings)
        for name, agent in run.case.agents.items():
            written = agent_entry(run, name, agent, scope)
            agents.append(written)
            if agent.get("default"):
                file["default"] = written["slug"]
        file.update(fill(run.case.body.get("agentsFile", {}), scope))
    return {**file, "agents": file.get("agents", agents)}


def agent_entry(run: CaseRun, name: str, agent: dict[str, Json], scope: Scope) -> dict[str, Json]:
    """One agent as the agents file has it."""
    names = run.bindings["agents"][name]
    entry: dict[str, Json] = {"id": names["id"], "slug": names["slug"], "name": name}
    entry.update(fill({k: v for k, v in agent.items() if k not in OURS}, scope))
    model = agent.get("model", names["model"])
    if model is not None:
        entry["model"] = fill(model, scope)
    tools = [_tool(run, name, tool, scope) for tool in agent.get("tools", ())]
    if tools:
        entry["tools"] = tools
    return entry


def _tool(run: CaseRun, name: str, tool: dict[str, Json], scope: Scope) -> dict[str, Json]:
    entry = fill({k: v for k, v in tool.items() if k != "answers"}, scope)
    url = run.bindings["tools"][name][tool["name"]]["url"]
    written: dict[str, Json] = {**entry, "http": {"url": url, **entry.get("http", {})}}
    return written


def write_agents(path: Path, runs: Sequence[CaseRun]) -> None:
    """Write the file."""
    path.write_text(json.dumps(agents_file(runs), ensure_ascii=False, indent=1), "utf-8")
