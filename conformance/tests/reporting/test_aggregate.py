"""Counting: what is a scenario, a cell, a check, and how cases fold."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_conformance.record_io import BadRecord, RecordWriter
from smooth_operator_conformance.records import OUTCOMES, CaseResult, Outcome, RunEnd, TraceEntry
from smooth_operator_conformance.reporting.aggregate import (
    SEVERITY,
    Cell,
    applicable,
    cells,
    failed,
    summary_line,
    totals,
)
from smooth_operator_conformance.reporting.collector import Run, collect, load

outcomes = st.sampled_from(OUTCOMES)


def test_checks_count_once_per_file(run: Run) -> None:
    counts = totals(run.cases)
    assert (counts.scenarios, counts.cells, counts.cases) == (4, 8, 10)
    assert counts.checks == 7 + 5 + 2 + 3
    assert counts.laws == 10 + 11 + 10 + 3
    assert counts.frames == 20 + 21 + 20 + 4


def test_every_outcome_is_counted_apart(run: Run) -> None:
    assert totals(run.cases).outcomes == {
        "pass": 2,
        "fail": 1,
        "expected-fail": 1,
        "unexpected-pass": 1,
        "not-applicable": 1,
        "could-not-run": 1,
        "rescued": 1,
    }
    assert failed(totals(run.cases)) == 2


def test_the_last_line_names_what_is_special(run: Run) -> None:
    line = summary_line(totals(run.cases))
    assert line.startswith("4 scenarios, 17 checks, 2 failed, ")
    for part in ("1 rescued", "1 not applicable", "1 could not run", "8 cells", "34 laws"):
        assert part in line


@given(st.lists(outcomes, min_size=1))
def test_a_cell_is_as_bad_as_its_worst_case(found: list[Outcome]) -> None:
    cell = Cell("a/b", "t", tuple(CaseResult("a/b", "t", outcome) for outcome in found))
    assert SEVERITY.index(cell.outcome) == min(SEVERITY.index(outcome) for outcome in found)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), outcomes)))
def test_cells_add_up(found: list[tuple[str, str, Outcome]]) -> None:
    cases = [CaseResult(name, target, outcome) for name, target, outcome in found]
    counts = totals(cases)
    assert sum(counts.outcomes.values()) == counts.cells == len({(n, t) for n, t, _ in found})
    asked, every = applicable(cells(cases))
    out = counts.outcomes["not-applicable"] + counts.outcomes["could-not-run"]
    assert (asked, every) == (counts.cells - out, counts.cells)


def test_severity_knows_every_outcome() -> None:
    assert sorted(SEVERITY) == sorted(OUTCOMES)


def test_a_case_told_twice_counts_as_told_last(run: Run) -> None:
    again = CaseResult("turns/plain", "go", "rescued", "b", checks=7)
    told = collect([run.start, *run.cases, again])
    assert totals(told.cases).outcomes["fail"] == 0
    assert len(told.cases) == len(run.cases)


def test_a_run_needs_its_start() -> None:
    with pytest.raises(BadRecord, match="run-start"):
        collect([RunEnd("", 0, 0)])


def test_a_run_holds_no_trace_entry(run: Run) -> None:
    with pytest.raises(BadRecord, match="entry"):
        collect([run.start, TraceEntry(0, "a", "in", "frame")])


def test_a_missing_trace_is_empty(run: Run) -> None:
    assert run.trace(CaseResult("a", "t", "fail", trace="traces/none.jsonl")) == ()


def test_targets_come_as_announced_then_as_found(run: Run, tmp_path: Path) -> None:
    assert run.targets == ("python", "go", "rust")
    with RecordWriter(tmp_path / "one.jsonl") as out:
        out.write(run.start)
        out.write(CaseResult("a", "zig", "pass"))
    assert load(tmp_path / "one.jsonl").targets == ("python", "go", "rust", "zig")
