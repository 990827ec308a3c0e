"""The agents file: read whole, every problem named with its place, then frozen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from smooth_operator_server.agents.entry import AgentReader
from smooth_operator_server.agents.model import Agent
from smooth_operator_server.agents.places import (
    Key,
    Place,
    Problem,
    distinct,
    listing,
    name,
    record,
)
from smooth_operator_server.agents.registry import Agents
from smooth_operator_server.agents.tools import ToolReader
from smooth_operator_server.json_text import JsonError, read_json


class AgentsFileError(ValueError):
    """The file cannot be used; `problems` names every place, the text the first."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"agents file {file}: {problems[0]}{more}")
        self.problems = problems


def load_agents(
    path: str | Path | None,
    env: Mapping[str, str],
    *,
    tool_hosts: Collection[str] = (),
) -> Agents:
    """The agents of a file, or the one default agent without a file. Raises `AgentsFileError`."""
    if path is None:
        return Agents.unconfigured()
    agents, problems = check_agents(path, env, tool_hosts=tool_hosts)
    if agents is None:
        raise AgentsFileError(str(path), problems)
    return agents


def check_agents(
    path: str | Path, env: Mapping[str, str], *, tool_hosts: Collection[str] = ()
) -> tuple[Agents | None, list[Problem]]:
    """What `agents check` reports: the agents, or every problem of the file."""
    try:
        document = read_json(Path(path).read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except OSError as error:
        return None, [Problem("$", f"cannot be read: {error.strerror or 'unknown reason'}")]
    except JsonError as error:
        return None, [Problem("$", f"is not JSON: {error}")]
    return parse_agents(document, env, tool_hosts=tool_hosts, folder=Path(path).parent)


def parse_agents(
    document: Any,
    env: Mapping[str, str],
    *,
    tool_hosts: Collection[str] = (),
    folder: Path | None = None,
) -> tuple[Agents | None, list[Problem]]:
    """Read a decoded file; knowledge folders that are relative start at `folder`."""
    root = Place()
    reader = AgentReader(env, ToolReader(env, tool_hosts), folder)
    keys = {"default": Key(name), "agents": Key(listing(reader, least=1), required=True)}
    found = record(keys)(document, root)
    agents: tuple[Agent | None, ...] = found.get("agents", ())
    entries = [(agent, root.at("agents").at(i)) for i, agent in enumerate(agents) if agent]
    distinct([(agent.id.lower(), place.at("id")) for agent, place in entries], "this id")
    distinct([(agent.slug, place.at("slug")) for agent, place in entries], "this slug")
    default = _default(found.get("default"), [agent for agent, _ in entries], root)
    if root.problems or default is None:
        return None, root.problems
    return Agents([agent for agent, _ in entries], default), []


def _default(given: str | None, agents: list[Agent], root: Place) -> Agent | None:
    if given is None:
        return agents[0] if agents else None
    for agent in agents:
        if given == agent.slug or given.lower() == agent.id.lower():
            return agent
    root.at("default").refuse("names no agent")
    return None
