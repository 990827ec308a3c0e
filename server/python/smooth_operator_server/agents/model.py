"""What an agent is: the agents file as frozen data, keys in Python's spelling (decisions §9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class WorkflowStep:
    """One step; `chips` are the replies offered when it begins."""

    id: str
    instructions: str
    done_when: str
    chips: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Workflow:
    """`max_attempts` judged turns leave a step even if it is not done."""

    steps: tuple[WorkflowStep, ...]
    max_attempts: int = 3


@dataclass(frozen=True, slots=True)
class HttpEndpoint:
    """Where a tool is called; header values are resolved, and secret."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool over HTTP. `auth_level` None: it names none, so `AUTH_TOOLS` may raise it."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    http: HttpEndpoint
    auth_level: str | None = None
    timeout_ms: int = 30_000


@dataclass(frozen=True, slots=True)
class KnowledgeDocument:
    """A document written into the agents file."""

    source: str
    content: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class EmbedPolicy:
    """Where an agent's chat may be embedded; without a secret no `authContext` is valid."""

    allowed_origins: tuple[str, ...]
    secret: str | None = field(default=None, repr=False)
    single_use: bool = False


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent. What is None is the server's to choose; `interactions` None means all kinds."""

    id: str
    slug: str
    name: str
    organization_id: str | None = None
    instructions: str | None = None
    persona: str | None = None
    greeting: str | None = None
    model: str | None = None
    models: tuple[str, ...] = ()
    model_params: Mapping[str, Any] = field(default_factory=dict)
    preamble_model: str | None = None
    judge_model: str | None = None
    visibility: str = "public"
    max_iterations: int | None = None
    workflow: Workflow | None = None
    tools: tuple[ToolSpec, ...] = ()
    confirm_tools: tuple[str, ...] = ()
    interactions: tuple[str, ...] | None = None
    knowledge: tuple[str | KnowledgeDocument, ...] = ()
    skills: Mapping[str, str] = field(default_factory=dict)
    embed: EmbedPolicy | None = None
