"""Scenario files of the published project (wire-facts §20.2), told in our own grammar.

They replay unchanged: a literal `agentId` is bound to the copy's own agent (and reported as
`rebound`), unless it is sent verbatim to a process of its own. Such a file ends where its last
matcher ends; what is left over is a note and no finding.
"""

from __future__ import annotations

import json
import re
from typing import Any

from smooth_operator_conformance.scenario.model import Scenario

Json = Any
_WHOLE = re.compile(r"\{\{([^{}]+)\}\}\Z")
SKIPPED = ["keepalive", "pong"]
"""Types that every matcher of such a file passes over."""


def is_published(raw: Json) -> bool:
    """Whether a JSON file is such a scenario."""
    if not isinstance(raw, dict) or "profile" in raw:
        return False
    steps = raw.get("steps")
    return isinstance(steps, list) and all(
        isinstance(step, dict) and "send" in step and "expect" in step for step in steps
    )


def translate(raw: dict[str, Json], name: str, *, verbatim: bool = False) -> Scenario:
    """The scenario in our grammar; `verbatim` leaves literal agent ids alone."""
    steps: list[Json] = [{"open": {"on": "a"}}]
    rebound: list[str] = []
    open_run: list[str] = []
    for step in raw["steps"]:
        frame = _variables(step["send"])
        if not verbatim and isinstance(frame.get("agentId"), str):
            rebound.append(frame["agentId"])
            frame = {**frame, "agentId": "{{agents.main.id}}"}
        steps.append({"send": {"on": "a", "frame": frame, "wrong": True}})
        events, open_run = _events(step["expect"], open_run)
        steps.append({"expect": {"on": "a", "events": events}})
    body = {
        "name": name,
        "description": str(raw.get("description", "")),
        "requirements": [],
        "kill": [],
        "profile": "shared",
        "published": True,
        "source": raw,
        "exclusive": verbatim,
        "rebound": sorted(set(rebound)),
        "knownDivergences": list(raw.get("knownDivergences") or []),
        "agents": {"main": _agent(raw)},
        "steps": steps,
    }
    return Scenario(name, body, _checks(raw["steps"]))


def _agent(raw: dict[str, Json]) -> dict[str, Json]:
    server = raw.get("server") or {}
    agent: dict[str, Json] = {"script": [_answer(e) for e in raw.get("mockLlmScript") or []]}
    tools = [_tool(tool) for tool in server.get("tools") or []]
    if tools:
        agent["tools"] = tools
    for key in ("confirmTools", "knowledge"):
        if server.get(key):
            agent[key] = server[key]
    return agent


def _answer(entry: dict[str, Json]) -> dict[str, Json]:
    if entry.get("kind") == "text":
        return {"text": entry["text"]}
    call = {
        "id": entry.get("id", "call-1"),
        "name": entry["name"],
        "arguments": entry["arguments"],
    }
    return {"calls": [call]}


def _tool(tool: dict[str, Json]) -> dict[str, Json]:
    result = tool.get("result", "")
    text = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)
    return {
        "name": tool["name"],
        "description": tool.get("description", ""),
        "parameters": tool.get("parameters", {"type": "object"}),
        "answers": [{"result": text, "always": True}],
    }


def _variables(value: Json) -> Json:
    """`{{var}}` gets a name of its own, so that no file can mean one of ours."""
    if isinstance(value, dict):
        return {key: _variables(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_variables(inner) for inner in value]
    found = _WHOLE.match(value) if isinstance(value, str) else None
    return f"{{{{v_{found[1].strip()}}}}}" if found else value


def _events(matchers: list[Json], open_run: list[str]) -> tuple[list[Json], list[str]]:
    """Stream matchers, and the types of a run that was left open at the end of the step."""
    events: list[Json] = []
    for matcher in matchers:
        events.append({"$skip": [*SKIPPED, *open_run]})
        open_run = []
        expected = _frame(matcher)
        if not matcher.get("repeat"):
            events.append(expected)
            continue
        many: dict[str, Json] = {"$many": expected}
        if matcher.get("accumulate"):
            many["field"] = matcher["accumulate"]
        if "assertAccumulated" in matcher:
            many["text"] = matcher["assertAccumulated"]
        events.append(many)
        open_run = [matcher["type"]]
    return events, open_run


def _frame(matcher: dict[str, Json]) -> dict[str, Json]:
    tree: dict[str, Json] = {"type": matcher["type"]}
    if "status" in matcher:
        tree["status"] = matcher["status"]
    if "statusGte" in matcher:
        tree["status"] = {"$gte": matcher["statusGte"]}
    for variable, path in (matcher.get("capture") or {}).items():
        _place(tree, path, {"$as": f"v_{variable}"})
    for path, value in (matcher.get("assert") or {}).items():
        _place(tree, path, {"$is": _variables(value)})
    return tree


def _place(tree: dict[str, Json], path: str, leaf: dict[str, Json]) -> None:
    """Put a leaf at a dotted path; numeric parts index arrays."""
    node = tree
    for part in path.split("."):
        if part.isdigit():
            node = node.setdefault("$item", {})
        inner = node.setdefault(part, {})
        if not isinstance(inner, dict):
            inner = node[part] = {"$is": inner}
        node = inner
    node.update(leaf)


def _checks(steps: list[Json]) -> int:
    matchers = [matcher for step in steps for matcher in step["expect"]]
    keys = ("status", "statusGte", "assertAccumulated")
    return sum(1 + sum(key in m for key in keys) + len(m.get("assert") or {}) for m in matchers)
