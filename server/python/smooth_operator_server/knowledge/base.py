"""The knowledge seam: finding the passages an agent may ground its answer on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Hit:
    """One document that matched, represented by its best chunk.

    `score` is the wire score (micro / 1e6), `content` the best chunk's body, `snippet` at most
    280 code points (lexical.md); `url` only when the source is http or https.
    """

    document_id: str
    title: str
    content: str
    snippet: str
    score: float
    url: str | None = None


class KnowledgeBase(Protocol):
    """Searches what one agent may see: the server's documents and the agent's own."""

    def offers(self, agent_id: str) -> bool:
        """Whether the agent can see at least one chunk (then `knowledge_search` is offered)."""
        ...

    async def search(self, query: str, *, agent_id: str, limit: int) -> Sequence[Hit]:
        """Best documents first; empty when no term matches."""
        ...
