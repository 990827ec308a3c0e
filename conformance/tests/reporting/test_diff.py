"""What a difference calls worse."""

from __future__ import annotations

import pytest
from smooth_operator_conformance.records import CaseResult, Finding, Outcome, RunEnd, RunStart
from smooth_operator_conformance.reporting.collector import Run
from smooth_operator_conformance.reporting.diff import compare, render

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
