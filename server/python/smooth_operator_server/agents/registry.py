"""The agents of a server: found by id or slug, and who answers when nobody is found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from smooth_operator_server.agents.model import Agent

UNCONFIGURED = Agent(
    id="6f1c7a52-3f0e-4d59-9b6a-0d3c5e8b7a11", slug="smooth-agent", name="smooth-agent"
)
"""Who answers where no agents file is configured; its id is the same on every server."""


class Agents:
    """At least one agent, ids and slugs distinct (the loader saw to that)."""

    def __init__(self, agents: Sequence[Agent], default: Agent) -> None:
        self._agents = tuple(agents)
        self._ids = {agent.id.lower(): agent for agent in agents}
        self._slugs = {agent.slug: agent for agent in agents}
        self.default = default

    @classmethod
    def unconfigured(cls) -> Agents:
        return cls([UNCONFIGURED], UNCONFIGURED)

    def __iter__(self) -> Iterator[Agent]:
        return iter(self._agents)

    def __len__(self) -> int:
        return len(self._agents)

    def find(self, given: str) -> Agent | None:
        """By id, whatever its case, or by slug."""
        return self._ids.get(given.lower()) or self._slugs.get(given)

    def resolve(self, given: str) -> Agent:
        """Who answers for an id or slug: unknown ones get the default agent (decisions 2.3)."""
        return self.find(given) or self.default

    def answering(self, agent_id: str) -> Agent:
        """The agent of a stored session; the default if the file no longer has it."""
        return self._ids.get(agent_id.lower(), self.default)


def knows(agent: Agent, organization_id: str | None, *, scoped: bool) -> bool:
    """Whether a caller may know an agent (decisions §9).

    One with an embed policy is known to everybody, its policy decides; one with an organisation
    is known there only, as long as authentication is on (`scoped`).
    """
    if agent.embed is not None or agent.organization_id is None or not scoped:
        return True
    return agent.organization_id == organization_id
