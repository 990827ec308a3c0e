"""Puts every labelled query to the server's knowledge base, through its seam, and adds up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from statistics import fmean

from smooth_operator_server.knowledge.base import KnowledgeBase
from smooth_operator_server.knowledge.memory import MemoryKnowledge

from smooth_operator_evals.retrieval.labels import Floor, Query
from smooth_operator_evals.retrieval.metrics import ndcg, recall

DEPTH = 10
CUTS = (1, 3, 5, 10)
ANYBODY = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class Asked:
    """One query with the ids that came back, best first, and the best score."""

    query: Query
    ranking: tuple[str, ...]
    top_score: float

    @property
    def ndcg(self) -> float:
        return ndcg(self.ranking, self.query.relevant, DEPTH)

    def recall(self, k: int) -> float:
        return recall(self.ranking, self.query.relevant, k)


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over the answerable queries. Unanswerable ones are counted by whether they found
    something all the same."""

    answerable: tuple[Asked, ...]
    unanswerable: tuple[Asked, ...]

    @property
    def ndcg(self) -> float:
        return fmean(asked.ndcg for asked in self.answerable)

    def recall(self, k: int) -> float:
        return fmean(asked.recall(k) for asked in self.answerable)

    def kinds(self) -> dict[str, list[Asked]]:
        """The answerable ones by kind, in the order of the file."""
        found: dict[str, list[Asked]] = {}
        for asked in self.answerable:
            found.setdefault(asked.query.kind, []).append(asked)
        return found

    def worst(self, most: int) -> list[Asked]:
        """The answerable queries that were served worst."""
        return sorted(self.answerable, key=lambda asked: asked.ndcg)[:most]

    @property
    def false_alarms(self) -> int:
        return sum(bool(asked.ranking) for asked in self.unanswerable)

    def under(self, floor: Floor) -> list[str]:
        """What is below its floor, in words."""
        pairs = [("nDCG@10", self.ndcg, floor.ndcg_at_10)]
        pairs += [(f"recall@{k}", self.recall(int(k)), least) for k, least in floor.recall.items()]
        return [
            f"{name} is {value:.4f}, the floor {least:.4f}"
            for name, value, least in pairs
            if value < least
        ]


async def measure(knowledge: KnowledgeBase, queries: Sequence[Query]) -> Figures:
    """Ask them all."""
    asked = []
    for query in queries:
        hits = await knowledge.search(query.text, agent_id=ANYBODY, limit=DEPTH)
        ranking = tuple(hit.document_id for hit in hits)
        asked.append(Asked(query, ranking, hits[0].score if hits else 0.0))
    return Figures(
        tuple(each for each in asked if each.query.relevant),
        tuple(each for each in asked if not each.query.relevant),
    )


def our_corpus() -> tuple[KnowledgeBase, list[str]]:
    """The evals' corpus in the server's knowledge base, and the ids of its documents."""
    with as_file(files("smooth_operator_evals") / "data/corpus") as folder:
        return MemoryKnowledge.load(folders=[folder]), _names(folder)


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
