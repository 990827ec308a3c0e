"""Names copies: agents by a seed that a server can be told in advance, data anew where it stays."""

from __future__ import annotations

import uuid
from typing import Any

from smooth_operator_conformance.scenario.model import Case
from smooth_operator_conformance.servers.agents_file import OURS
from smooth_operator_conformance.servers.target import Target
from smooth_operator_conformance.world.case_run import CaseRun

Json = Any
PROVIDED_SEED = "agents"
"""The seed of `agents` and of runs on a server that already runs, unless somebody says another."""
OWN_LANE = "own"
"""The lane of a server that already runs and knows one model name."""


def lane_for(target: Target, name: str) -> str | None:
    """The lane of a process, for servers that know one model name; None for others."""
    if target.provision != "env":
        return None
    return OWN_LANE if target.url else name


def seed_for(target: Target, given: str, otherwise: str) -> str:
    """The seed of a run: as given, as the target file has it, or the fixed one of `url:`."""
    return given or target.seed or (PROVIDED_SEED if target.url else otherwise)


def copy_of(case: Case, target: Target, seed: str, number: int, host: dict[str, Json]) -> CaseRun:
    """A copy of a case for a target.

    A running server keeps what earlier runs left in it, so there `{{nonce}}` is new each time,
    unless the agents file that it read has it too.
    """
    if not target.url:
        run = CaseRun(case, target.name, case.nonce(f"{seed}/{target.name}", number), host)
    else:
        fresh = "" if _told_in_advance(case) else uuid.uuid4().hex[:12]
        run = CaseRun(case, target.name, provided_nonce(case, seed, number), host, fresh)
    if target.provision == "env":
        run.call_model(target.model)
    return run


def provided_nonce(case: Case, seed: str, number: int = 0) -> str:
    """What names the agents of a case in an agents file that is written in advance."""
    return case.nonce(f"{seed}/provided", number)


def _told_in_advance(case: Case) -> bool:
    told = [{k: v for k, v in agent.items() if k not in OURS} for agent in case.agents.values()]
    tools = [{k: v for k, v in tool.items() if k != "answers"} for tool in _tools(case)]
    text = repr((told, tools, case.body.get("agentsFile")))
    return "{{nonce}}" in text or "{{uuid" in text


def _tools(case: Case) -> list[dict[str, Json]]:
    return [tool for agent in case.agents.values() for tool in agent.get("tools", ())]
