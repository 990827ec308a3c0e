"""Citations: which documents an answer rested on, by first use (decisions §5)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from smooth_operator_server.knowledge.base import Hit
from smooth_operator_server.turns.texts import cut_json

MOST = 8


def citations(hits: Iterable[Hit]) -> list[dict[str, Any]]:
    """One per document, at most eight, in the order given."""
    cited: dict[str, dict[str, Any]] = {}
    for hit in hits:
        if hit.document_id in cited:
            continue
        if len(cited) == MOST:
            break
        cited[hit.document_id] = _wire(hit)
    return list(cited.values())


def _wire(hit: Hit) -> dict[str, Any]:
    citation: dict[str, Any] = {"id": hit.document_id, "title": cut_json(hit.title)}
    if hit.url is not None:
        citation["url"] = hit.url
    return {**citation, "snippet": hit.snippet, "score": hit.score}
