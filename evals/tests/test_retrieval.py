"""The server's knowledge base on our labelled set: over its floor, and a worse one is not."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import Result
from smooth_operator_evals.retrieval.labels import LabelError, floor, queries
from smooth_operator_evals.retrieval.measure import CUTS, Figures, measure, our_corpus
from smooth_operator_server.knowledge.base import Hit, KnowledgeBase

MARGIN = 0.02
"""A floor further under the figure than this would let a real loss pass."""


class Worse:
    """The knowledge base with its hits spoiled."""

    def __init__(self, inner: KnowledgeBase, spoil: Callable[[list[Hit]], list[Hit]]) -> None:
        self._inner = inner
        self._spoil = spoil

    def offers(self, agent_id: str) -> bool:
        return self._inner.offers(agent_id)

    async def search(self, query: str, *, agent_id: str, limit: int) -> Sequence[Hit]:
        return self._spoil(list(await self._inner.search(query, agent_id=agent_id, limit=limit)))


async def figures(spoil: Callable[[list[Hit]], list[Hit]] = list) -> Figures:
    knowledge, documents = our_corpus()
    return await measure(Worse(knowledge, spoil), queries(documents))


def test_the_set_is_large_and_varied_enough() -> None:
    _, documents = our_corpus()
    found = queries(documents)
    kinds = Counter(query.kind for query in found)
    assert len(documents) >= 50
    assert len(found) >= 70
    assert min(kinds.values()) >= 3
    assert len(kinds) == 10


async def test_every_figure_is_over_its_floor_and_the_floor_is_near() -> None:
    found, least = await figures(), floor()
    assert found.under(least) == []
    assert set(least.recall) == {str(k) for k in CUTS}
    assert found.ndcg - least.ndcg_at_10 <= MARGIN
    assert all(found.recall(k) - least.recall[str(k)] <= MARGIN for k in CUTS)


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda hits: hits[::-1], "nDCG@10"),
        (lambda hits: [*hits[1:2], *hits[:1], *hits[2:]], "recall@1"),
        (lambda hits: hits[:3], "recall@10"),
        (lambda hits: [], "recall@1"),
    ],
)
async def test_a_worse_knowledge_base_is_under_the_floor(
    spoil: Callable[[list[Hit]], list[Hit]], named: str
) -> None:
    under = (await figures(spoil)).under(floor())
    assert any(each.startswith(named) for each in under)


async def test_unanswerable_queries_count_for_no_mean_but_for_false_alarms() -> None:
    found = await figures()
    assert {asked.query.kind for asked in found.unanswerable} == {"unanswerable"}
    assert 0 <= found.false_alarms <= len(found.unanswerable)
    assert (await figures(lambda hits: [])).false_alarms == 0


QUERY = '[[query]]\nkind = "words"\ntext = "x"\nrelevant = { "a.md" = 3 }\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (QUERY.replace("a.md", "b.md"), "names b.md, which is no document"),
        (QUERY + QUERY, "'x' is there twice"),
        (QUERY.replace("= 3", "= 4"), "query.0.relevant.a.md"),
        (QUERY.replace("relevant", "relevnt"), "relevnt"),
        (QUERY.replace('"words"', '"unanswerable"'), "only an unanswerable query"),
        (QUERY.replace('{ "a.md" = 3 }', "{}"), "only an unanswerable query"),
        ("query = 3", "query"),
        ("not toml", "labels.toml"),
    ],
)
def test_bad_labels_are_refused(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "labels.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(LabelError, match=told.replace(".", r"\.")):
        queries(["a.md"], path)


def test_the_command_prints_figures_and_the_worst(evals: Callable[..., Result]) -> None:
    done = evals("retrieval", "--worst", "3")
    assert done.exit_code == 0, done.output
    assert "nDCG@10 0." in done.output
    assert "57 documents" in done.output
    document = json.loads(evals("retrieval", "--json").output)
    assert len(document["queries"]) >= 60


def test_own_labels_are_measured_without_a_floor(
    evals: Callable[..., Result], tmp_path: Path
) -> None:
    labels = tmp_path / "own.toml"
    labels.write_text('[[query]]\nkind = "words"\ntext = "qqq"\nrelevant = { "loans.md" = 3 }\n')
    done = evals("retrieval", "--labels", str(labels))
    assert done.exit_code == 0, done.output
    assert "nDCG@10 0.0000" in done.output
    labels.write_text("x = 1")
    assert evals("retrieval", "--labels", str(labels)).exit_code == 2
