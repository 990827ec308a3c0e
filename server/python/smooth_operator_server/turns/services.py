"""Services: everything a turn may use, wired once by `app`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from smooth_operator_server.agents.model import Agent
from smooth_operator_server.agents.registry import Agents
from smooth_operator_server.auth.base import AuthVerifier
from smooth_operator_server.engine.model import ModelProvider
from smooth_operator_server.interactions.base import InteractionKind
from smooth_operator_server.knowledge.base import KnowledgeBase
from smooth_operator_server.metrics import Metrics
from smooth_operator_server.otp.base import OtpService
from smooth_operator_server.settings import Settings
from smooth_operator_server.skills.base import SkillResolver
from smooth_operator_server.storage.base import StorageAdapter
from smooth_operator_server.tools.base import Tool, ToolProvider
from smooth_operator_server.turns.live import LiveConversations


@dataclass(slots=True)
class Services:
    """The seams, as one server has them."""

    settings: Settings
    agents: Agents
    model: ModelProvider
    storage: StorageAdapter
    knowledge: KnowledgeBase
    tools: Sequence[ToolProvider]
    skills: SkillResolver
    kinds: tuple[InteractionKind, ...]
    otp: OtpService | None
    auth: AuthVerifier
    metrics: Metrics
    live: LiveConversations
    draining: bool = field(default=False)

    def tools_of(self, agent: Agent) -> list[Tool]:
        """The agents file's tools first, then the embedding application's."""
        return [tool for provider in self.tools for tool in provider.tools(agent.id)]

    def kinds_of(self, agent: Agent) -> tuple[InteractionKind, ...]:
        """The kinds of card this agent may raise, in catalogue order."""
        if agent.interactions is None:
            return self.kinds
        return tuple(kind for kind in self.kinds if kind.name in agent.interactions)

    def model_of(self, agent: Agent) -> str | None:
        """The model that answers for an agent when nobody names another."""
        return agent.model or self.settings.model
