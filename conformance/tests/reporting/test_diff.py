"""What a difference calls worse."""

from __future__ import annotations

import pytest
from smooth_operator_conformance.records import CaseResult, Finding, Outcome, RunEnd, RunStart
from smooth_operator_conformance.reporting.collector import Run
from smooth_operator_conformance.reporting.diff import compare, markdown, render

START = RunStart("r", "", "0", "0")
END = RunEnd("", 0, 0)


def run(*cases: CaseResult) -> Run:
    return Run(START, cases, end=END)


def one(outcome: Outcome, checks: int = 1) -> Run:
    return run(CaseResult("a/b", "t", outcome, checks=checks, findings=(Finding("law", "why"),)))


@pytest.mark.parametrize(
    ("before", "after", "group", "worse"),
    [
        ("pass", "fail", "broken", True),
        ("pass", "unexpected-pass", "broken", True),
        ("not-applicable", "fail", "broken", True),
        ("pass", "could-not-run", "lost", True),
        ("fail", "not-applicable", "lost", True),
        ("fail", "pass", "fixed", False),
        ("could-not-run", "pass", "gained", False),
        ("pass", "rescued", "other", False),
    ],
)
def test_groups(before: Outcome, after: Outcome, group: str, worse: bool) -> None:
    found = compare(one(before), one(after))
    assert [change.after for change in getattr(found, group)] == [after]
    assert found.worse is worse
    assert f"{before} -> {after}" in render(found)


def test_a_new_red_cell_is_broken_and_a_gone_one_lost() -> None:
    assert compare(run(), one("fail")).broken[0].before == ""
    assert compare(one("pass"), run()).lost[0].after == ""
    assert compare(run(), one("pass")).gained[0].scenario == "a/b"


def test_equal_runs_do_not_differ() -> None:
    found = compare(one("pass"), one("pass"))
    assert not found.worse
    assert render(found) == "no difference\n"


def test_fewer_checks_are_worse() -> None:
    found = compare(one("pass", checks=9), one("pass", checks=4))
    assert found.worse
    assert found.fallen == {"checks": (9, 4)}
    assert "Fewer checks: 9 -> 4" in render(found)


def timed(milliseconds: float) -> Run:
    return run(CaseResult("a/b", "t", "pass", checks=1, duration_ms=milliseconds))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [(200.0, 900.0, True), (200.0, 650.0, False), (400.0, 1000.0, False), (0.0, 9000.0, False)],
)
def test_much_slower_is_told_and_not_worse(before: float, after: float, told: bool) -> None:
    found = compare(timed(before), timed(after))
    assert bool(found.slower) is told
    assert not found.worse
    assert ("Slower (1)" in render(found)) is told


def test_the_comment_has_a_table_of_each_kind() -> None:
    text = markdown(compare(one("pass", checks=2), one("fail")))
    assert text.startswith("### Conformance: worse\n")
    assert "<details open><summary>Worse (1)</summary>" in text
    assert "| a/b | t | pass | fail | law: why |" in text
    assert "- fewer checks: 2 → 1" in text
    assert "No difference." in markdown(compare(one("pass"), one("pass")))
    assert "### Conformance: not worse" in markdown(compare(one("fail"), one("pass")))


def test_a_comment_keeps_its_table_whatever_a_reason_says() -> None:
    bad = CaseResult("a|b", "t", "fail", findings=(Finding("law", "x\n| y | <b>"),))
    text = markdown(compare(run(), run(bad)))
    row = next(line for line in text.splitlines() if line.startswith("| a"))
    assert row.replace("\\|", "").count("|") == 6
    assert "<b>" not in row
