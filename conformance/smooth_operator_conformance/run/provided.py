"""What a target can be provided with: the reason why a case cannot run on it, or none."""

from __future__ import annotations

from typing import Any

from smooth_operator_conformance.scenario.model import Case
from smooth_operator_conformance.servers.target import Target

Json = Any
SCRIPTED = frozenset({"script"})
"""All that the agents of a case may have where only the environment can be told."""


def unprovided(target: Target, case: Case, given: str) -> str:
    """Why a case cannot be provided on this target; empty when it can.

    A server that already runs has one profile (`given`), and nobody may stop it.
    """
    profile = case.scenario.profile
    if target.url and case.scenario.exclusive:
        return "the server is not ours to start and stop"
    if target.url and profile != given:
        return f"the server was started with profile {given}, not {profile}"
    if target.profiles and profile not in target.profiles:
        return f"its environment cannot express profile {profile} (target file: profiles)"
    if target.provision == "agents-file":
        return ""
    return _without_agents_file(target, case)


def _without_agents_file(target: Target, case: Case) -> str:
    keys = sorted({key for agent in case.agents.values() for key in agent} - SCRIPTED)
    wanted = [*keys, *(["agentsFile"] if "agentsFile" in case.body else [])]
    if len(case.agents) > 1:
        wanted.append(f"{len(case.agents)} agents")
    if wanted:
        return f"it takes no agents file, and the scenario needs {', '.join(wanted)}"
    if target.provision == "env":
        return ""
    if case.scenario.exclusive or profile_needed(case):
        return "it takes no environment, and the scenario needs one"
    if any(agent["script"] for agent in case.agents.values()):
        return "it does not use our gateway, and the scenario scripts the model"
    return ""


def profile_needed(case: Case) -> bool:
    """Whether the case wants more of the environment than a plain server has."""
    return case.scenario.profile != "shared"
