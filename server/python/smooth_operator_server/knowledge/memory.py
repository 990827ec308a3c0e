"""The knowledge of a server in memory: read and indexed once, at the start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from smooth_operator_server.knowledge.base import Hit
from smooth_operator_server.knowledge.documents import (
    Document,
    Inline,
    KnowledgeError,
    Source,
    load,
)
from smooth_operator_server.knowledge.index import Index, Match, View
from smooth_operator_server.knowledge.snippets import snippet

DEMO_FOLDER = Path(__file__).parent / "demo"
"""The policies of an invented shop (`SMOOTH_AGENT_SEED_KB`)."""


class MemoryKnowledge:
    """Searches the server's documents and each agent's own (`KnowledgeBase`)."""

    def __init__(self, shared: View, own: Mapping[str, View]) -> None:
        self._shared = shared
        self._own = own

    @classmethod
    def load(
        cls,
        *,
        folders: Sequence[str | Path] = (),
        inline: Sequence[Inline] = (),
        agents: Mapping[str, Sequence[Source]] | None = None,
    ) -> MemoryKnowledge:
        """Read everything. `folders` and `inline` are the server's, `agents` by agent id.

        Raises `KnowledgeError` for a missing folder, and for equal document ids among what one
        agent sees.
        """
        documents = load([*folders, *inline])
        _refuse_equal_ids(documents, "the server's knowledge")
        index = Index.of(documents)
        shared = View([index])
        own: dict[str, View] = {}
        for agent_id, sources in (agents or {}).items():
            if sources:
                added = load(sources)
                _refuse_equal_ids([*documents, *added], f"what agent {agent_id} sees")
                own[agent_id] = View([index, Index.of(added)])
        return cls(shared, own)

    def offers(self, agent_id: str) -> bool:
        return self._view(agent_id).chunk_count > 0

    async def search(self, query: str, *, agent_id: str, limit: int) -> Sequence[Hit]:
        return [_hit(match) for match in self._view(agent_id).search(query, limit)]

    def _view(self, agent_id: str) -> View:
        return self._own.get(agent_id, self._shared)


def _refuse_equal_ids(documents: Sequence[Document], place: str) -> None:
    seen: set[str] = set()
    for document in documents:
        if document.id in seen:
            raise KnowledgeError(f"two documents with the id {document.id!r} in {place}")
        seen.add(document.id)


def _hit(match: Match) -> Hit:
    document = match.document
    return Hit(
        document_id=document.id,
        title=document.title,
        content=match.chunk.body,
        snippet=snippet(match.chunk.body),
        score=match.micro / 1e6,
        url=document.url,
    )
