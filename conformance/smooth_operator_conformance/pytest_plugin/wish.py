"""What a test wants of its server: the marker `@pytest.mark.smooth(...)`, read and checked; pure.

Markers of class, module and function add up, key by key; the one closest to the test wins, and
`settings` are merged.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Json = Any
Settings = tuple[tuple[str, str], ...]
KEYS = ("agent", "agents", "tools", "confirm", "knowledge", "settings", "own_server")
MAIN = "main"
"""What the one agent is called where a test names none."""
OURS = ("SMOOTH_AGENT_BIND", "SMOOTH_AGENT_PORT", "SMOOTH_AGENT_AGENTS", "SMOOAI_GATEWAY_URL")
"""Settings that the plugin makes itself."""


class BadWish(ValueError):
    """The marker says something that cannot be; the text says what to write instead."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One test's wishes. `agents` are entries of an agents file by the name the test uses."""

    agents: Mapping[str, Mapping[str, Json]] = field(default_factory=lambda: {MAIN: {}})
    settings: Settings = ()
    own_server: bool = False
    """A server of its own, whose agents keep the ids and slugs of the file."""


def read_wish(markers: Iterable[tuple[Sequence[Json], Mapping[str, Json]]], folder: Path) -> Wish:
    """The wish of markers `(args, kwargs)`, the closest first; raises BadWish.

    `folder` is where relative paths start: the folder of the test file.
    """
    said: dict[str, Json] = {}
    settings: dict[str, Json] = {}
    for args, kwargs in reversed(list(markers)):
        if args:
            raise BadWish(f"mark.smooth takes keywords only: {', '.join(KEYS)}")
        for name in kwargs:
            if name not in KEYS:
                raise BadWish(f"mark.smooth knows no {name!r}: {', '.join(KEYS)}")
        said |= kwargs
        settings |= kwargs.get("settings") or {}
    agents = _agents(said, folder)
    return Wish(agents, _settings(settings), bool(said.get("own_server", False)))


def _settings(given: Mapping[str, Json]) -> Settings:
    for name in given:
        if name in OURS:
            raise BadWish(f"mark.smooth(settings=…): {name} is the plugin's own; leave it out")
    return tuple(sorted((name, _text(value)) for name, value in given.items()))


def _text(value: Json) -> str:
    return ("1" if value else "0") if isinstance(value, bool) else str(value)


def _agents(said: Mapping[str, Json], folder: Path) -> dict[str, dict[str, Json]]:
    if "agent" in said and "agents" in said:
        raise BadWish("mark.smooth: agent= describes the one agent, agents= several; give one")
    named = _named(said["agents"], folder) if "agents" in said else {MAIN: said.get("agent") or {}}
    extra = {
        "tools": [_tool(tool) for tool in said.get("tools", ())],
        "confirmTools": list(_several(said.get("confirm", ()), "confirm")),
        "knowledge": _knowledge(said.get("knowledge", ()), folder),
    }
    agents = {}
    for name, entry in named.items():
        if not isinstance(entry, Mapping):
            raise BadWish(f"mark.smooth: the agent {name!r} is no mapping but {entry!r}")
        own = {**entry, "knowledge": _folders(entry.get("knowledge", ()), folder)}
        added = {key: [*own.get(key, ()), *more] for key, more in extra.items()}
        agents[name] = {**own, **{key: both for key, both in added.items() if both}}
        if not agents[name]["knowledge"]:
            del agents[name]["knowledge"]
    return agents


def _named(agents: Json, folder: Path) -> dict[str, Json]:
    if isinstance(agents, str | Path):
        return _from_file(folder / agents)
    if isinstance(agents, Mapping) and agents:
        return dict(agents)
    if isinstance(agents, Sequence) and agents and all(isinstance(name, str) for name in agents):
        return {name: {} for name in agents}
    raise BadWish(
        "mark.smooth(agents=…) is the path of an agents file, "
        "a mapping of name to agent, or a list of names"
    )


def _from_file(path: Path) -> dict[str, Json]:
    """The agents of a file by slug; the one that answers by default comes first."""
    try:
        file = json.loads(path.read_text("utf-8"))
        agents = {str(agent["slug"]): agent for agent in file["agents"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadWish(f"mark.smooth(agents={str(path)!r}): no agents file: {error!r}") from error
    default = file.get("default")
    return dict(sorted(agents.items(), key=lambda item: default not in (item[0], item[1]["id"])))


def _tool(tool: Json) -> dict[str, Json]:
    """A tool by its name alone, or as the agents file has it; its address is the plugin's."""
    if isinstance(tool, str):
        tool = {"name": tool}
    if not isinstance(tool, Mapping) or "name" not in tool:
        raise BadWish(f"mark.smooth(tools=…): neither a name nor a tool with a name: {tool!r}")
    plain = {"description": f"The tool {tool['name']}.", "parameters": {"type": "object"}}
    return {**plain, **tool}


def _knowledge(given: Json, folder: Path) -> list[Json]:
    if isinstance(given, Mapping):
        return [{"source": source, "content": text} for source, text in given.items()]
    return _folders(_several(given, "knowledge"), folder)


def _folders(sources: Iterable[Json], folder: Path) -> list[Json]:
    """Folders of documents start where the test file is, not where the server does."""
    return [str(folder / s) if isinstance(s, str | Path) else s for s in sources]


def _several(given: Json, name: str) -> Sequence[Json]:
    if isinstance(given, str | Path):
        return (given,)
    if isinstance(given, Sequence):
        return given
    raise BadWish(f"mark.smooth({name}=…) is a list, not {given!r}")
