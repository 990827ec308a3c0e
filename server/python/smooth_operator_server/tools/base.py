"""The tool seam: what a tool is, what it is told, what it gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What the server vouches for beside the model's arguments (decisions §9)."""

    call_id: str
    agent_id: str
    organization_id: str
    conversation_id: str
    session_id: str
    request_id: str
    user: Mapping[str, Any] = field(default_factory=dict)
    files: Sequence[Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What the model reads. `is_error` comes from the runtime, never from the text."""

    text: str
    is_error: bool = False
    directive: Mapping[str, Any] | None = None


class Tool(Protocol):
    """A tool of an agent. `parameters` goes to the model exactly as configured."""

    @property
    def name(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def parameters(self) -> Mapping[str, Any]: ...
    @property
    def auth_level(self) -> str | None:
        """`none`, `end_user` or `admin`; None names no level, so `AUTH_TOOLS` may raise it."""
        ...

    async def call(self, arguments: Mapping[str, Any], context: ToolContext) -> ToolResult:
        """Run it. Never raises for the tool's own failure; cancelling closes its request."""
        ...


class ToolProvider(Protocol):
    """Gives the tools of an agent, in the agents file's order; embedding apps add their own."""

    def tools(self, agent_id: str) -> Sequence[Tool]: ...
    async def close(self) -> None: ...
