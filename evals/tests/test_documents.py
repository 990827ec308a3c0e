"""docs/evals.md tells what is so: its figures are the measured ones, its example is a question."""

from __future__ import annotations

import re
from pathlib import Path
from statistics import fmean

import pytest
from smooth_operator_evals.questions import CHECKS, load
from smooth_operator_evals.retrieval.labels import queries
from smooth_operator_evals.retrieval.measure import CUTS, Asked, measure, our_corpus

PAGE = Path(__file__).parents[2] / "docs/evals.md"


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text("utf-8")


async def test_the_retrieval_figures_are_the_measured_ones(page: str) -> None:
    knowledge, documents = our_corpus()
    figures = await measure(knowledge, queries(documents))
    total = len(figures.answerable)
    assert _row(f"all {total}", list(figures.answerable)) in page
    for kind, asked in figures.kinds().items():
        assert _row(f"{kind} ({len(asked)})", asked) in page
    assert f"{total + len(figures.unanswerable)} labelled queries" in page
    assert f"{len(documents)} short documents" in page


def _row(name: str, asked: list[Asked]) -> str:
    shares = [fmean(each.recall(k) for each in asked) for k in CUTS]
    numbers = [fmean(each.ndcg for each in asked), *shares]
    return f"| {name} | {' | '.join(f'{number:.3f}' for number in numbers)} |"


def test_the_example_is_a_sound_question(page: str, tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "example.toml").write_text(example, "utf-8")
    assert [question.area for question in load(tmp_path)] == ["tools"]


def test_every_grader_is_described(page: str) -> None:
    table = page.split("| `expect` |")[1].split("\n\n")[0]
    assert [check for check in CHECKS if f"`{check}`" not in table] == []
