"""The contract's retrieval vectors, to the last micro unit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from smooth_operator_server.knowledge.documents import Document, document, inline
from smooth_operator_server.knowledge.index import Index, View
from smooth_operator_server.knowledge.snippets import snippet
from smooth_operator_server.knowledge.tokens import stem, tokens

VECTORS = Path(__file__).parents[4] / "spec" / "conformance" / "retrieval"


def cases(name: str) -> list[Any]:
    loaded = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))["cases"]
    return [pytest.param(case, id=case["id"]) for case in loaded]


def read(case: dict[str, Any]) -> Document:
    return (inline if case.get("inline") else document)(case["name"], case["content"])


@pytest.mark.parametrize("case", cases("tokens"))
def test_tokens(case: dict[str, Any]) -> None:
    assert tokens(case["text"]) == case["tokens"]


@pytest.mark.parametrize("case", cases("stems"))
def test_stems(case: dict[str, Any]) -> None:
    assert stem(case["word"]) == case["stem"]


@pytest.mark.parametrize("case", cases("snippets"))
def test_snippets(case: dict[str, Any]) -> None:
    assert snippet(case["body"]) == case["snippet"]


@pytest.mark.parametrize("case", cases("chunks"))
def test_chunks(case: dict[str, Any]) -> None:
    found = read(case)
    assert found.title == case["title"]
    assert [{"path": list(chunk.path), "body": chunk.body} for chunk in found.chunks] == (
        case["chunks"]
    )


@pytest.mark.parametrize("case", cases("rankings"))
def test_rankings(case: dict[str, Any]) -> None:
    view = View([Index.of(read(entry) for entry in case["documents"])])
    hits = [
        {
            "id": match.document.id,
            "title": match.document.title,
            "chunk": match.document.chunks.index(match.chunk),
            "micro": match.micro,
        }
        for match in view.search(case["query"], case["limit"])
    ]
    assert hits == case["hits"]
