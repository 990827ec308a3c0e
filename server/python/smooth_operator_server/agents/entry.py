"""One agent of the agents file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from smooth_operator_server.agents.model import (
    Agent,
    EmbedPolicy,
    KnowledgeDocument,
    ToolSpec,
    Workflow,
    WorkflowStep,
)
from smooth_operator_server.agents.places import (
    Key,
    Place,
    distinct,
    flag,
    integer,
    listing,
    mapping,
    matching,
    name,
    one_of,
    record,
    text,
)
from smooth_operator_server.agents.tools import ToolReader

KINDS = ("identity_intake", "choices")
_BUILT_IN_TOOLS = frozenset(
    {"knowledge_search", "submit_interaction", *(f"request_{kind}" for kind in KINDS)}
)
_OUR_BODY_KEYS = frozenset({"model", "messages", "tools", "stream", "stream_options"})
_HEX = "[0-9A-Fa-f]"
_UUID = matching(f"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}", "must be a UUID")
_SLUG = matching("[a-z0-9][a-z0-9-]{0,62}", "must be 1 to 63 lower-case letters, digits and dashes")
_SKILL_NAME = re.compile("[A-Za-z0-9_-]{1,128}")
_ORIGIN = re.compile(r"\*|[A-Za-z][A-Za-z0-9+.-]*://(\*\.)?[^/?#@\s*]+")


class AgentReader:
    """Reads one agent. `env` is where its secrets come from."""

    def __init__(self, env: Mapping[str, str], tool: ToolReader, folder: Path | None) -> None:
        self._env = env
        self._folder = folder
        self._read = record(
            {
                "id": Key(_UUID, required=True),
                "slug": Key(_SLUG, required=True),
                "name": Key(name, required=True),
                "organizationId": Key(name),
                "instructions": Key(text),
                "persona": Key(text),
                "greeting": Key(text),
                "model": Key(name),
                "models": Key(listing(name)),
                "modelParams": Key(_model_params),
                "preambleModel": Key(name),
                "judgeModel": Key(name),
                "visibility": Key(one_of("public", "internal")),
                "maxIterations": Key(integer(1)),
                "workflow": Key(_workflow),
                "tools": Key(listing(tool)),
                "confirmTools": Key(listing(name)),
                "interactions": Key(listing(one_of(*KINDS))),
                "knowledge": Key(listing(self._knowledge)),
                "skills": Key(mapping(text, names=_skill_problem)),
                "embed": Key(self._embed),
            }
        )

    def __call__(self, value: Any, place: Place) -> Agent | None:
        found = self._read(value, place)
        _check_tool_names(found.get("tools", ()), place.at("tools"))
        if any(key not in found for key in ("id", "slug", "name")):
            return None
        return Agent(
            id=found["id"],
            slug=found["slug"],
            name=found["name"],
            organization_id=found.get("organizationId"),
            instructions=found.get("instructions"),
            persona=found.get("persona"),
            greeting=found.get("greeting"),
            model=found.get("model"),
            models=found.get("models", ()),
            model_params=found.get("modelParams", {}),
            preamble_model=found.get("preambleModel"),
            judge_model=found.get("judgeModel"),
            visibility=found.get("visibility", "public"),
            max_iterations=found.get("maxIterations"),
            workflow=found.get("workflow"),
            tools=found.get("tools", ()),
            confirm_tools=found.get("confirmTools", ()),
            interactions=found.get("interactions"),
            knowledge=found.get("knowledge", ()),
            skills=found.get("skills", {}),
            embed=found.get("embed"),
        )

    def _knowledge(self, value: Any, place: Place) -> str | KnowledgeDocument | None:
        if isinstance(value, str):
            source = name(value, place)
            return str(self._folder / source) if source and self._folder else source
        found = _DOCUMENT(value, place)
        if "source" not in found or "content" not in found:
            return None
        return KnowledgeDocument(found["source"], found["content"], found.get("url"))

    def _embed(self, value: Any, place: Place) -> EmbedPolicy:
        found = _EMBED(value, place)
        variable = found.get("authContextSecretEnv")
        return EmbedPolicy(
            allowed_origins=found.get("allowedOrigins", ()),
            # An unset variable is no secret, and then no signature counts: closed on doubt.
            secret=self._env.get(variable) or None if variable else None,
            single_use=found.get("singleUse", False),
        )


def _model_params(value: Any, place: Place) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        place.refuse("must be an object")
        return None
    for key in value:
        if key in _OUR_BODY_KEYS:
            place.at(key).refuse("cannot be set")
    return value


def _workflow(value: Any, place: Place) -> Workflow | None:
    found = _WORKFLOW(value, place)
    steps: tuple[WorkflowStep | None, ...] = found.get("steps", ())
    whole = tuple(step for step in steps if step)
    at = place.at("steps")
    named = [(step.id, at.at(i).at("id")) for i, step in enumerate(steps) if step]
    distinct(named, "this step id")
    return Workflow(whole, found.get("maxAttempts", 3))


def _step(value: Any, place: Place) -> WorkflowStep | None:
    found = _STEP(value, place)
    if any(key not in found for key in ("id", "instructions", "doneWhen")):
        return None
    return WorkflowStep(
        found["id"], found["instructions"], found["doneWhen"], found.get("chips", ())
    )


def _check_tool_names(tools: Sequence[ToolSpec | None], place: Place) -> None:
    named = [(tool.name, place.at(i).at("name")) for i, tool in enumerate(tools) if tool]
    distinct(named, "this tool name")
    for tool, at in named:
        if tool in _BUILT_IN_TOOLS:
            at.refuse("is the name of a built-in tool")


def _origin(value: Any, place: Place) -> str | None:
    origin = name(value, place)
    if origin and not _ORIGIN.fullmatch(origin):
        place.refuse("must be *, an origin without a path, or scheme://*.suffix")
    return origin


def _skill_problem(skill: str) -> str | None:
    return None if _SKILL_NAME.fullmatch(skill) else "is no skill name"


_DOCUMENT = record(
    {
        "source": Key(name, required=True),
        "content": Key(text, required=True),
        "url": Key(text),
    }
)
_EMBED = record(
    {
        "allowedOrigins": Key(listing(_origin), required=True),
        "authContextSecretEnv": Key(name),
        "singleUse": Key(flag),
    }
)
_STEP = record(
    {
        "id": Key(name, required=True),
        "instructions": Key(text, required=True),
        "doneWhen": Key(text, required=True),
        "chips": Key(listing(text, most=4)),
    }
)
_WORKFLOW = record(
    {"steps": Key(listing(_step, least=1), required=True), "maxAttempts": Key(integer(1))}
)
