"""The documented run: page and picture say what its results file says, and nothing is left out."""

from __future__ import annotations

import pytest

from bench import docs
from bench.budgets import BUDGETS, verdicts
from bench.cases import CASES
from bench.picture import svg
from bench.results import Results, read


@pytest.fixture(scope="module")
def documented() -> Results:
    """The run that the documents show."""
    return read(docs.RESULTS)


def test_page_and_picture_are_what_the_results_say(documented: Results) -> None:
    text = docs.PAGE.read_text("utf-8")
    assert docs.page(text, documented) == text, "run python -m bench --write-docs"
    assert docs.PICTURE.read_text("utf-8") == svg(documented), "run python -m bench --write-docs"


def test_the_page_shows_every_row_of_every_case(documented: Results) -> None:
    text = docs.PAGE.read_text("utf-8")
    assert [row.key for row in documented.rows if f"| {row.what} | {row.unit}" not in text] == []
    assert {row.case for row in documented.rows} == set(CASES)


def test_it_was_a_whole_run_beside_the_published_server(documented: Results) -> None:
    assert not documented.quick
    assert {row.ours.status for row in documented.rows} == {"measured"}
    assert "not here" not in {row.peer.status for row in documented.rows}
    assert {one.budget.row for one in verdicts(documented.rows)} == {one.row for one in BUDGETS}
