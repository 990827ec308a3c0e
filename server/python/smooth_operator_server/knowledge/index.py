"""An inverted index of chunks, and the score of a query over one or several of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from math import floor, log
from typing import TypeAlias

from smooth_operator_server.knowledge.chunks import Chunk
from smooth_operator_server.knowledge.documents import Document
from smooth_operator_server.knowledge.tokens import tokens

MOST_QUERY_TERMS = 64

Posting: TypeAlias = tuple[int, int]
"""A chunk's place in its index, and how often the term occurs in it."""


@dataclass(slots=True)
class Index:
    """Chunks of several documents. Adding one never rebuilds what is there."""

    documents: list[Document] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    """For each chunk the place of its document."""
    chunks: list[Chunk] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    """For each chunk its tokens after stop words."""
    total_length: int = 0
    postings: dict[str, list[Posting]] = field(default_factory=dict)

    @classmethod
    def of(cls, documents: Iterable[Document]) -> Index:
        index = cls()
        for document in documents:
            index.add(document)
        return index

    def add(self, document: Document) -> None:
        owner = len(self.documents)
        self.documents.append(document)
        for chunk in document.chunks:
            place = len(self.chunks)
            terms = tokens(chunk.indexed(document.title))
            self.chunks.append(chunk)
            self.owners.append(owner)
            self.lengths.append(len(terms))
            self.total_length += len(terms)
            for term, frequency in Counter(terms).items():
                self.postings.setdefault(term, []).append((place, frequency))


@dataclass(frozen=True, slots=True)
class Match:
    """A document that matched, its best chunk, and the score in millionths."""

    document: Document
    chunk: Chunk
    micro: int


class View:
    """What one agent may see: N, n and the average length are counted over all of it."""

    def __init__(self, indexes: Sequence[Index]) -> None:
        self._indexes = tuple(index for index in indexes if index.chunks)
        self.chunk_count = sum(len(index.chunks) for index in self._indexes)
        total = sum(index.total_length for index in self._indexes)
        average = total / self.chunk_count if total else 1.0
        # The part of each score that no query changes.
        self._norms = [
            [1.2 * (0.25 + 0.75 * length / average) for length in index.lengths]
            for index in self._indexes
        ]

    def search(self, query: str, limit: int) -> list[Match]:
        """The best documents: score descending, then id in UTF-8 order; each by its best chunk."""
        terms = list(dict.fromkeys(tokens(query)))[:MOST_QUERY_TERMS]
        rarity = [self._rarity(term) for term in terms]
        found = [
            match
            for index, norms in zip(self._indexes, self._norms, strict=True)
            for match in _best_chunks(index, norms, terms, rarity)
        ]
        return nsmallest(limit, found, key=lambda match: (-match.micro, match.document.id))

    def _rarity(self, term: str) -> float:
        having = sum(len(index.postings.get(term, ())) for index in self._indexes)
        return log(1 + (self.chunk_count - having + 0.5) / (having + 0.5))


def _best_chunks(
    index: Index, norms: Sequence[float], terms: Sequence[str], rarity: Sequence[float]
) -> list[Match]:
    scores: dict[int, float] = {}
    for term, weight in zip(terms, rarity, strict=True):
        for place, frequency in index.postings.get(term, ()):
            gain = weight * frequency / (frequency + norms[place])
            scores[place] = scores.get(place, 0.0) + gain
    best: dict[int, tuple[int, int]] = {}
    for place, score in scores.items():
        micro = floor(score * 1e6 + 0.5)
        owner = index.owners[place]
        candidate = (micro, -place)
        if owner not in best or candidate > best[owner]:
            best[owner] = candidate
    return [
        Match(index.documents[owner], index.chunks[-place], micro)
        for owner, (micro, place) in best.items()
    ]
